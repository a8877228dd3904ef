"""The pages in Markdown."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scoreboard.pages.markdown import escape, render
from scoreboard.results.store import load_all
from tests.support import ROOT


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
        assert path.read_bytes() == (ROOT / path.relative_to(tmp_path)).read_bytes(), (
            f"{path.name}: run `make scoreboard`"
        )


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
