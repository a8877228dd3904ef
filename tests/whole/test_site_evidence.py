"""What a cell of the site opens: its evidence, and text that tries to do harm."""

import re
from pathlib import Path

import pytest

from scoreboard.pages.site import render
from scoreboard.pages.site_paths import href, path_of
from tests.support.boards import HOSTILE, NOTHING, RECORDING, SCRIPT, board, kept

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
from playwright.sync_api import expect  # noqa: E402 (only where it is there)

from tests.support import browsing  # noqa: E402 (it needs that, too)
from tests.support.browsing import Opened, cell, names  # noqa: E402

browser, site, opened = browsing.browser, browsing.site, browsing.opened  # fixtures
# One process opens the one browser.
pytestmark = pytest.mark.xdist_group("browser")


def test_a_cell_opens_what_it_rests_on(opened: Opened) -> None:
    page = opened.at()
    page.click(cell("acme/m-1, plain", "JSON mode"))
    panel = page.locator("#panel")
    for text in (
        "JSON mode", "acme/m-1, plain", "works: asked, and seen", "answers 'yes'", "3 of 3 (95 %: 44 to 100 %)", "2026-08-20",
        "asked by this project, live", "the bytes as they were sent", "2025-01-02: does not work", "rejected",
        "scoreboard explain acme/m-1 json",
    ):  # fmt: skip
        expect(panel).to_contain_text(text)
    assert panel.locator(".links a").get_attribute("href") == RECORDING
    expect(panel).to_contain_text("Question and answer are not part of this site")
    page.click(cell("acme/m-1, plain", "Seed"))
    expect(panel).to_contain_text("no field in this API")
    expect(panel).to_contain_text("not_expressible: the API has no field for it")
    page.click("#close")
    expect(panel).to_be_hidden()
    assert "#" not in page.url


def test_a_cell_whose_bytes_are_here_opens_question_answer_and_command(opened: Opened, tmp_path: Path) -> None:
    results, archive = kept(tmp_path)
    render([results], tmp_path, archive)
    opened.site, fetched = tmp_path, list[str]()
    opened.page.on("request", lambda request: fetched.append(request.url.rpartition("/data/")[2]))
    page = opened.at("#openaicompatible/m")
    expect(page.locator("#panel-title")).to_be_visible()
    assert "bytes/openaicompatible.0.js" not in fetched
    page.click(cell("openaicompatible/m, plain", "JSON mode"))
    first, second, third = page.locator("#told details").all()
    for text in (
        "1. seen: answers", "Asked: POST http://127.0.0.1/v1/chat/completions", "Is a banana a fruit? <script>",
        "Came: 200 application/json", "is_fruit", "curl -sSg http://127.0.0.1/v1/chat/completions",
        "cassettes/openaicompatible/m/sync/json.yaml#1",
    ):  # fmt: skip
        expect(first).to_contain_text(text)
    assert first.get_attribute("open") is not None and second.get_attribute("open") is None
    second.locator("summary").press("Enter")
    expect(second.locator("pre >> nth=1")).to_be_visible()
    expect(second).to_contain_text("<img src=x onerror=pwned=1>")
    expect(third).to_contain_text("Not here: ")
    expect(page.locator("#told")).to_contain_text("scoreboard explain openaicompatible/m json --media media")
    assert page.locator("#told :is(script, img, svg, iframe)").count() == 0
    assert page.evaluate("typeof pwned") == "undefined"
    assert fetched.count("bytes/openaicompatible.0.js") == 1
    (tmp_path / "data" / "bytes" / "openaicompatible.0.js").unlink()
    opened.at("#openaicompatible/m/sync:json")
    expect(page.locator("#told [role=alert]")).to_contain_text("data/bytes/openaicompatible.0.js cannot be read")
    expect(page.locator("#told")).to_contain_text("seen in 1 of 2")
    opened.wrong = [text for text in opened.wrong if "ERR_FILE_NOT_FOUND" not in text]


def test_evidence_that_is_not_there_is_told_in_one_line(opened: Opened, tmp_path: Path) -> None:
    render(board(0), tmp_path, NOTHING)
    (tmp_path / "data" / "acme.0.js").unlink()
    opened.site = tmp_path
    page = opened.at("#acme/m-1/stream:schema")
    expect(page.locator("#told [role=alert]")).to_contain_text(
        "data/acme.0.js cannot be read: run `scoreboard render` again"
    )
    opened.wrong = [text for text in opened.wrong if "ERR_FILE_NOT_FOUND" not in text]


def test_hostile_text_runs_nothing_and_breaks_nothing(opened: Opened) -> None:
    page = opened.at()
    page.fill("#q", "script")
    shown = [name for name in names(page) if "pwned" in name]
    assert len(shown) == len(HOSTILE)
    for place in range(len(HOSTILE)):
        page.locator(f'#body [data-at="{place}"] [aria-label^="JSON mode:"]').click()
        expect(page.locator("#panel-title")).to_have_text("JSON mode")
        expect(page.locator("#told blockquote")).to_have_count(1)
        assert page.locator("#told :is(script, img, svg, iframe)").count() == 0
        links = [link.get_attribute("href") or "" for link in page.locator("#told a").all()]
        assert all(re.match(r"https?://|#|[\w%~/.-]+$", link) for link in links), links
    opened.at(page=href(path_of("provider", SCRIPT)))
    assert page.locator("tbody tr").count() == len(HOSTILE)
    assert page.evaluate("typeof pwned") == "undefined"


def test_pages_of_hostile_names_are_whole_and_lead_to_their_row(opened: Opened) -> None:
    for text in HOSTILE:
        page = opened.at(page=href(path_of("model", SCRIPT, text)))
        heading = page.inner_text("h1")
        assert page.locator("main :is(script, iframe, svg)").count() == 0
        page.click("text=In the table")
        expect(page.locator("#panel-title")).to_contain_text(heading[:60])
