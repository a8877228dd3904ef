"""The pictures in the README: of the committed results, the site, and the versions of an engine side by side; and the
card of an emulator that does not do everything.

python -m tools.screenshots
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from emulator import IGNORES, REJECTS, Switchboard, serve
from scoreboard.pages.site import render
from scoreboard.results.store import load_all
from scoreboard.traffic.behind import Archive
from tools.browser import NoBrowser, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
SITE = ROOT / "docs" / "site.png"
PLACE = "#vllm/tiny-hermes@0.32.0/stream:json?has=stream,schema"
VERSIONS = ROOT / "docs" / "versions.png"
CARD = ROOT / "docs" / "card.png"
MODEL, WIRE = "emulated-1", "openai_chat"
HEADING = "### tiny-hermes"
MOST = 300_000  # bytes
_STYLE = """
body { margin: 8px; font: 13px sans-serif } a { color: inherit; text-decoration: none }
table { border-collapse: collapse } tr:nth-child(2n) { background: #f6f8fa }
th, td { border: 1px solid #d0d7de; padding: 3px 9px; white-space: nowrap }
"""


def versions(page: str) -> str:
    """The first table below the heading, as HTML; raises ValueError where there is none."""
    found = re.search(rf"^{HEADING}\n\n((?:\|.*\n)+)", page, re.MULTILINE)
    if not found:
        msg = f"docs/engines.md has no table below {HEADING!r}; name another heading in {Path(__file__).name}"
        raise ValueError(msg)
    table = MarkdownIt("commonmark").enable("table").render(found[1])
    return f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{table}"


def _site(browser: Browser, folder: Path) -> None:
    render(load_all(ROOT / "results"), folder, Archive(ROOT / "cassettes", ()))
    page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme="light")
    page.goto(f"{(folder / 'index.html').as_uri()}{PLACE}")
    page.locator("#panel-title").wait_for()
    page.screenshot(path=SITE)


def _versions(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1600, "height": 760}, color_scheme="light")
    page.set_content(versions((ROOT / "docs" / "engines.md").read_text()))
    page.locator("table").screenshot(path=VERSIONS)


def _card(browser: Browser, folder: Path) -> None:
    """What `scoreboard probe` writes of a model that rejects JSON mode, ignores sound and counts no tokens."""
    board = Switchboard(models=(MODEL,)).set("json", REJECTS).set("in.audio", IGNORES).set("usage", IGNORES)
    written = folder / "card.html"
    with serve(board, (WIRE,), chunk_delay=0.02, key=None) as server:
        asked = ["probe", "--base-url", server.url(WIRE), "--model", MODEL, "-o", str(written)]
        subprocess.run(
            [sys.executable, "-m", "scoreboard", *asked],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True,
        )  # fmt: skip
    page = browser.new_page(viewport={"width": 860, "height": 760}, color_scheme="light")
    page.goto(written.as_uri())
    page.screenshot(path=CARD)


def main() -> int:
    try:
        with tempfile.TemporaryDirectory() as folder, chromium() as browser:
            _site(browser, Path(folder))
            _versions(browser)
            _card(browser, Path(folder))
    except (NoBrowser, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    sizes = {path.name: path.stat().st_size for path in (SITE, VERSIONS, CARD)}
    print(", ".join(f"docs/{name}: {size / 1000:.0f} kB" for name, size in sizes.items()))
    return int(any(size > MOST for size in sizes.values()))


if __name__ == "__main__":
    sys.exit(main())
