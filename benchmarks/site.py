"""How long the site's table takes to be there, and to be filtered, in a real browser, at 100,000 cells.

    python -m benchmarks.site [CELLS]      (100000)

A goal is missed, and the exit 1, where the first paint takes a second, a filter 100 ms of the page's work, or a render
more than a minute. Times are the median of several. How long a filter takes by the clock tells of whatever else the
machine does, too; it is printed beside.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from probes.base import probes
from scoreboard.pages.site import render
from scoreboard.results.model import Cell, Results, RowResult, Samples
from scoreboard.traffic.behind import Archive
from tools.browser import NoBrowser, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAINT, FILTER, RENDER = 1000.0, 100.0, 60.0  # milliseconds, milliseconds, seconds
PROVIDERS, LOADS = 50, 5

_SEEN = ("https://example.com/recording.yaml",)
CELLS = (
    Cell("supported", "", "answers 'yes'", _SEEN, "live", "2026-08-20", Samples(3, 3)),
    Cell("supported", "", "nothing was due", _SEEN, "traffic", "2024-08-20", strength="accepted"),
    Cell("unsupported", "ignored", "none of 8 headers", _SEEN, "live", "2026-05-20", Samples(0, 2)),
    Cell("unsupported", "not_expressible", "the wire has no field for it"),
    Cell("unknown", "not_asked", "no exchange asks for it"),
)
# What is typed in, and what is asked for: much is left, little, nothing, and all again.
WORDS = ("model-1", "provider-33", "no such model", "")
FILTERED = """async ([id, value, event]) => {
  const input = document.getElementById(id), start = performance.now();
  input.value = value;
  input.dispatchEvent(new Event(event));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
PAINTED = """() => new Promise((done) => new PerformanceObserver((seen) => {
  const [first] = seen.getEntriesByName("first-contentful-paint");
  if (first) done([first.startTime, performance.getEntriesByName("rows")[0].startTime]);
}).observe({ type: "paint", buffered: true }))"""


def board(cells: int) -> list[Results]:
    """So many cells, in rows of two modes, the same each time."""
    chance, rows = random.Random(1), cells // len(probes())

    def row(number: int) -> RowResult:
        stream = bool(number % 2)
        return RowResult(
            f"vendor/model-{number // 2}", False, stream, {name: chance.choice(CELLS) for name in probes()}
        )

    return [
        Results(f"provider-{part}", rows=tuple(row(number) for number in range(part, rows, PROVIDERS)))
        for part in range(PROVIDERS)
    ]


def measured(site: Path) -> list[float]:
    """Milliseconds until the first paint, until the rows are there, and for a filter until it is painted; and of these
    the time that the page itself worked.
    """
    paints, rows, filters, works = [], [], [], []
    with chromium() as browser:
        for _ in range(LOADS):
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            page = context.new_page()
            worked = _clock(page)
            page.goto((site / "index.html").as_uri())
            first, drawn = page.evaluate(PAINTED)
            paints.append(first)
            rows.append(drawn)
            for what in (*(("q", word, "input") for word in WORDS), ("has", "streams, schema, takes PDFs", "change")):
                before = worked()
                filters.append(page.evaluate(FILTERED, what))
                works.append(worked() - before)
            context.close()
    return [statistics.median(times) for times in (paints, rows, filters, works)]


def _clock(page: Page) -> Callable[[], float]:
    """The milliseconds that a page's main thread has worked, whatever else the machine does."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def read() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    return read


def main(cells: int = 100_000) -> int:
    everything = board(cells)
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        render(everything, Path(folder), Archive(Path(folder, "cassettes"), ()))
        rendered = time.process_time() - start
        size = (Path(folder) / "data" / "index.js").stat().st_size
        try:
            paint, rows, filtered, worked = measured(Path(folder))
        except NoBrowser as missing:
            print(f"not measured: {missing}")
            return 0
    count = sum(len(row.cells) for results in everything for row in results.rows)
    print(f"{count:,} cells: rendered in {rendered:.1f} s of CPU, an index of {size / 1000:.0f} kB")
    print(f"first paint {paint:.0f} ms (goal {PAINT:.0f}), its rows {rows:.0f} ms (goal {PAINT:.0f})")
    print(f"a filter is {worked:.0f} ms of work (goal {FILTER:.0f}), and painted after {filtered:.0f} ms by the clock")
    return int(paint > PAINT or rows > PAINT or worked > FILTER or rendered > RENDER)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
