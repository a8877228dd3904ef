"""How much is known, and how old that is, month by month: a picture in SVG."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from scoreboard.pages import table
from scoreboard.pages.looks import drawn
from scoreboard.results.model import Cell, Results, RowResult

# By the month from which on they hold: ages in words, and shades that are told apart without colour too.
_AGES = {0: ("up to three months old", "#1d5f7a"), 3: ("up to a year old", "#6fa8bf"), 12: ("older", "#cfd8de")}
_MOST = 60  # months that are shown, the newest
_LEFT, _TOP, _BAR, _HIGH = 64, 34, 18, 200
_STEPS = (1, 2, 3, 5, 10)


class Bar(Struct, frozen=True):
    """A rectangle, in pixels."""

    x: int
    y: float
    height: float
    fill: str


def counts(everything: Sequence[Results]) -> dict[str, tuple[int, ...]]:
    """For each month, such as 2026-08, how many of the cells that are known now had evidence by then, by the age of the
    newest that they had; without those that are inherited, or of no known day.
    """
    kinds = Counter(_months(everything))
    if not kinds:
        return {}
    last = max(months[-1] for months in kinds)
    first = max(min(months[0] for months in kinds), last - _MOST + 1)
    return {f"{month // 12}-{month % 12 + 1:02}": _by_age(kinds, month) for month in range(first, last + 1)}


def _by_age(kinds: Counter[tuple[int, ...]], month: int) -> tuple[int, ...]:
    found = [0] * len(_AGES)
    for months, count in kinds.items():
        if at := bisect_right(months, month):
            found[bisect_right([*_AGES], month - months[at - 1]) - 1] += count
    return tuple(found)


def _months(everything: Sequence[Results]) -> Iterator[tuple[int, ...]]:
    """For each cell that is known now, the months in which it was observed, counted from the year 0."""
    for results in everything:
        before: dict[tuple[str, bool, bool], list[RowResult]] = defaultdict(list)
        for row in results.history:
            before[row.key].append(row)
        for row in results.rows:
            for name in (name for name, cell in row.cells.items() if _is_known(cell)):
                cells = (one.cells[name] for one in (row, *before[row.key]) if name in one.cells)
                if found := {month for cell in cells if _is_known(cell) for month in _month(cell)}:
                    yield tuple(sorted(found))


def _is_known(cell: Cell) -> bool:
    return table.is_measured(cell) and cell.source != "inherited"


def _month(cell: Cell) -> Iterator[int]:
    if day := re.match(r"([0-9]{4})-(0[1-9]|1[0-2])\b", table.day(cell)):
        yield 12 * int(day[1]) + int(day[2]) - 1


def over_time(everything: Sequence[Results]) -> str:
    """An SVG with a bar per month: how many cells were known, by age."""
    known = counts(everything)
    most = max((sum(ages) for ages in known.values()), default=0)
    top = _round(most)
    fills = [fill for _, fill in _AGES.values()]
    months = []
    for place, (month, ages) in enumerate(known.items()):
        x, bars, below = _LEFT + _BAR * place, list[Bar](), 0
        for count, fill in reversed(list(zip(ages, fills, strict=True))):
            below += count
            bars.append(Bar(x, _TOP + _HIGH * (1 - below / top), _HIGH * count / top, fill))
        told = ", ".join(f"{count:,} {words}" for count, (words, _) in zip(ages, _AGES.values(), strict=True))
        months.append((x, month, f"{month}: {sum(ages):,} cells known: {told}", bars))
    return drawn(
        "ages.svg.j2", months=months, ages=list(_AGES.values()), left=_LEFT, top=_TOP, bar=_BAR, high=_HIGH,
        marks=[(_TOP + _HIGH * (1 - part / 4), f"{top * part // 4:,}") for part in range(5)],
        width=_LEFT + max(_BAR * len(months), 480) + 16, height=_TOP + _HIGH + 34,
    )  # fmt: skip


def _round(most: int) -> int:
    """A round number that is not less, of which a fourth is whole."""
    power = 4
    while power * _STEPS[-1] < most:
        power *= 10
    return next((step * power for step in _STEPS if step * power >= most), power)
