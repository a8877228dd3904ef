"""The table."""

from pathlib import Path
from typing import Any

import pytest

from probes.base import COLUMNS, probes
from scoreboard.pages.markdown import render
from scoreboard.pages.table import MORE_HEADER, columns, legend, lines, more_line, union
from scoreboard.results.model import Cell, Results, RowResult


def shown(column: str, **verdicts: str) -> str:
    """What a column shows for cells given as tools__forced="unsupported:rejected"."""
    cells = {}
    for name, told in verdicts.items():
        verdict, _, reason = told.partition(":")
        strength = "accepted" if verdict == "accepted" else "seen"
        verdict = verdict.replace("accepted", "supported")
        cells[name.replace("__", ".")] = Cell(verdict, reason, "n", strength=strength)  # type: ignore[arg-type]
    return columns(cells)[COLUMNS.index(column)]


@pytest.mark.parametrize(
    ("column", "verdicts", "expected"),
    [
        ("JSON", {"json": "supported"}, "✅"),
        ("JSON", {"json": "unsupported:rejected"}, "❌"),
        ("JSON", {"json": "flaky"}, "💨"),
        ("JSON", {"json": "unknown:rate"}, "?"),
        ("JSON", {}, "?"),
        (
            "Tool",
            {
                "tools": "supported",
                "tools__forced": "supported",
                "tools__unbiased": "supported",
                "tools__decisive": "unsupported:wrong",
            },
            "✅🪨🧐💥",
        ),
        ("Tool", {"tools": "supported", "tools__forced": "unsupported:ignored", "tools__decisive": "supported"}, "✅"),
        ("Tool", {"tools": "unsupported:ignored", "tools__decisive": "unsupported:ignored"}, "❌"),
        ("Tool", {"tools": "flaky", "web_search": "supported"}, "🕸️💨"),
        ("Tool", {"tools": "unknown:rate", "tools__forced": "unknown:rate"}, "?"),
        ("Text", {"seed": "supported", "max_tokens": "supported", "stop": "supported"}, "🌱📏🛑"),
        (
            "Text",
            {"seed": "unsupported:rejected", "max_tokens": "unsupported:wrong", "stop": "unsupported:ignored"},
            "❌",
        ),
        ("Text", {"seed": "unsupported:rejected", "max_tokens": "unknown:rate", "stop": "unsupported:ignored"}, "?"),
        ("Text", {"seed": "unsupported:rejected", "max_tokens": "supported", "stop": "flaky"}, "📏🛑💨"),
        (
            "➛In",
            {"in__text": "supported", "in__audio": "supported", "in__image": "supported", "in__video": "unknown:rate"},
            "🎤💬📸",
        ),
        ("Batch", {}, "?"),
        ("JSON", {"json": "accepted"}, "✅°"),
        ("Text", {"stop": "supported", "seed": "accepted"}, "🌱°🛑"),
        ("Tool", {"tools": "accepted", "tools__forced": "supported", "web_search": "accepted"}, "✅°🪨🕸️°"),
    ],
)
def test_what_a_column_shows(column: str, verdicts: dict[str, str], expected: str) -> None:
    assert shown(column, **verdicts) == expected


def test_unknown_is_never_shown_as_a_cross() -> None:
    cells = {name: Cell("unknown", "rate", "n") for name in probes()}
    assert set(columns(cells)) == {"?"}


def test_known_models_that_nobody_probed_are_rows_of_question_marks() -> None:
    row = RowResult("a", True, True, {"json": Cell("supported")})
    first, second = lines(Results("acme", ("a", "b"), (row,)))
    assert first.texts()[:2] == ["a", "📡🧠"]
    assert second.texts() == ["b", *"?" * (len(COLUMNS) + 1)]


