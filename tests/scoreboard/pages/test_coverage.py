"""How much is known."""

import re

from msgspec import structs

from scoreboard.pages.coverage import covered, page
from scoreboard.pages.markup import environment
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.traffic.collections import COLLECTIONS

OURS = Cell("supported", evidence=("cassettes/x.yaml",), source="live", observed_at="2026-03-02T10:00:00+00:00")
THEIRS = structs.replace(
    OURS, verdict="unsupported", reason="ignored", source="traffic", grade="rewritten", observed_at="≤2024-01-31"
)
LACKING = Cell("unsupported", "not_expressible")
LOST = Cell("unknown", "rate", evidence=("x",), observed_at="2027-01-01")


def row(model: str, **cells: Cell) -> RowResult:
    return RowResult(model, False, False, {name.replace("__", "."): cell for name, cell in cells.items()})


RESULTS = [
    Results("few", (), (row("m", json=OURS),)),
    Results(
        "many",
        ("never",),
        (
            row("m", json=OURS, tools=THEIRS, tools__forced=THEIRS, cite=LACKING, usage=LOST),
            row("n", json=LOST, cite=LACKING),
            row("size", json=structs.replace(OURS, source="inherited")),
        ),
    ),
    Results("none", ("m",)),
]


def test_cells_are_counted_by_column_by_age_and_by_how_they_were_obtained() -> None:
    found = covered(RESULTS)
    assert (found.models, found.rows, found.known, found.lacking) == (3, 3, 4, 2)
    assert found.columns == {"JSON": 2, "Tool": 2}
    assert found.obtained == {"live, bytes": 2, "traffic, rewritten": 2, "inherited": 1}
    assert found.days == ("2026-03-02", "2024-01-31")


def test_nothing_is_known_of_nothing() -> None:
    assert (covered([]).known, covered([]).days) == (0, ("", ""))


def test_the_page_has_those_first_of_which_most_is_known_and_their_sum_above() -> None:
    text = page(RESULTS, lambda results: f"[{results.provider}](x)", environment())
    first = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    header = [
        "Provider",
        "Models",
        "Rows",
        "Cells",
        "No field",
        "Newest",
        "Oldest",
        "inherited",
        "live, bytes",
        "traffic, rewritten",
    ]
    assert first[0] == header
    assert first[2:5] == [
        ["**all**", "3", "3", "4", "2", "2026-03-02", "2024-01-31", "1", "2", "2"],
        ["[many](x)", "2", "2", "3", "2", "2026-03-02", "2024-01-31", "1", "1", "2"],
        ["[few](x)", "1", "1", "1", "", "2026-03-02", "2026-03-02", "", "1", ""],
    ]
    assert "nothing is known yet: 1</summary>\n\n[none](x)\n" in text


def test_each_collection_tells_how_many_cells_rest_on_it() -> None:
    name, known = next(iter(COLLECTIONS.items()))
    cell = structs.replace(THEIRS, evidence=(known.address("acme/m/a.yaml"), known.address("acme/m/b.yaml")))
    text = page([Results("acme", (), (row("m", json=cell, usage=cell, tools=OURS),))], lambda _: "x", environment())
    counts = dict(re.findall(r"^\| \[(\S+)\]\(<https:.*\| (\d*) *\|$", text, re.MULTILINE))
    assert counts == {**dict.fromkeys(COLLECTIONS, ""), name: "2"}
