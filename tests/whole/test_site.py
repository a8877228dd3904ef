"""The site as people use it."""

from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
from playwright.sync_api import Browser, expect  # noqa: E402 (only where it is there)

from tests.support import browsing  # noqa: E402 (it needs that, too)
from tests.support.browsing import ROWS, Opened, ask_for, cell, names  # noqa: E402

browser, site, opened = browsing.browser, browsing.site, browsing.opened  # fixtures
# One process opens the one browser.
pytestmark = pytest.mark.xdist_group("browser")
ALL = f"{ROWS} of {ROWS} rows"


def test_a_picture_is_kept_where_that_is_wanted(
    browser: Browser, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "PICTURES", str(tmp_path / "new"))
    opened = Opened(browser, site)
    opened.at()
    opened.close()
    (picture,) = (tmp_path / "new").iterdir()
    assert picture.name == "a-picture-is-kept-where-that-is-wanted.png"
    assert picture.read_bytes().startswith(b"\x89PNG")


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
