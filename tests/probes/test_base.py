"""What a probe is, and how all are found."""

import sys
from types import ModuleType

import pytest

from probes import base
from probes.base import COLUMNS, MORE_COLUMNS, ProbeError, cell_id, hello, probe, probes, quoted, stems
from probes.row import Exchange, Finding, Row, seen
from providers.chat import Ask, Text


def registered(monkeypatch: pytest.MonkeyPatch, **values: object) -> dict[str, base.Probe]:
    """The probes where there is one file, `odd.py`, with these values."""
    module = ModuleType("probes.odd", "Odd things.")
    vars(module).update(values)
    monkeypatch.setitem(sys.modules, "probes.odd", module)
    monkeypatch.setattr(base, "stems", lambda: ["odd"])
    return base.probes.__wrapped__()


def half() -> base.Probe:
    @probe("Text", "🙏")
    def odd(x: Exchange, row: Row) -> Finding:
        del row
        return seen(x.reply.text)

    return odd


def test_a_file_is_a_probe_by_its_name() -> None:
    assert set(probes()) == {cell_id(stem) for stem in stems()}
    assert cell_id("tools__forced") == "tools.forced"
    assert not {"base", "row", "findings", "reasons"} & set(stems())


def test_probes_are_in_the_order_of_their_columns() -> None:
    places = [(*COLUMNS, *MORE_COLUMNS).index(one.column) for one in probes().values()]
    assert places == sorted(places)


def test_each_probe_has_both_halves_and_a_docstring() -> None:
    for one in probes().values():
        assert callable(one.shows) and callable(one.questions) and one.doc


def test_a_probe_without_questions_is_refused_by_its_files_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProbeError, match=r"probes/odd\.py has no questions.*@odd\.asks"):
        registered(monkeypatch, odd=half())


def test_a_file_with_none_or_with_two_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProbeError, match=r"probes/odd\.py holds 0 probes"):
        registered(monkeypatch)
    with pytest.raises(ProbeError, match=r"probes/odd\.py holds 2 probes"):
        registered(monkeypatch, one=half(), two=half())


def test_a_whole_one_is_registered_under_its_id_with_its_docstring(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = half()
    whole.asks(base.plain_question)
    found = registered(monkeypatch, odd=whole)
    assert (found["odd"].id, found["odd"].doc) == ("odd", "Odd things.")


def test_the_mark_of_a_flaky_one_has_smoke_behind_it() -> None:
    assert half().marks == {"supported": "🙏", "flaky": "🙏💨"}
    assert probe("Text")(lambda *_: None).marks == {"supported": "✅", "flaky": "💨"}


def test_the_plain_question_is_in_the_mode_of_its_row() -> None:
    ask = hello(Row(stream=True, thinking=False))
    assert (ask.stream, ask.thinking, ask.name) == (True, False, "hello")
    assert ask.messages == Ask.text(ask.messages[0].parts[0].text).messages  # type: ignore[union-attr]
    assert isinstance(ask.messages[0].parts[0], Text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\n b", "'a b'"), ("x" * 90, f"'{'x' * 79}…'"), ("x" * 80, f"'{'x' * 80}'"), ("a" + " " * 900 + "b", "'a…'")],
)
def test_a_piece_of_a_text_is_one_line_in_quotes_and_not_long(text: str, expected: str) -> None:
    assert quoted(text) == expected
