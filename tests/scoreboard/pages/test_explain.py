"""What is said of cells in words."""

import pytest

from scoreboard.pages.explain import card, differences, explained
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import ResultsError

ENDS = Cell("unsupported", "ignored", "it just stops")
PLAIN = RowResult("m", False, False, {"json": Cell("supported", note="{}")})
STREAM = RowResult("m", False, True, {"json": Cell("unsupported", "rejected", "no JSON"), "stream.ends": ENDS})
ACME = Results("acme", ("m", "n"), (PLAIN, STREAM))


def words(lines: object) -> list[list[str]]:
    return [line.split() for line in lines]  # type: ignore[attr-defined]


def test_a_card_has_a_line_per_cell_that_any_mode_has() -> None:
    assert words(card(ACME, "m")) == [
        ["🕰️", "📡"],
        ["json", "supported", "unsupported"],
        ["rejected:", "no", "JSON"],
        ["stream.ends", "unsupported"],
        ["ignored:", "it", "just", "stops"],
    ]
    (line,) = [line for line in card(ACME, "m") if line.startswith("stream.ends")]
    assert line.index("unsupported") > line.index("stream.ends") + 20  # below the mode that has it


def test_a_card_of_plain_answers_alone_has_no_cells_of_streams() -> None:
    assert words(card(Results("acme", (), (PLAIN,)), "m")) == [["🕰️"], ["json", "supported"]]
    assert not list(card(ACME, "n"))


def test_a_cell_is_explained_in_each_mode() -> None:
    lines = list(explained(ACME, "m", "stream.ends"))
    assert lines[0].startswith("stream.ends: Streams end")
    assert "    unknown: no such cell in the results" in lines
    assert any("it just stops" in line for line in lines)


@pytest.mark.parametrize(
    ("model", "cell", "says"),
    [("m", "jsn", "did you mean json"), ("n", None, "nobody probed it"), ("mm", None, "did you mean m")],
)
def test_a_name_that_is_not_known_is_told_with_what_may_be_meant(model: str, cell: str | None, says: str) -> None:
    with pytest.raises(ResultsError, match=says):
        list(explained(ACME, model, cell))


def test_what_differs_is_a_line_per_cell() -> None:
    less = Results("acme", (), (PLAIN,))
    assert list(differences([ACME], [ACME])) == []
    assert list(differences([less], [ACME])) == [
        "acme/m 📡 json: absent -> unsupported (rejected): no JSON",
        "acme/m 📡 stream.ends: absent -> unsupported (ignored): it just stops",
    ]
