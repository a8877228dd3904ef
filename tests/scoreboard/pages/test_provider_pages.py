"""The pages of one provider, read by a parser of Markdown."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings

from probes.base import probes
from scoreboard.pages.markdown import render
from scoreboard.pages.markup import environment
from scoreboard.pages.provider_pages import LIMIT, RESERVED, Part, cut, page_name, pages
from scoreboard.pages.table import HEADER, MORE_HEADER, lines
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.text import one_line
from tests.support import ROOT
from tests.support.markdown import GFM, HOSTILE, cells_of_lines, tables, text_of

ENV = environment()
CELLS = list(probes())[:12]


def cell(note: str = "so", *files: str, day: str = "2026-08-20") -> Cell:
    """A supported one."""
    return Cell("supported", "", note, tuple(f"https://example.com/{file}" for file in files), observed_at=day)


def row(model: str, day: str = "2026-08-20", /, **cells: Cell) -> RowResult:
    return RowResult(model, False, False, cells or {"json": cell(day=day)})


def only(*rows: RowResult, models: tuple[str, ...] = ()) -> str:
    """The only page of a provider."""
    (page,) = pages(Results("acme", models, rows), ENV).values()
    return page


def models_of(page: str) -> list[str]:
    """The models of the first table."""
    return [cells[0] for cells in tables(page)[0][1:]]


@given(HOSTILE, HOSTILE)
@settings(max_examples=100, deadline=None)
def test_hostile_text_keeps_the_tables_whole(model: str, note: str) -> None:
    asked = RowResult(model, False, True, {"json": cell(note, model)}, served_as=f"s{note}")
    page = only(asked, models=(f"u{note}",))
    first, second, unasked = tables(page)
    assert cells_of_lines(page) == {len(HEADER), len(MORE_HEADER)}
    assert first == [list(HEADER), [one_line(model), "📡", *first[1][2:]]]
    assert second == [list(MORE_HEADER), [one_line(model), "📡", "?", "?", "?", one_line(f"s{note}")]]
    assert unasked == [list(HEADER), [one_line(f"u{note}"), *"?" * (len(HEADER) - 1)]]


@given(HOSTILE, HOSTILE)
@settings(max_examples=100, deadline=None)
def test_hostile_text_is_text_in_the_evidence_too(model: str, note: str) -> None:
    lost = RowResult(f"x{model}", False, False, {"json": Cell("unknown", "rate", f"n{note}", ("https://e.com/lost",))})
    tokens = GFM.parse(only(row(f"y{model}", json=cell(f"n{note}", "a"), usage=cell("so", model)), lost))
    items = [text_of(token) for token in tokens if token.type == "inline"]
    assert f"json supported: {one_line(f'n{note}')} 1" in items
    assert f"🕰️ {one_line(f'x{model}')}, rate: {one_line(f'n{note}')} 1" in items
    (summary,) = [token.content for token in tokens if token.type == "html_block" and "2026-08-20" in token.content]
    assert summary == f"<details>\n<summary>{html.escape(one_line(f'y{model}'))} 🕰️, 2026-08-20</summary>\n"


def test_models_with_the_newest_evidence_come_first_and_the_modes_of_one_stay_together() -> None:
    rows = [
        row("old", "2024-01-01"),
        row("new", "≤2026-08-20"),
        row("middle", "2025-01-01T10:00:00+00:00"),
        RowResult("old", False, True, {"json": cell(day="2023-01-01")}),
        RowResult("middle", True, False, {"json": cell(day="2026-08-21")}),
    ]
    assert models_of(only(*rows)) == ["middle", "middle", "new", "old", "old"]


def test_rows_of_which_nothing_is_known_are_folded_with_the_reason_of_most_cells() -> None:
    gated = Cell("unknown", "gated", "no such model", ("https://example.com/x",))
    lacking = Cell("unsupported", "not_expressible", "no field")
    lost = RowResult("lost", False, True, {"json": Cell("unknown", "rate", "429"), "tools": gated, "cite": lacking})
    page = only(row("known"), lost, models=("never",))
    assert models_of(page) == ["known"]
    assert (
        "<summary>Asked, and nothing could be concluded: 1</summary>\n\n- 📡 lost, gated: no such model [1](<https://example.com/x>)\n"
        in page
    )
    assert "<summary>Known models that nobody asked yet: 1</summary>" in page
    assert tables(page)[-1][1] == ["never", *"?" * (len(HEADER) - 1)]


def test_what_the_api_has_no_field_for_is_told_once() -> None:
    lacking = Cell("unsupported", "not_expressible", "the wire has no field for documents")
    page = only(*(row(name, json=cell(), cite=lacking) for name in "abc"))
    assert page.count("the wire has no field for documents") == 1
    assert page.count("- **cite** unsupported (not_expressible)\n") == 3


def test_cells_alike_share_a_line_and_each_recording_is_named_once_and_linked_wherever_it_counts() -> None:
    page = only(row("m", json=cell("so", "a", "b"), usage=cell("so", "b", "c"), tools=cell("else", "a")))
    links = [
        [child.attrGet("href") for child in token.children or () if child.type == "link_open"]
        for token in GFM.parse(page)
        if token.type == "inline"
    ]
    assert [found for found in links if found] == [
        [f"https://example.com/{name}" for name in "abc"], ["https://example.com/a"],
    ]  # fmt: skip
    assert re.search(r"- \*\*json\*\*, \*\*usage\*\* supported: so \[1\]\[\w+\] \[2\]\[\w+\] \[3\]\[\w+\]\n", page)
    assert page.count("<https://example.com/a>") == 1


def test_our_own_recordings_are_linked_from_the_folder_of_the_pages_and_nothing_else_that_a_browser_runs() -> None:
    ours = Cell("supported", evidence=("cassettes/acme/m/sync/%C3%A9.yaml#1", "javascript:alert(1)"))
    page = only(row("m", json=ours))
    links = re.findall(r"^\[\w+\]: <(.+)>$", page, re.MULTILINE)
    assert links == ["../cassettes/acme/m/sync/%25C3%25A9.yaml#1", "../javascript:alert%281%29"]


def test_a_long_note_is_cut() -> None:
    page = only(row("m", json=cell("x" * 10_000)))
    assert "x" * 300 + "…" in page and "x" * 301 not in page


def big(rows: int) -> Results:
    """A provider with many rows, whose cells each have a note and a recording of their own."""
    made = [
        row(
            f"vendor/model-{number:04}",
            **{
                name: cell(f"{name} of {number}", f"{number}/{name * 9}.yaml", day=f"20{number % 27:02}-01-01")
                for name in CELLS
            },
        )
        for number in range(rows)
    ]
    return Results("acme", tuple(f"unasked-{number}" for number in range(rows)), tuple(made))


@pytest.fixture(scope="module")
def of_2000() -> dict[str, str]:
    """The pages of a provider with 2,000 rows, and 2,000 models that nobody asked."""
    return pages(big(2000), ENV)


def test_every_page_of_a_large_provider_is_small_enough_to_be_shown(of_2000: dict[str, str]) -> None:
    assert len(of_2000) > 8
    assert max(len(text.encode()) for text in of_2000.values()) <= LIMIT < 500_000


def test_the_pages_of_a_large_provider_hold_each_row_once_and_link_to_each_other(of_2000: dict[str, str]) -> None:
    asked = [
        name
        for text in of_2000.values()
        for name in re.findall(r"^\| vendor/model-(\d+) +\| 🕰️ .* ✅ ", text, re.MULTILINE)
    ]
    unasked = [
        name for text in of_2000.values() for name in re.findall(r"^\| unasked-(\d+) \| \? ", text, re.MULTILINE)
    ]
    assert sorted(asked) == [f"{number:04}" for number in range(2000)]
    assert [int(name) % 27 for name in asked] == sorted((number % 27 for number in range(2000)), reverse=True)
    assert sorted(map(int, unasked)) == list(range(2000))
    for at, (name, text) in enumerate(of_2000.items()):
        (nav,) = [line for line in text.splitlines() if line.startswith(f"Page {at + 1} of {len(of_2000)}, ")]
        assert f" **{at + 1}**" in nav
        assert re.findall(r"\]\(([^)]+)\.md\)", nav) == [other for other in of_2000 if other != name]
        assert cells_of_lines(text) <= {len(HEADER), len(MORE_HEADER)}


def test_rendering_again_changes_nothing_and_fewer_rows_leave_no_page_behind(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    written = [path.name for path in render([big(250)], tmp_path) if path.name.startswith("acme")]
    assert written == ["acme.md", "acme-2.md"]
    (docs / "acme-99.md").write_text("by hand")
    other = (docs / "acme-2.md").read_text().replace("(acme.md)", "(other.md)")
    (docs / "acme-3.md").write_text(other)
    assert not [path for path in render([big(250)], tmp_path) if path.suffix == ".md"]
    render([Results("acme", (), (row("m"),))], tmp_path)
    assert sorted(path.name for path in docs.glob("acme*")) == ["acme-3.md", "acme-99.md", "acme.md"]


def test_a_further_page_takes_no_other_providers_name() -> None:
    names = list(pages(big(500), ENV, ("acme", "acme-2")))
    assert names[:3] == ["acme", "acme.2", "acme-3"]


def test_pages_by_hand_are_no_providers() -> None:
    ours = {
        path.stem for path in (ROOT / "docs").glob("*.md") if "Generated by `scoreboard render`" not in path.read_text()
    }
    assert ours | {"coverage", "engines"} <= set(RESERVED)
    assert page_name("reference") == "reference.provider"
    assert page_name("a.b") == "a%2Eb"


def test_parts_are_halved_by_what_they_weigh_until_they_fit() -> None:
    line = lines(Results("acme", ("m",)))[0]
    parts = [Part(line, "x" * weight) for weight in (3000, 3000, 3000, 0, 0, 0)]
    for most, expected in ((6, [6]), (5, [2, 4]), (3, [2, 1, 3]), (0, [1] * 6)):

        def fits(some: Sequence[Part], most: int = most) -> bool:
            return len(some) <= most

        pieces = cut(parts, fits)
        assert [len(piece) for piece in pieces] == expected
        assert [part for piece in pieces for part in piece] == parts