def test_what_an_api_has_no_field_for_is_not_known_of_a_model() -> None:
    lacking = {"json": Cell("unsupported", "not_expressible", observed_at="2026-01-01")}
    seen = Cell("supported", observed_at="≤2025-12-31")
    rows = (RowResult("a", False, False, lacking), RowResult("b", False, False, {**lacking, "usage": seen}))
    assert [(line.model, line.known, line.newest) for line in lines(Results("acme", ("c",), rows))] == [
        ("b", True, "2025-12-31"),
        ("a", False, ""),
        ("c", False, ""),
    ]


def test_the_overview_shows_the_best_of_any_model() -> None:
    verdicts: tuple[tuple[str, Any], ...] = (("a", "unknown"), ("b", "flaky"), ("c", "unsupported"))
    rows = tuple(RowResult(name, False, False, {"json": Cell(verdict)}) for name, verdict in verdicts)
    assert union(Results("acme", (), rows))["json"].verdict == "flaky"


def test_an_effect_that_was_seen_is_better_than_one_that_was_not_and_that_better_than_a_flaky_one() -> None:
    cells = (Cell("flaky"), Cell("supported", strength="accepted"), Cell("supported"))
    rows = tuple(RowResult(name, False, False, {"json": cell}) for name, cell in zip("abc", cells, strict=True))
    for some, best in ((rows[:2], cells[1]), (rows[1:], cells[2]), (rows[::2], cells[2]), (rows[::-1], cells[2])):
        assert union(Results("acme", (), some))["json"] == best


def test_a_page_says_what_was_only_accepted(tmp_path: Path) -> None:
    row = RowResult("m", False, False, {"json": Cell("supported", "", "200", strength="accepted")})
    render([Results("acme", ("m",), (row,))], tmp_path)
    page = (tmp_path / "docs" / "acme.md").read_text()
    assert "✅°" in page
    assert "**json** supported (accepted): 200" in page
    assert "taken without complaint, its effect not shown" in page


def test_the_second_table_has_the_rows_of_which_anything_in_it_is_known() -> None:
    streams = {"stream.ends": Cell("supported"), "stream.usage": Cell("unsupported", "ignored")}
    calls = {"tools.parallel": Cell("flaky"), "tools.none": Cell("unsupported", "ignored")}
    rows = (
        RowResult("a", False, True, {**streams, "json": Cell("supported")}),
        RowResult("b", False, False, {**calls, "tools": Cell("supported")}),
        RowResult("c", False, False, {"json": Cell("supported")}),
        RowResult("d", False, False, {"json": Cell("supported")}, served_as="e"),
        RowResult("f", False, False, {"tools.none": Cell("unsupported", "not_expressible"), "json": Cell("supported")}),
    )
    assert MORE_HEADER == ("Model", "Mode", "Streams", "Tool choice", "Calls", "Answered by")
    assert [line for row in rows if (line := more_line(row))] == [
        ("a", "📡", "🏁", "?", "?", ""),
        ("b", "🕰️", "?", "❌", "👯💨", ""),
        ("d", "🕰️", "?", "?", "?", "e"),
    ]


def test_a_page_has_the_second_table_where_it_has_rows(tmp_path: Path) -> None:
    known = RowResult("m", False, True, {"stream.ends": Cell("supported")}, served_as="<other>")
    plain = RowResult("m", False, False, {"json": Cell("supported")})
    render([Results("acme", ("m",), (known,)), Results("other", ("m",), (plain,))], tmp_path)
    with_it, without_it = ((tmp_path / "docs" / f"{name}.md").read_text() for name in ("acme", "other"))
    assert "Answered by" in with_it and "🏁" in with_it and "<other>" not in with_it
    assert "Answered by" not in without_it


def test_what_the_second_table_tells_changes_nothing_of_the_first() -> None:
    cells = {"tools": Cell("supported"), "tools.parallel": Cell("unsupported", "ignored")}
    assert columns(cells) == columns({"tools": Cell("supported")})


def test_the_legend_has_every_mark_of_every_probe() -> None:
    told = {mark for _, marks in legend() for mark, _ in marks}
    assert {mark for probe in probes().values() for mark in probe.marks.values() if not mark.endswith("💨")} <= told
