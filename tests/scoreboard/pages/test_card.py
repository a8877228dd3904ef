"""The report card: groups, marks, reasons, and what to know first."""

import pytest

from probes.base import GROUPS, probes
from scoreboard.pages.card import Card, Facts, card, know_first, mark, why
from scoreboard.results.model import Cell, RowResult, Samples

FACTS = Facts("http://127.0.0.1:8080/v1", "m", "openai_chat", "2026-01-02", 31, 4.2)
GOOD = Cell("supported")


def rows(**cells: Cell | tuple[Cell, Cell]) -> list[RowResult]:
    """A plain row and a stream, all well but for these cells."""
    made = []
    for stream in (False, True):
        here = {name: GOOD for name in probes() if stream or not name.startswith("stream.")}
        for name, cell in cells.items():
            here[name.replace("__", ".")] = cell[stream] if isinstance(cell, tuple) else cell
        made.append(RowResult("m", False, stream, here))
    return made


def made(**cells: Cell | tuple[Cell, Cell]) -> Card:
    return card(rows(**cells), FACTS, list(probes()))


def notes(made: Card, name: str) -> tuple[str, ...]:
    return next(line.notes for _, lines in made.groups for line in lines if line.id == name)


def test_each_capability_stands_in_one_group() -> None:
    places = [name for places in GROUPS.values() for name in places]
    assert len(places) == len(set(places))
    groups = made().groups
    assert [group for group, _ in groups] == [group for group in GROUPS if group in dict(groups)]
    assert sorted(line.id for _, lines in groups for line in lines) == sorted(probes())


def test_each_title_is_short_and_its_own() -> None:
    titles = [probe.title for probe in probes().values()]
    assert all(0 < len(title) <= 70 and "\n" not in title for title in titles)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (GOOD, "✅"),
        (Cell("supported", strength="accepted"), "✅°"),
        (Cell("flaky"), "💨"),
        (Cell("unknown", "timeout"), "?"),
        (Cell("unsupported", "rejected"), "❌"),
        (Cell("unsupported", "not_expressible"), "–"),
        (None, ""),
    ],
)
def test_a_mark_per_verdict(cell: Cell | None, shown: str) -> None:
    assert mark(cell) == shown


def test_no_field_in_the_api_is_told_from_what_does_not_work() -> None:
    shown = made(json=Cell("unsupported", "not_expressible"), schema=Cell("unsupported", "ignored", "no effect"))
    assert notes(shown, "json") == ()
    assert "– no field in this API" in shown.legend and "❌ does not work" in shown.legend
    assert why(Cell("unsupported", "not_expressible")) == "no field in this API"


def test_a_reason_stands_once_or_with_its_mode() -> None:
    bad = Cell("unsupported", "rejected", "400: no")
    assert notes(made(json=bad), "json") == ("an error says that it is not supported: 400: no",)
    assert notes(made(json=(GOOD, bad)), "json") == ("stream: an error says that it is not supported: 400: no",)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"json": Cell("unsupported", "ignored")}, "JSON mode is accepted and ignored."),
        ({"stop": Cell("unsupported", "ignored")}, "Stop sequences are accepted and ignored."),
        ({"in__image": Cell("unsupported", "breaks")}, "Pictures as input break the server."),
        ({"usage": Cell("unsupported", "ignored"), "limits": Cell("unsupported", "ignored")},
         "Rate limits told in the response headers and Usage are missing."),
        ({"stream__usage": Cell("unsupported", "breaks")}, "Usage in a stream breaks the server."),
        ({"seed": (GOOD, Cell("unsupported", "breaks"))}, "Seed breaks the server (stream only)."),
        ({"json": Cell("flaky", samples=Samples(1, 3))}, "JSON mode works only at times."),
        ({"usage": Cell("unsupported", "wrong"), "finish": Cell("unsupported", "malformed")},
         "Usage and Finish reason are answered, but come wrong."),
        ({"json": Cell("unknown", "timeout")}, "JSON mode could not be judged: its answers were lost."),
        ({}, "Nothing is in the way: what this API has a field for works."),
    ],
)  # fmt: skip
def test_what_to_know_first(cells: dict[str, Cell], sentence: str) -> None:
    assert know_first(rows(**cells), list(probes())) == [sentence]


def test_streams_that_break_where_plain_answers() -> None:
    shut = {
        name: Cell("unsupported", "breaks", "500: no") if name == "out.text" else Cell("unknown", "gated")
        for name in probes()
    }
    told = know_first([rows()[0], RowResult("m", False, True, shut)], list(probes()))
    assert told[0].startswith("No stream question is answered: the server fails at it")
    assert told[1] == "Asked in the mode plain it answers."


def test_no_more_than_five_sentences_and_names() -> None:
    everything = {name: Cell("unsupported", "ignored") for name in probes()}
    told, *_ = know_first([RowResult("m", False, False, {**everything, "out.text": GOOD})], list(probes()))
    assert told.endswith(" more are accepted and ignored.") and len(told) < 200


def test_only_what_was_asked_is_on_it() -> None:
    shown = card(rows(), FACTS, ["json"])
    assert [line.id for _, lines in shown.groups for line in lines] == ["json"]
