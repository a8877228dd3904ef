"""The site in a real browser, opened from the file system; the fixtures that its tests share.

Where SCOREBOARD_SCREENSHOTS names a folder, a picture of what each test saw last is kept there.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scoreboard.pages.site import render
from tests.support.boards import HOSTILE, NOTHING, board
from tools.browser import NoBrowser, chromium

PICTURES = os.environ.get("SCOREBOARD_SCREENSHOTS")
MANY = 300
ROWS = MANY + 4 + len(HOSTILE)
expect.set_options(timeout=20_000)


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
            test = test.removesuffix("@browser")  # its group, where tests are shared out by groups
            self.page.screenshot(path=Path(PICTURES, f"{re.sub(r'[^a-z0-9]+', '-', test)}.png"))
        self.page.context.close()


@pytest.fixture
def opened(browser: Browser, site: Path) -> Iterator[Opened]:
    found = Opened(browser, site)
    yield found
    found.close()
    assert not found.wrong


def names(page: Page) -> list[str]:
    return page.locator("#body .who bdi").all_inner_texts()


def cell(row: str, capability: str) -> str:
    """A selector of a cell: a row by its name and mode, a column by its title."""
    return f'#body .row:has(.who[title="{row}"]) [role="gridcell"][aria-label^="{capability}:"]'


def ask_for(page: Page, words: str) -> None:
    page.fill("#has", words)
    page.press("#has", "Enter")
