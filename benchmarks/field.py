"""Verdicts behind servers that are odd in one thing: each case of field_cases.py on each wire, beside the same model
without it.

    python -m benchmarks.field [CASE ...] [WIRE ...]

Of each wire, one server; of each case, one model that is recorded over sockets in all its modes. Each line tells of a
cell that is named in the case, or is not as without the oddity. The exit is 1 where one is wrong, or where failures
that take five seconds cost a row a minute. Last come the facts of real engines (engine_facts.py), where these are
installed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import anyio

from benchmarks.accuracy import ASSETS_URL, SPOKEN_BY, environment
from benchmarks.engine_facts import facts
from benchmarks.faults import Luck
from benchmarks.field_cases import CASES, ON_WIRE
from emulator import Server, Switchboard, serve
from emulator.oddities import discover
from emulator.switchboard import CAPABILITIES, Act
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.results.model import Cell, RowResult
from scoreboard.results.store import load
from scoreboard.settings import Settings

PLAIN = "plain"
KEY = "test-key"
AT_ONCE = 32  # models, which mostly wait
LONGEST = 150.0  # seconds that a model may take: what does not end by then never does
SLOW, DELAY, MOST = "proxy-that-fails-slowly", 5.0, 60.0  # seconds
WIRES = tuple(sorted({wire for wires in discover().values() for wire in wires}))

# What is asked of an oddity: how a stream is made up has cells of its own, and so have the finer points of calls. A
# batch ends when it does.
CELLS = frozenset(CAPABILITIES) - {"batch"}
# By name of the case: the rows by mode.
Rows = dict[str, dict[str, RowResult]]


class Told(NamedTuple):
    """A cell that counts, as it came, and what is right."""

    case: str
    wire: str
    mode: str
    cell: str
    expected: str
    got: str
    right: bool
    note: str = ""

    @property
    def line(self) -> str:
        """For people."""
        mark = "" if self.right else f"  WRONG ({self.note:.100})"
        return f"{self.case:<38} {self.wire:<17}{self.mode:<7}{self.cell:<15}{self.expected:<34} {self.got}{mark}"


class Board(Switchboard):
    """A switchboard by which no model says the same twice by luck."""

    def __init__(self) -> None:
        super().__init__()
        self.random = self._luck = Luck()

    def act(self, model: str, mode: str, *keys: str) -> Act:
        """Also tells whose luck is drawn next."""
        self._luck.model = model
        return super().act(model, mode, *keys)


def cases_of(wire: str, wanted: Collection[str] = ()) -> list[str]:
    """The cases that there are on a wire."""
    return [case for case in CASES if wire in discover()[case] and (not wanted or case in wanted)]


def model_of(wire: str, case: str) -> str:
    """The model that has the case's oddity: some names say which wire it speaks, and this one says nothing."""
    number = [PLAIN, *CASES].index(case)
    return f"{SPOKEN_BY[wire][1]}-{number}"


async def recorded(
    wire: str, cases: Collection[str], folder: Path, delay: float = DELAY
) -> tuple[Rows, dict[str, float]]:
    """The model of each case, and one without any, recorded; and the seconds that each took."""
    provider, _ = SPOKEN_BY[wire]
    board = Board()
    for case in cases:
        board.odd(case, model=model_of(wire, case), measure=delay if case == SLOW else None)
    rows: Rows = {}
    took: dict[str, float] = {}
    places = anyio.CapacityLimiter(AT_ONCE)

    async def one(server: Server, case: str) -> None:
        async with places:
            begun = time.monotonic()
            there = folder / case
            how = Run(
                Settings(assets_url=ASSETS_URL), environment(), Budget(), there / "cassettes", there / "results",
                base_url=server.url(wire),
            )  # fmt: skip
            with anyio.move_on_after(LONGEST):
                await run(how, targets([f"{provider}/{model_of(wire, case)}"]), Lines(nobody, how.budget))
            rows[case] = {row.mode.name: row for row in load(there / "results", provider).rows}
            took[case] = time.monotonic() - begun

    with serve(board, (wire,), key=KEY) as server:
        async with anyio.create_task_group() as group:
            for case in [PLAIN, *cases]:
                group.start_soon(one, server, case)
    return rows, took


