"""The system's Chromium without a window, for tests, figures and pictures of the site."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


class NoBrowser(Exception):
    """There is nothing to drive; the message says what is missing, and how it is got."""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed at the end. Raises NoBrowser."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        msg = "no Chromium is installed: apt-get install chromium"
        raise NoBrowser(msg)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        msg = "Playwright is not installed: pip install playwright"
        raise NoBrowser(msg) from error
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program)
        try:
            yield browser
        finally:
            browser.close()
