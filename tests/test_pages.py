"""The table and the pages."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.base import COLUMNS, probes
from scoreboard.pages.markdown import escape, render
from scoreboard.pages.table import columns, legend, lines, union
from scoreboard.results.store import Cell, ResultRow, Results, load_all

ROOT = Path(__file__).parent.parent


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


@given(st.text(max_size=80))
def test_hostile_text_stays_one_line_of_plain_text(text: str) -> None:
    line = escape(text)
    assert "\n" not in line
    assert "<" not in line
    assert not re.search(r"(?<!\\)(?:\\\\)*[|`\[\]]", line)


def test_the_committed_pages_follow_from_the_committed_results(tmp_path: Path) -> None:
    written = render(load_all(ROOT / "results"), tmp_path)
    assert len(written) > 20
    for path in written:
        if path.name == "site":
            continue
        assert path.read_bytes() == (ROOT / path.relative_to(tmp_path)).read_bytes(), f"{path.name}: run `make scoreboard`"


def test_every_provider_of_the_overview_has_its_page() -> None:
    links = re.findall(r"\]\((docs/[^)]+\.md)\)", (ROOT / "SCOREBOARD.md").read_text())
    assert len(links) > 20
    assert all((ROOT / link).is_file() for link in links)


def test_a_page_shows_country_medals_notes_and_evidence() -> None:
    page = (ROOT / "docs" / "gemini.md").read_text()
    assert "# 🇺🇸 Gemini" in page
    assert re.search(r"Recommended: \S+ 🥇, \S+ 🥈, \S+ 🥉", page)
    assert "## Notes" in page
    assert "https://github.com/maruel/genai/blob/a3d5d616/providers/gemini/testdata/" in page
    assert "# 🏠 llama.cpp" in (ROOT / "docs" / "llamacpp.md").read_text()


def test_the_site_has_no_script_and_escapes_whatever_a_provider_said(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>\"' onload=x"
    row = ResultRow(hostile, False, False, {"json": Cell("unsupported", "wrong", hostile)})
    render([Results("<b>acme</b>", (hostile,), (row,))], tmp_path)
    page = (tmp_path / "site" / "index.html").read_text()
    assert "<script" not in page
    assert "<b>acme" not in page
    assert "default-src 'none'" in page
    assert "json: unsupported (wrong): &lt;script&gt;" in page
    assert not re.search(r"""title="[^"]*"[^>]*onload""", page)
