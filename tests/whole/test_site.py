"""The site as people use it, in a real browser, opened from the file system.

Where SCOREBOARD_SCREENSHOTS names a folder, a picture of what each test saw last is kept there.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoreboard.pages.site import render
from scoreboard.pages.site_paths import href, path_of
from tests.support.boards import HOSTILE, NOTHING, RECORDING, SCRIPT, board, kept
from tools.browser import NoBrowser, chromium

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
from playwright.sync_api import Browser, Page, expect  # noqa: E402 (only where it is there)

expect.set_options(timeout=20_000)
# One process opens the one browser.
pytestmark = pytest.mark.xdist_group("browser")
PICTURES = os.environ.get("SCOREBOARD_SCREENSHOTS")
MANY = 300
ROWS = MANY + 4 + len(HOSTILE)
ALL = f"{ROWS} of {ROWS} rows"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium() as found:
            yield found
    except NoBrowser as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    render(board(MANY), folder, NOTHING)
    return folder


class Opened:
    """A window on the site. What goes wrong in it fails the test: errors, dialogs, and what the policy had to stop."""

    def __init__(self, browser: Browser, site: Path, **options: object) -> None:
        context = browser.new_context(viewport={"width": 1300, "height": 800}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        self.site, self.page, self.wrong = site, context.new_page(), list[str]()
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("dialog", lambda dialog: self.wrong.append(dialog.message))

    def at(self, place: str = "", page: str = "index.html") -> Page:
        self.page.goto("about:blank")
        self.page.goto(
            f"{(self.site / page).as_uri()}{place}" if page == "index.html" else f"{self.site.as_uri()}/{page}"
        )
        if page == "index.html":
            expect(self.page.locator("#count")).not_to_have_text("Loading…")
        return self.page

    def close(self) -> None:
        """Keeps a picture where that is wanted."""
        if PICTURES:
            test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::test_")[2].rpartition(" ")[0]
            self.page.screenshot(path=Path(PICTURES, f"{re.sub(r'[^a-z0-9]+', '-', test)}.png"))
        self.page.context.close()


@pytest.fixture
def opened(browser: Browser, site: Path) -> Iterator[Opened]:
    found = Opened(browser, site)
    yield found
    found.close()
    assert not found.wrong


def test_a_picture_is_kept_where_that_is_wanted(
    browser: Browser, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PICTURES", str(tmp_path / "new"))
    opened = Opened(browser, site)
    opened.at()
    opened.close()
    (picture,) = (tmp_path / "new").iterdir()
    assert picture.name == "a-picture-is-kept-where-that-is-wanted.png"
    assert picture.read_bytes().startswith(b"\x89PNG")


def names(page: Page) -> list[str]:
    return page.locator("#body .who bdi").all_inner_texts()


def cell(row: str, capability: str) -> str:
    """A selector of a cell: a row by its name and mode, a column by its title."""
    return f'#body .row:has(.who[title="{row}"]) [role="gridcell"][aria-label^="{capability}:"]'


def ask_for(page: Page, words: str) -> None:
    page.fill("#has", words)
    page.press("#has", "Enter")


def test_only_the_rows_that_can_be_seen_are_in_the_page(opened: Opened) -> None:
    page = opened.at()
    expect(page.locator("#count")).to_have_text(ALL)
    assert page.locator("#grid").get_attribute("aria-rowcount") == str(ROWS + 1)
    assert "acme/m-1" in names(page)
    assert len(names(page)) < 60
    page.evaluate("document.getElementById('grid').scrollTop = 1e6")
    expect(page.locator('.who[title="other.example/vendor/m-2.5:free, plain thinking"]')).to_be_visible()
    assert "acme/m-1" not in names(page)
    assert len(names(page)) < 60


def test_a_search_leaves_the_rows_that_have_all_its_words(opened: Opened) -> None:
    page = opened.at()
    page.fill("#q", "FREE other")
    expect(page.locator("#count")).to_have_text(f"1 of {ROWS} rows")
    assert names(page) == ["other.example/vendor/m-2.5:free"]
    page.fill("#q", "nothing is called so")
    expect(page.locator("#count")).to_contain_text("0 of")
    page.click("#clear")
    expect(page.locator("#count")).to_have_text(ALL)


def test_capabilities_are_filtered_by_words_several_at_once(opened: Opened) -> None:
    page = opened.at()
    ask_for(page, "streams, schema and tools, takes PDFs")
    assert page.locator("#chips button").all_inner_texts() == [
        "Streamed ×", "JSON by a schema that the caller gives ×", "Tools ×", "Documents (PDF) as input ×",
    ]  # fmt: skip
    assert names(page) == ["acme/m-1"]
    assert page.locator("#body .who small").all_inner_texts() == ["stream"]
    page.click("#chips button >> nth=0")
    page.click("#chips button >> nth=0")
    assert sorted(names(page)) == ["acme/m-1", "other.example/vendor/m-2.5:free"]
    page.check("#sure")
    assert names(page) == ["acme/m-1"]
    ask_for(page, "levitates")
    expect(page.locator("#count")).to_have_text("No capability is called levitates.")
    assert page.locator("#has").get_attribute("aria-invalid") is not None


def test_a_provider_and_an_order_can_be_chosen(opened: Opened) -> None:
    page = opened.at()
    page.select_option("#provider", "acme")
    assert names(page) == ["acme/m-1", "acme/m-1", "acme/m-9"]
    page.select_option("#sort", "works")
    assert page.locator("#body .who small").all_inner_texts() == ["stream", "plain", "nobody probed it"]
    page.click('[role="columnheader"][data-id="stop"]')
    assert page.locator("#body .who small").all_inner_texts()[0] == "plain"
    assert page.locator('[data-id="stop"]').get_attribute("aria-sort") == "descending"
    page.click("#clear")
    page.select_option("#view", "providers")
    assert [name for name in names(page) if "script" not in name] == ["acme", "bulk", "other.example"]
    page.click(".who bdi:text-is('acme')")
    assert names(page) == ["acme/m-1", "acme/m-1", "acme/m-9"]


def test_a_permalink_opens_what_it_keeps_and_is_kept_by_what_is_opened(opened: Opened) -> None:
    page = opened.at("#acme/m-1/stream:schema?q=m-1&has=stream,in.document&in=acme")
    expect(page.locator("#panel-title")).to_have_text("JSON by a schema that the caller gives")
    assert names(page) == ["acme/m-1"]
    assert page.input_value("#q") == "m-1"
    assert page.input_value("#provider") == "acme"
    page.click(cell("acme/m-1, stream", "Tools"))
    expect(page.locator("#panel-title")).to_have_text("Tools")
    assert page.url.endswith("#acme/m-1/stream:tools?q=m-1&in=acme&has=stream,in.document")
    page.reload()
    expect(page.locator("#panel-title")).to_have_text("Tools")
    page.go_back()
    expect(page.locator("#panel-title")).to_have_text("JSON by a schema that the caller gives")


@pytest.mark.parametrize(
    ("place", "title"),
    [
        ("#other.example/vendor/m-2.5:free/sync+thinking:tools", "Tools"),
        ("#other.example/vendor%2Fm-2.5%3Afree/sync%2Bthinking:tools", "Tools"),
        ("#other.example/vendor/m-2.5:free/sync:tools", "Tools"),
        ("#other.example/vendor/m-2.5:free", "other.example/vendor/m-2.5:free"),
        ("#acme/m-9", "acme/m-9"),
    ],
    ids=["as it is written", "all escaped", "the mode next to it", "a model", "nobody probed it"],
)
def test_permalinks_are_read_generously(opened: Opened, place: str, title: str) -> None:
    expect(opened.at(place).locator("#panel-title")).to_have_text(title)


@pytest.mark.parametrize(
    "place", ["#acme/m-7/sync:json", "#nobody", "#%E0%A4%A/x", "#acme/m-7/sync?has=x&sort=y&compare=z"]
)
def test_a_permalink_to_what_is_not_there_says_so_and_shows_the_table(opened: Opened, place: str) -> None:
    page = opened.at(place)
    expect(page.locator("#count")).to_contain_text("Nothing here is named")
    assert page.locator("#panel").is_hidden()
    assert len(names(page)) > 10


def test_up_to_four_rows_are_compared(opened: Opened) -> None:
    page = opened.at()
    assert page.locator("#compare").is_disabled()
    for place in range(4):
        page.locator("#body .tick input:visible").nth(place).check()
    page.locator("#body .tick input:visible").nth(4).click()
    expect(page.locator("#count")).to_contain_text("At most 4")
    assert not page.locator("#body .tick input:visible").nth(4).is_checked()
    page.click("#compare")
    assert page.locator("#side thead th").count() == 5
    before = page.locator("#side tbody tr").count()
    page.check("#differ")
    assert 0 < page.locator("#side tbody tr").count() < before
    page.click("#side thead button >> nth=0")
    assert page.locator("#side thead th").count() == 4
    assert page.url.count("compare=") == 3
    page.reload()
    expect(page.locator("#compare")).to_have_text("Compare (3)")
    page.click("#compare")
    page.click("#side tbody a >> nth=0")
    expect(page.locator("#panel-title")).to_be_visible()
    expect(page.locator("#compared")).to_be_hidden()


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


def test_each_thing_that_a_cell_can_come_to_looks_different(opened: Opened) -> None:
    page = opened.at()
    looks = {}
    for capability in (
        "JSON mode",
        "JSON by a schema",
        "Seed",
        "Stop sequences",
        "Tools",
        "Usage",
        "Log-probabilities",
    ):
        at = page.locator(f'#body .row:has(.who[title="acme/m-1, plain"]) [aria-label^="{capability}"]').first
        style = "e => [e.textContent, ...['color', 'backgroundColor', 'backgroundImage', 'borderStyle'].map(n => getComputedStyle(e)[n])]"
        looks[capability] = str(at.evaluate(style))
    assert len(set(looks.values())) == len(looks)
    assert "over a year old" in (page.locator(cell("acme/m-1, plain", "Usage")).get_attribute("aria-label") or "")


def test_all_of_it_is_done_by_keyboard_alone(opened: Opened) -> None:
    page = opened.at()

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    def focused() -> str:
        return str(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label') || document.activeElement.id || document.activeElement.title"
            )
        )

    press("/")
    assert focused() == "q"
    page.keyboard.type("m-1")
    press("Enter")
    assert focused() == "acme/m-1, plain"
    press("ArrowRight", "ArrowDown")
    assert focused().startswith("Text as input: works")
    press("End")
    assert focused().startswith("Finish reason")
    press("Home")
    assert focused() == "Compare acme/m-1, stream"
    press("Space", "ArrowUp", "Space")
    expect(page.locator("#compare")).to_have_text("Compare (2)")
    press("ArrowUp", "ArrowRight", "ArrowRight", "Enter")
    assert page.locator("[aria-sort]").get_attribute("data-id") == "in.text"
    press("ArrowDown", "Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    assert focused().startswith("Text as input: works")
    press("/", "Escape")
    expect(page.locator("#count")).to_have_text(ALL)
    press("Enter", "Control+End")
    assert focused().startswith("Finish reason")
    expect(page.locator(":focus")).to_be_in_viewport()
    assert page.locator('[role="row"]:has(:focus)').get_attribute("aria-rowindex") == str(ROWS + 1)


def test_a_phone_shows_all_of_it_without_sideways_scrolling(browser: Browser, site: Path) -> None:
    opened = Opened(browser, site, is_mobile=True, has_touch=True)
    page = opened.page
    page.set_viewport_size({"width": 360, "height": 700})
    for name in ("pages.html", "model/acme/m-1.html", "capability/json.html", "index.html"):
        opened.at(page=name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    page.tap(cell("acme/m-1, plain", "Text as input"))
    expect(page.locator("#panel-title")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.tap("#close")
    expect(page.locator("#panel")).to_be_hidden()
    opened.close()
    assert not opened.wrong


def test_it_is_dark_where_the_system_is_and_as_the_switch_says(browser: Browser, site: Path) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    opened = Opened(browser, site, color_scheme="dark")
    page = opened.at()
    dark = page.evaluate(ground)
    page.click("#theme")
    expect(page.locator("#theme")).to_have_text("Theme: light")
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    expect(page.locator("#theme")).to_have_text("Theme: light")
    assert page.evaluate(ground) == light
    page.click("#theme")
    assert page.evaluate(ground) == dark
    opened.close()
    assert not opened.wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, site: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    opened = Opened(browser, site, color_scheme=scheme)
    opened.page.set_viewport_size({"width": 900, "height": 520})
    found = []
    compared = "#acme/m-1/stream:schema?has=schema&compare=acme/m-1/sync&compare=acme/m-1/stream"
    plain = ("pages.html", "model/acme/m-1.html", "provider/acme.html", "capability/json.html")
    pages = [("#acme", "index.html"), (compared, "index.html"), *(("", name) for name in plain if scheme == "light")]
    for place, name in pages:
        page = opened.at(place, name)
        if place == compared:
            expect(page.locator("#panel-title")).to_be_visible()
            page.click("#compare")
        violations = axe.Axe().run(page).response["violations"]
        found += [
            (place or name, one["id"], one["nodes"][0]["html"])
            for one in violations
            if one["impact"] in ("serious", "critical")
        ]
    opened.close()
    assert not found


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


def test_without_a_script_all_pages_can_be_read(browser: Browser, site: Path) -> None:
    opened = Opened(browser, site, java_script_enabled=False)
    page = opened.page
    page.goto((site / "index.html").as_uri())
    page.click("noscript a")
    page.click("text=acme")
    page.click("text=m-1 >> nth=0")
    assert "none of 8 headers" in page.inner_text("main")
    assert page.locator("main img").evaluate("e => e.naturalWidth") > 100
    opened.close()
