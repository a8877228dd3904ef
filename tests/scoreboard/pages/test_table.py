"""The table."""

from typing import Any

import pytest

from probes.base import COLUMNS, probes
from scoreboard.pages.table import columns, legend, lines, union
from scoreboard.results.store import Cell, ResultRow, Results


def shown(column: str, **verdicts: str) -> str:
    """What a column shows for cells given as tools__forced="unsupported:rejected"."""
    cells = {}
    for name, told in verdicts.items():
        verdict, _, reason = told.partition(":")
        cells[name.replace("__", ".")] = Cell(verdict, reason, "n")  # type: ignore[arg-type]
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
            {"tools": "supported", "tools__forced": "supported", "tools__unbiased": "supported", "tools__decisive": "unsupported:wrong"},
            "✅🪨🧐💥",
        ),
        ("Tool", {"tools": "supported", "tools__forced": "unsupported:ignored", "tools__decisive": "supported"}, "✅"),
        ("Tool", {"tools": "unsupported:ignored", "tools__decisive": "unsupported:ignored"}, "❌"),
        ("Tool", {"tools": "flaky", "web_search": "supported"}, "🕸️💨"),
        ("Tool", {"tools": "unknown:rate", "tools__forced": "unknown:rate"}, "?"),
        ("Text", {"seed": "supported", "max_tokens": "supported", "stop": "supported"}, "🌱📏🛑"),
        ("Text", {"seed": "unsupported:rejected", "max_tokens": "unsupported:wrong", "stop": "unsupported:ignored"}, "❌"),
        ("Text", {"seed": "unsupported:rejected", "max_tokens": "unknown:rate", "stop": "unsupported:ignored"}, "?"),
        ("Text", {"seed": "unsupported:rejected", "max_tokens": "supported", "stop": "flaky"}, "📏🛑💨"),
        ("➛In", {"in__text": "supported", "in__audio": "supported", "in__image": "supported", "in__video": "unknown:rate"}, "🎤💬📸"),
        ("Batch", {}, "?"),
    ],
)
def test_what_a_column_shows(column: str, verdicts: dict[str, str], expected: str) -> None:
    assert shown(column, **verdicts) == expected


def test_unknown_is_never_shown_as_a_cross() -> None:
    cells = {name: Cell("unknown", "rate", "n") for name in probes()}
    assert set(columns(cells)) == {"?"}


def test_known_models_that_nobody_probed_are_rows_of_question_marks() -> None:
    row = ResultRow("a", True, True, {"json": Cell("supported")})
    first, second = lines(Results("acme", ("a", "b"), (row,)))
    assert first.texts()[:2] == ["a", "📡🧠"]
    assert second.texts() == ["b", *"?" * (len(COLUMNS) + 1)]


def test_the_overview_shows_the_best_of_any_model() -> None:
    verdicts: tuple[tuple[str, Any], ...] = (("a", "unknown"), ("b", "flaky"), ("c", "unsupported"))
    rows = tuple(ResultRow(name, False, False, {"json": Cell(verdict)}) for name, verdict in verdicts)
    assert union(Results("acme", (), rows))["json"].verdict == "flaky"


def test_the_legend_has_every_mark_of_every_probe() -> None:
    told = {mark for _, marks in legend() for mark, _ in marks}
    assert {mark for probe in probes().values() for mark in probe.marks.values() if not mark.endswith("💨")} <= told
