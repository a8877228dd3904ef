"""How many requests a model takes, in both modes, against asking each question alone; with the same verdicts.

    python -m benchmarks.frugality [WIRE ...]

Of each wire that has a text for an answer: a model that can do all that the wire can express, and one that takes and
makes text only. Requests as planned before (`--dry-run`), as counted by the emulator, and as counted where each cell
asks alone; without what is uploaded and what is submitted in batches, of which each takes requests of its own that no
cell could share. The exit is 1 where a plan is not what is sent, where a verdict differs, or where a goal is missed:
of the wire that most servers speak, 40 for the one, 30 for the other; 40 for any model of any wire.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import anyio
from msgspec import Struct

from benchmarks.accuracy import ASSETS_URL, KEY, SPOKEN_BY, environment
from emulator import REJECTS, Switchboard, serve
from emulator.wires import discover
from probes.base import probes
from providers.base import providers
from scoreboard.live.plan import plans
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.results.model import RowResult
from scoreboard.results.store import load
from scoreboard.settings import Settings

FULL, TEXT_ONLY = 40, 30
COMMON = "openai_chat"
JOBS = ("batch", "file")
MEDIA = ("in.image", "in.audio", "in.video", "in.document", "out.image", "out.audio")


class Counted(Struct):
    """One model's requests in both modes, and its rows."""

    planned: int
    sent: int
    rows: list[RowResult]


def counted(wire: str, *, text_only: bool, frugal: bool, again: bool = False) -> Counted:
    """Records a model; planned is what is planned before, or, `again`, by one that knows the last verdicts."""
    provider, model = SPOKEN_BY[wire]
    switchboard = Switchboard(models=(model,))
    for cell in MEDIA if text_only else ():
        switchboard.set(cell, REJECTS)
    wanted = targets([f"{provider}/{model}/sync", f"{provider}/{model}/stream"])
    with tempfile.TemporaryDirectory() as temporary, serve(switchboard, (wire,), key=KEY) as server:
        folder = Path(temporary)

        def how(*, force: bool = False) -> Run:
            settings = Settings(assets_url=ASSETS_URL, share_questions=frugal)
            paths = folder / "cassettes", folder / "results"
            only = tuple(name for name, probe in probes().items() if name not in JOBS and not probe.is_deep)
            return Run(settings, environment(), Budget(), *paths, base_url=server.url(wire), force=force, only=only)

        first = how()
        planned = sum(plan.whole.requests for plan in plans(first, wanted))
        anyio.run(run, first, wanted, Lines(nobody, first.budget))
        sent = len(server.requests)
        if again:
            planned = sum(plan.whole.requests for plan in plans(how(force=True), wanted))
        return Counted(planned, sent, list(load(folder / "results", provider).rows))


def told(rows: list[RowResult]) -> dict[str, tuple[Any, ...]]:
    """What each cell is, variant by variant."""
    return {
        f"{'stream' if row.stream else 'sync'} {name}": (cell.verdict, cell.reason, sorted(cell.variants.items()))
        for row in rows
        for name, cell in row.cells.items()
        # What is asked for by a shared question alone, or told by the clock, differs where each is asked alone.
        if not probes()[name].is_deep and name != "stream.flows"
    }


def same(ours: tuple[Any, ...], alone: tuple[Any, ...]) -> bool:
    """Whether verdict and reason are the same, and so is each variant that both have: a kind that is refused is not
    asked for in each.
    """
    variants = dict(alone[2])
    return ours[:2] == alone[:2] and all(variants.get(name, verdict) == verdict for name, verdict in ours[2])


def wires() -> list[str]:
    """Those whose models answer with text."""
    spoken = {
        wire: (providers()[name].wire_for(model), providers()[name].quirks_for(model))
        for wire, (name, model) in SPOKEN_BY.items()
    }
    return [wire for wire in discover() if "text" in spoken[wire][0].fields(spoken[wire][1])]


def compared(wire: str, *, text_only: bool) -> tuple[Counted, Counted, list[str]]:
    """A model asked frugally, and with each question alone; and what is not as it should be."""
    ours = counted(wire, text_only=text_only, frugal=True, again=True)
    alone = counted(wire, text_only=text_only, frugal=False)
    goal = TEXT_ONLY if text_only and wire == COMMON else FULL
    apart = told(alone.rows)
    wrong = [key for key, value in told(ours.rows).items() if not same(value, apart[key])]
    return ours, alone, [f"goal {goal}"] * (ours.sent > goal) + ["plan"] * (ours.planned != ours.sent) + wrong


def main() -> int:
    """Prints a line per wire and model; 1 where it is not as it should be."""
    missed = 0
    print(f"{'':<32}{'planned':>8}{'sent':>8}{'alone':>8}")
    for wire in sys.argv[1:] or wires():
        for text_only in (False, True):
            ours, alone, complaints = compared(wire, text_only=text_only)
            name = f"{wire}, {'text only' if text_only else 'everything'}"
            missing = f"  MISSED {', '.join(complaints)}" if complaints else ""
            print(f"{name:<32}{ours.planned:>8}{ours.sent:>8}{alone.sent:>8}{missing}")
            missed |= bool(complaints)
    return missed


if __name__ == "__main__":
    sys.exit(main())
