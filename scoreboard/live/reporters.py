"""What a run tells while it goes on: as a display in a terminal, as plain lines elsewhere, or as a JSON object a
line.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from probes.base import Verdict
from scoreboard.mode import RowId
from scoreboard.net.budget import Budget
from scoreboard.text import printable

Say = Callable[[str], None]


class Report(Protocol):
    """Is told of a run's course. Texts may come from a provider."""

    def line(self, text: str, **more: object) -> None:
        """Something that is no row's: a provider without key, a file that cannot be written."""

    def rows(self, provider: str, count: int) -> None:
        """So many rows of a provider are to be asked."""

    def verdict(self, row: RowId, cell: str, verdict: Verdict) -> None:
        """A cell is judged; it may be judged again when its row is done."""

    def row(self, row: RowId, asked: int, verdicts: Mapping[str, Verdict]) -> None:
        """A row is done."""

    def end(self) -> None:
        """The run is done, or was stopped."""


def nobody(_: str) -> None:
    """Says nothing."""


class Lines:
    """A line per row."""

    def __init__(self, say: Say, budget: Budget) -> None:
        self._say, self._budget = say, budget

    def line(self, text: str, **_: object) -> None:
        """As it is."""
        self._say(text)

    def rows(self, provider: str, count: int) -> None:
        """Is seen in the rows."""

    def verdict(self, row: RowId, cell: str, verdict: Verdict) -> None:
        """Is told with its row."""

    def row(self, row: RowId, asked: int, verdicts: Mapping[str, Verdict]) -> None:
        """What the row's cells are."""
        self._say(f"{row.name}: {asked} requests; {summary(verdicts)}")

    def end(self) -> None:
        """What was spent."""
        self._say(self._budget.spent())


class Verdicts:
    """A line per verdict as it falls, in words that the caller has for it; `status` is told how far the run is."""

    def __init__(self, say: Say, budget: Budget, shown: Callable[[RowId, str, Verdict], str], status: Say) -> None:
        self._say, self._budget, self._shown, self._status = say, budget, shown, status
        self._start, self._told = time.monotonic(), dict[tuple[RowId, str], Verdict]()

    def line(self, text: str, **_: object) -> None:
        """As it is."""
        self._say(text)

    def rows(self, provider: str, count: int) -> None:
        """Is seen in the verdicts."""

    def verdict(self, row: RowId, cell: str, verdict: Verdict) -> None:
        """Told once, and again where it became another."""
        before = self._told.get((row, cell))
        self._told[row, cell] = verdict
        if before is None or (before.verdict, before.reason) != (verdict.verdict, verdict.reason):
            self._say(self._shown(row, cell, verdict))
        self._status(
            f"{len(self._told)} verdicts, {self._budget.requests} requests, {time.monotonic() - self._start:.0f} s"
        )

    def row(self, row: RowId, asked: int, verdicts: Mapping[str, Verdict]) -> None:
        """What has not been told yet."""
        del asked
        for cell, verdict in verdicts.items():
            self.verdict(row, cell, verdict)

    def end(self) -> None:
        """What was spent."""
        self._status("")


class JsonLines:
    """An object per event: `event` is line, rows, verdict, row or end."""

    def __init__(self, say: Say, budget: Budget) -> None:
        self._say, self._budget = say, budget

    def _tell(self, event: str, **more: object) -> None:
        self._say(msgspec.json.encode({"event": event, **more}).decode())

    def line(self, text: str, **more: object) -> None:
        """Its text."""
        self._tell("line", text=text, **more)

    def rows(self, provider: str, count: int) -> None:
        """The provider and the count."""
        self._tell("rows", provider=provider, count=count)

    def verdict(self, row: RowId, cell: str, verdict: Verdict) -> None:
        """The verdict, its reason and note."""
        self._tell(
            "verdict", **_named(row), cell=cell, verdict=verdict.verdict, reason=verdict.reason, note=verdict.note
        )

    def row(self, row: RowId, asked: int, verdicts: Mapping[str, Verdict]) -> None:
        """The requests that were made and the verdicts by cell."""
        cells = {cell: f"{verdict.verdict} {verdict.reason}".strip() for cell, verdict in sorted(verdicts.items())}
        self._tell("row", **_named(row), requests=asked, cells=cells, spent=self._spent())

    def end(self) -> None:
        """What was spent."""
        self._tell("end", spent=self._spent(), stopped=self._budget.over)

    def _spent(self) -> dict[str, float]:
        return {"requests": self._budget.requests, "tokens": self._budget.tokens, "usd": round(self._budget.usd, 6)}


def _named(row: RowId) -> dict[str, str]:
    return {"provider": row.provider, "model": row.model, "mode": row.mode.name}


class Display:
    """A display that is drawn again a few times a second: rows done, rate, spend, time left, the last verdicts."""

    def __init__(self, budget: Budget, console: Console | None = None, lines: int = 8) -> None:
        self._budget, self._start = budget, time.monotonic()
        self._last: deque[str] = deque(maxlen=lines)
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[course]}")
        )
        self._all = self._bars.add_task("rows", total=0, course="")
        self._live = Live(
            get_renderable=self._drawn, console=console or Console(), refresh_per_second=4, transient=False
        )
        self._live.start()

    def _drawn(self) -> Group:
        task = self._bars.tasks[0]
        seconds = max(time.monotonic() - self._start, 0.001)
        left = (task.total - task.completed) * seconds / task.completed if task.completed and task.total else None
        course = f"{self._budget.requests / seconds:.1f} requests/s, {self._budget.spent()}" + (
            f", {_span(left)} left" if left else ""
        )
        self._bars.update(self._all, course=course)
        return Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in self._last), self._bars)

    def line(self, text: str, **_: object) -> None:
        """Above the display, to stay."""
        self._live.console.print(Text(printable(text)))

    def rows(self, provider: str, count: int) -> None:
        """More to do."""
        del provider
        self._bars.update(self._all, total=(self._bars.tasks[0].total or 0) + count)

    def verdict(self, row: RowId, cell: str, verdict: Verdict) -> None:
        """The last of them are shown."""
        reason = f" ({verdict.reason})" if verdict.reason else ""
        self._last.append(printable(f"{row.name}  {cell}: {verdict.verdict}{reason}  {verdict.note}"))

    def row(self, row: RowId, asked: int, verdicts: Mapping[str, Verdict]) -> None:
        """One more is done."""
        del row, asked, verdicts
        self._bars.advance(self._all)

    def end(self) -> None:
        """The last drawing stays."""
        self._live.refresh()
        self._live.stop()


def summary(verdicts: Mapping[str, Verdict]) -> str:
    """How many cells are what, and why some are not known."""
    verdict_counts = Counter(verdict.verdict for verdict in verdicts.values())
    reasons = Counter(verdict.reason for verdict in verdicts.values() if verdict.verdict == "unknown")
    counts = ", ".join(f"{count} {kind}" for kind, count in verdict_counts.most_common())
    return counts + (
        f" ({', '.join(f'{count} {reason}' for reason, count in reasons.most_common(3))})" if reasons else ""
    )


def _span(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
