"""What people corrected, on the site in a real browser: its sign, its words, its source, and which filters count it."""

from pathlib import Path

import pytest
from msgspec import structs

from scoreboard.pages.site import render
from scoreboard.results.model import Correction, Results
from tests.support.boards import IGNORED, NOTHING, SEEN, row
from tools.browser import NoBrowser, chromium

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
from playwright.sync_api import expect  # noqa: E402 (only where it is there)

pytestmark = pytest.mark.xdist_group("browser")
SOURCE = "https://example.com/changelog"


def test_a_correction_is_told_as_such(tmp_path: Path) -> None:
    corrected = structs.replace(IGNORED, correction=Correction("supported", SOURCE, "2026-11-20"))
    render([Results("acme").merged([row("m-1", json=corrected), row("m-2", json=SEEN)])], tmp_path, NOTHING)
    place = (tmp_path / "index.html").as_uri()
    try:
        with chromium() as browser:
            page = browser.new_page()
            wrong: list[str] = []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.goto(f"{place}#acme/m-1/sync:json?has=json")
            expect(page.locator("#panel")).to_contain_text("works, people say, which was not measured")
            expect(page.locator("#panel")).to_contain_text("ignored")  # what was measured
            expect(page.locator(f'#panel a[href="{SOURCE}"]')).to_have_text("supported, 2026-11-20")
            expect(page.locator('#body .row:has(.who[title^="acme/m-1"]) .p')).to_have_text("✓✎")
            expect(page.locator("#count")).to_contain_text("2 of 2")
            page.check("#sure")  # only what was seen
            expect(page.locator("#count")).to_contain_text("1 of 2")
            assert not wrong
    except NoBrowser as missing:
        pytest.skip(str(missing))
