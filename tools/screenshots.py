"""The picture of the site in the README, from the committed results.

python -m tools.screenshots
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from scoreboard.pages.site import render
from scoreboard.results.store import load_all
from scoreboard.traffic.behind import Archive
from tools.browser import NoBrowser, chromium

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "site.png"
PLACE = "#vllm/tiny-hermes@0.32.0/stream:json?has=stream,schema"
MOST = 300_000  # bytes


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        render(load_all(ROOT / "results"), Path(folder), Archive(ROOT / "cassettes", ()))
        try:
            with chromium() as browser:
                page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme="light")
                page.goto(f"{Path(folder, 'index.html').as_uri()}{PLACE}")
                page.locator("#panel-title").wait_for()
                page.screenshot(path=PICTURE)
        except NoBrowser as missing:
            print(missing, file=sys.stderr)
            return 2
    size = PICTURE.stat().st_size
    print(f"{PICTURE.relative_to(ROOT)}: {size / 1000:.0f} kB")
    return int(size > MOST)


if __name__ == "__main__":
    sys.exit(main())