def judged(case: str, wire: str, rows: Rows) -> Iterator[Told]:
    """Each cell of a case that is named, or is not as without the oddity."""
    wanted = ON_WIRE.get((case, wire), CASES[case][0])
    for mode, plain in rows[PLAIN].items():
        row = rows[case].get(mode)
        if row is None:
            yield Told(case, wire, mode, "row", "a row", "none", right=False)
            continue
        if wanted.startswith("told"):
            yield from _told(case, wire, plain, row, odd=mode in wanted)
            continue
        named = _named(wanted, mode, plain.cells)
        for name, was in _judged(plain):
            now, old = row.cells[name], _words(was)
            expected = old if was.reason == "not_expressible" else named.get(name, old)
            expected = was.verdict if was.reason == "not_asked" else expected
            right = any(_is(now, was, one) for one in expected.split("|"))
            if not right or name in named:
                yield Told(case, wire, mode, name, expected, _words(now), right, now.note)


def _judged(plain: RowResult) -> list[tuple[str, Cell]]:
    return [(name, cell) for name, cell in plain.cells.items() if name in CELLS]


def _named(wanted: str, mode: str, cells: Mapping[str, Cell]) -> dict[str, str]:
    """What is right for the cells that are named in a mode."""
    found: dict[str, str] = {}
    for part in filter(None, wanted.split("; ")):
        head, _, names = part.partition(": ")
        alternatives, _, modes = head.partition(" (")
        if mode in modes.rstrip(")").split("+"):
            found |= dict.fromkeys(cells if names == "all cells" else names.split(", "), alternatives)
    return found


def _told(case: str, wire: str, plain: RowResult, row: RowResult, *, odd: bool) -> Iterator[Told]:
    """Cells as they were, or without a claim; and where the mode is odd, a sign of it."""
    mode, signs = row.mode.name, []
    for name, was in _judged(plain):
        now = row.cells[name]
        same = _words(now) == _words(was)
        signs += [name] if not same or ("stream" in now.note and now.note != was.note) else []
        if not same and not (odd and now.verdict in ("unknown", "unsupported")):
            yield Told(case, wire, mode, name, _words(was), _words(now), right=False, note=now.note)
    if odd:
        yield Told(case, wire, mode, "row", "told", ", ".join(signs) or "not a word", bool(signs))


def _words(cell: Cell) -> str:
    return ":".join(filter(None, (cell.verdict, cell.why)))


def _is(now: Cell, was: Cell, expected: str) -> bool:
    """Whether a cell is as one of the alternatives has it."""
    if expected in ("same", _words(was)) and _words(now) == _words(was):
        return True
    if expected == "accepted":
        return now.accepted
    return expected in (now.verdict, f"{now.verdict}:{now.reason}", _words(now))


def main() -> int:
    """Prints the cells; 1 where one is wrong."""
    asked = set(sys.argv[1:])
    if unknown := asked - set(CASES) - set(WIRES):
        print(f"no case or wire is named {', '.join(sorted(unknown))}; there are {', '.join((*CASES, *WIRES))}")
        return 1
    found: list[Told] = []
    for wire in sorted(asked & set(WIRES)) or WIRES:
        cases = cases_of(wire, asked & set(CASES))
        with tempfile.TemporaryDirectory() as temporary:
            rows, took = anyio.run(recorded, wire, cases, Path(temporary)) if cases else ({}, {})
        for case in cases:
            found += judged(case, wire, rows)
        if SLOW in took:
            found.append(Told(SLOW, wire, "both", "seconds", f"{MOST:g}", f"{took[SLOW]:.0f}", took[SLOW] < MOST))
    for told in found:
        print(told.line)
    wrong = {(told.case, told.wire) for told in found if not told.right}
    every = {(told.case, told.wire) for told in found} | {(case, wire) for case in CASES for wire in discover()[case]}
    count = len([pair for pair in every if not asked or asked & {*pair}])
    bad = sum(not told.right for told in found)
    print(
        f"field: {bad} cells wrong in {len(wrong)} of {count} cases on wires, {len({case for case, _ in wrong})} cases"
    )
    return 1 if wrong or (not asked and facts()) else 0


if __name__ == "__main__":
    sys.exit(main())
