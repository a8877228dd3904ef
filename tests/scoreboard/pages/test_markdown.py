"""The pages in Markdown."""

import re
import shutil
from pathlib import Path
from urllib.parse import unquote

from hypothesis import given, settings

from scoreboard.pages import coverage
from scoreboard.pages.markdown import _link, overview, render
from scoreboard.pages.markup import environment
from scoreboard.results.claimed import claimed
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import load_all
from scoreboard.text import one_line
from tests.support import ROOT
from tests.support.markdown import GFM, HOSTILE, cells_of_lines, tables, text_of

ENV = environment()


def test_the_committed_pages_follow_from_the_committed_results(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "engines", tmp_path / "engines")
    written = render(load_all(ROOT / "results"), tmp_path, counts=claimed(ROOT / "results"))
    assert len(written) > 20 and tmp_path / "docs" / "engines.md" in written
    for path in written:
        if path.name == "site":
            continue
        assert path.read_bytes() == (ROOT / path.relative_to(tmp_path)).read_bytes(), (
            f"{path.name}: run `make scoreboard`"
        )


def test_every_provider_of_the_overview_has_its_page() -> None:
    links = re.findall(r"\]\((docs/[^)]+\.md)\)", (ROOT / "SCOREBOARD.md").read_text())
    assert len(links) > 20
    assert all((ROOT / unquote(link)).is_file() for link in links)


def test_every_committed_page_is_shown_by_the_web() -> None:
    pages = [ROOT / "SCOREBOARD.md", *(ROOT / "docs").glob("*.md")]
    assert len(pages) > 20
    assert not [(page.name, page.stat().st_size) for page in pages if page.stat().st_size >= 500_000]


def test_every_link_of_a_committed_page_to_a_file_of_ours_leads_to_it() -> None:
    pages = list((ROOT / "docs").glob("*.md"))
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"^\[\w+\]: <(\.\./[^>#]+)", page.read_text(), re.MULTILINE)
    ]
    assert len(links) > 10
    assert not [(page.name, link) for page, link in links if not (page.parent / unquote(link)).is_file()]


def test_the_tables_of_every_committed_page_are_whole() -> None:
    for path in [ROOT / "SCOREBOARD.md", *(ROOT / "docs").glob("*.md")]:
        blocks = re.findall(r"^(?:\|.*\n)+", path.read_text(), re.MULTILINE)
        assert all(len(cells_of_lines(block)) == 1 for block in blocks), path


@given(HOSTILE.filter(str.strip))
@settings(max_examples=50, deadline=None)
def test_a_hostile_name_of_a_provider_is_text(name: str) -> None:
    seen = Cell("supported", evidence=("x",), observed_at="2026-01-01")
    everything = [Results(f"p{name}", (), (RowResult("m", False, False, {"json": seen}),)), Results(f"q{name}")]
    for page in (overview(everything, ENV), coverage.page(everything, _link, ENV)):
        first = tables(page)[0]
        assert one_line(f"p{name}") in [cells[0] for cells in first]
        assert {len(cells) for rows in tables(page) for cells in rows} == cells_of_lines(page)
        (folded,) = [
            token for token in GFM.parse(page) if token.type == "inline" and text_of(token) == one_line(f"q{name}")
        ]
        assert folded


def test_the_overview_has_those_first_of_which_most_is_known_and_folds_those_of_which_nothing_is() -> None:
    cell = Cell("supported", evidence=("x",), observed_at="2026-01-01")
    lost, lacking = Cell("unknown", "rate", evidence=("x",)), Cell("unsupported", "not_expressible")
    page = overview(
        [
            Results("a", (), (RowResult("m", False, False, {"json": lost, "cite": lacking}),)),
            Results("b", (), (RowResult("m", False, False, {"json": cell}),)),
            Results("c.d", (), (RowResult("m", False, False, {"json": cell, "usage": cell}),)),
            Results("e|[f", (), (RowResult("m", False, False, {"json": cell}),)),
        ],
        ENV,
    )
    assert re.findall(r"^\| \[(.+)\]\((\S+)\)", page, re.MULTILINE) == [
        ("c.d", "docs/c%252Ed.md"),
        ("b", "docs/b.md"),
        (r"e\|\[f", "docs/e%257C%255Bf.md"),
    ]
    assert "<summary>Providers of which nothing is known yet: 1</summary>\n\n[a](docs/a.md)\n" in page


def test_the_overview_shows_the_heat_map_that_is_written_beside_it(tmp_path: Path) -> None:
    seen = Cell("supported", evidence=("x",), observed_at="2026-01-01")
    render([Results("acme", (), (RowResult("m", False, False, {"json": seen}),))], tmp_path)
    (picture,) = re.findall(r"!\[[^]]+\]\((\S+)\)", (tmp_path / "SCOREBOARD.md").read_text())
    assert ">acme</text>" in (tmp_path / picture).read_text()


def test_a_page_shows_country_medals_notes_and_evidence() -> None:
    page = (ROOT / "docs" / "gemini.md").read_text()
    assert "# 🇺🇸 Gemini" in page
    assert re.search(r"Recommended: \S+ 🥇, \S+ 🥈, \S+ 🥉", page)
    assert "## Notes" in page
    assert "https://github.com/maruel/genai/blob/a3d5d616/providers/gemini/testdata/" in page
    assert "# 🏠 llama.cpp" in (ROOT / "docs" / "llamacpp.md").read_text()
