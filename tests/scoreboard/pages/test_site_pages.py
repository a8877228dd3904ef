"""The plain pages of the site."""

import re
from html.parser import HTMLParser

import pytest

from probes.base import probes
from scoreboard.pages.site_pages import (
    by_model,
    capability_page,
    llms,
    model_page,
    overview_page,
    provider_page,
    web_link,
)
from scoreboard.results.model import Results
from tests.support.boards import HOSTILE, RECORDING, SEEN, UNKNOWN, a_provider, board, hostile, row


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


ACME = board()[0]


def test_a_model_page_tells_each_mode_with_reasons_and_recordings() -> None:
    page = Page(model_page("acme", "m-1", ACME.rows))
    assert {"plain", "stream"} <= set(page.text.split())
    assert "none of 8 headers" in page.text
    assert "2026-08-20" in page.text
    assert page.links.count(RECORDING) == 7
    assert "../../capability/schema.html" in page.links
    assert "../../index.html#acme/m-1/sync" in page.links
    assert "Log-probabilities" in page.text.partition("Not known:")[2]


def test_a_model_of_which_nothing_is_known_says_so() -> None:
    page = Page(model_page("acme", "m", [row("m", json=UNKNOWN)]))
    assert "What it can do" not in page.text
    assert "JSON mode" in page.text


def test_a_provider_page_links_each_probed_model_and_lists_the_others() -> None:
    page = Page(provider_page(ACME))
    assert "../model/acme/m-1.html" in page.links
    assert "m-9" in page.text
    assert "../model/acme/m-9.html" not in page.links


def test_what_is_noted_of_a_provider_stands_on_its_page_with_the_source() -> None:
    page = Page(provider_page(Results(a_provider())))
    assert any(link.startswith("https://") for link in page.links)


def test_a_capability_page_tells_how_it_is_judged_and_who_comes_to_what() -> None:
    page = Page(capability_page(probes()["schema"], board()))
    assert probes()["schema"].doc.strip() in page.text
    assert "✅ works: asked, and seen (1)" in page.text
    assert "❌ does not work: asked, and not there (15)" in page.text
    assert "../model/acme/m-1.html" in page.links


def test_all_pages_are_linked_from_one_and_from_the_text_for_programs() -> None:
    for links in (Page(overview_page(board())).links, re.findall(r"\]\(([^)]+)\)", llms(board()))):
        assert {"provider/acme.html", "provider/other%252Eexample.html", "capability/in%252Edocument.html"} <= set(
            links
        )


def test_the_text_for_programs_has_a_title_a_summary_and_a_line_per_link() -> None:
    lines = llms(board()).splitlines()
    assert lines[0].startswith("# ")
    assert next(line for line in lines[1:] if line).startswith("> ")
    assert all(re.fullmatch(r"- \[.+\]\(.+\): .+", line) for line in lines if line.startswith("-"))


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name[:20]))
def test_hostile_text_is_text_on_every_page(name: str) -> None:
    results = hostile()
    overview = overview_page([results])
    pages = [
        provider_page(results), capability_page(probes()["json"], [results]), overview,
        *(model_page(results.provider, model, rows) for model, rows in by_model(results) if model == name),
    ]  # fmt: skip
    for text in pages:
        page, pictures = Page(text), 2 if text == overview else 1  # the heat map, and how old what is known is
        assert not {"script", "svg", "iframe"} & set(page.tags)
        assert page.tags.count("img") <= pictures
        assert not [attribute for attribute in page.attributes if attribute.startswith("on") or attribute == "style"]
        assert not [link for link in page.links if re.match(r"\s*(javascript|data|vbscript):", link, re.IGNORECASE)]
    assert max(map(len, pages)) < 100_000


def test_only_what_a_browser_may_follow_is_a_link() -> None:
    assert web_link(RECORDING) == RECORDING
    assert web_link("javascript:alert(1)") == ""
    assert web_link("cassettes/acme/m/sync/text.yaml") == ""
    assert web_link("https://example.com/" + "x" * 5000) == ""


def test_rows_of_a_model_stand_together_whatever_their_order() -> None:
    rows = (row("b", json=SEEN), row("a", json=SEEN), row("b", True, json=SEEN))
    assert [(model, len(found)) for model, found in by_model(Results("acme", rows=rows))] == [("a", 1), ("b", 2)]
