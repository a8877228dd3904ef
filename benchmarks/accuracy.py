"""The confusion matrix: record against the emulators with every capability set to every behaviour, and compare.

    python -m benchmarks.accuracy [WIRE ...]

Of each wire, for each capability and behaviour, one model has just that set, all else working, and is recorded whole in
all its modes. The capability's cell must be as the switchboard has it; the others must be as for the model where all
works, except those that cannot be there without it. The finer points of calls and streams are asked of models of their
own, and compared among themselves. Each line counts the verdicts of a capability and behaviour, over
wires and modes. The exit is 1 where one is wrong. Emulators stand in emulator/.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import anyio

from benchmarks.expected import EXPECTED, IMPOSSIBLE, expected_of, may_differ
from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Switchboard, flaky, serve
from emulator.switchboard import FINER
from emulator.wires import discover
from probes.base import probes
from providers.base import Provider, names, providers
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.results.model import RowResult
from scoreboard.results.store import load
from scoreboard.settings import Pace, Settings

BEHAVIOURS: dict[str, Behaviour] = {
    "works": WORKS, "rejects": REJECTS, "ignores": IGNORES, "malformed": MALFORMED, "wrong": WRONG, "flaky": flaky(0.5),
}  # fmt: skip
KEY = "test-key"
# Pictures and the like by URL are fetched by nobody: an emulator knows them by their name.
ASSETS_URL = "https://assets.example"


def speakers() -> dict[str, tuple[str, str]]:
    """By wire, the provider whose dialect is spoken to its emulator, and a model's name which that provider serves
    through it.
    """
    found: dict[str, tuple[str, str]] = {}
    # Plain dialects first; an emulator wants a key.
    keyed = {name: known for name, known in providers().items() if known.key_env or not known.base_url}
    for name, known in sorted(keyed.items(), key=lambda item: bool(item[1].base_url)):
        found.setdefault(known.wire.__name__.rpartition(".")[2], (name, "emulated"))
        for pattern, wire in known.wires.items():
            found.setdefault(
                wire.__name__.rpartition(".")[2], (name, pattern.replace("*", "emulated", 1).replace("*", ""))
            )
    return found


SPOKEN_BY = speakers()


def environment() -> dict[str, str]:
    """A key for everybody, and an account for those whose address has one."""
    keys = {known.key_env: KEY for name in names() if (known := providers()[name]).key_env}
    return {key: value for key, value in keys.items() if key} | {"CLOUDFLARE_ACCOUNT_ID": "0123456789abcdef"}


def thinking(provider: Provider, model: str) -> str:
    """A model's name of which the provider says that it can think or not; empty where it says so of none that speaks
    the same wire.
    """
    known = (f"{pattern.replace('*', '')}-{model}" for pattern, modes in provider.thinking.items() if len(modes) > 1)
    return next((name for name in known if provider.wire_for(name) is provider.wire_for(model)), "")


def named(wire: str) -> Iterator[tuple[str, str, str]]:
    """The models of a wire: name, capability, behaviour. What only draws calls no tools, and streams no words."""
    provider, model = SPOKEN_BY[wire]
    known = providers()[provider]
    fields = known.wire_for(model).fields(known.quirks_for(model))
    cells = [cell for cell in probes() if cell not in FINER or "text" in fields]
    bases = [model, *filter(None, [thinking(known, model)])]
    for base in bases:
        for cell in cells:
            for behaviour in BEHAVIOURS:
                name = f"{base}-{cell.replace('.', '-')}-{behaviour}"
                if (
                    behaviour in EXPECTED.get(cell, ())
                    and (wire, cell, behaviour) not in IMPOSSIBLE
                    and known.wire_for(name) is known.wire_for(model)
                ):
                    yield name, cell, behaviour


async def recorded(wire: str, folder: Path) -> list[RowResult]:
    """All models of a wire, recorded."""
    provider, model = SPOKEN_BY[wire]
    models = list(named(wire))
    switchboard = Switchboard(models=(model, *(name for name, _, _ in models)))
    for name, cell, behaviour in models:
        switchboard.set(cell, BEHAVIOURS[behaviour], model=name)
    settings = Settings(assets_url=ASSETS_URL, pace={"default": Pace(concurrency=16)})
    with serve(switchboard, (wire,), key=KEY) as server:
        for finer in (False, True):
            budget = Budget()
            how = Run(
                settings, environment(), budget, folder / "cassettes", folder / "results", base_url=server.url(wire),
                only=tuple(FINER) if finer else (),
            )  # fmt: skip
            if asked := [f"{provider}/{name}" for name, cell, _ in models if (cell in FINER) is finer]:
                await run(how, targets(asked), Lines(nobody, budget))
    return list(load(folder / "results", provider).rows)


def judged(wire: str, rows: list[RowResult]) -> Iterator[tuple[str, str, str, bool]]:
    """Each verdict that counts: capability, behaviour, what is wrong with it, and whether it is right."""
    provider, _ = SPOKEN_BY[wire]
    known = providers()[provider]
    models = {name: (cell, behaviour) for name, cell, behaviour in named(wire)}
    plain = {
        (row.thinking, row.stream, finer): row
        for row in rows
        for finer, name in ((False, "*-json-works"), (True, "*-tools-none-works"))
        if fnmatchcase(row.model, name)
    }
    for row in rows:
        cell, behaviour = models[row.model]
        if cell not in row.cells:  # those of streams, where none was asked for
            continue
        mode = f"{'stream' if row.stream else 'sync'}{'+thinking' if row.thinking else ''}"
        fields = known.wire_for(row.model).fields(known.quirks_for(row.model))
        found = f"{row.cells[cell].verdict} {row.cells[cell].reason}".strip()
        wanted = expected_of(wire, mode, cell, behaviour, fields, probes()[cell].requires)
        note = row.cells[cell].note[:160]
        yield (
            cell,
            behaviour,
            f"{wire} {mode} {cell} {behaviour}: {found}, not {' or '.join(sorted(wanted))} ({note})",
            found in wanted,
        )
        # What shares its questions must not be touched.
        for other, was in plain[row.thinking, row.stream, cell in FINER].cells.items():
            now = row.cells[other]
            same = now.verdict == was.verdict and (now.reason == was.reason or now.verdict == "unknown")
            is_asked = cell not in FINER or other in FINER
            if is_asked and not same and not may_differ(wire, mode, cell, other, fields):
                told = f"{now.verdict} {now.reason}, not {was.verdict} {was.reason} ({now.note[:160]})"
                yield cell, behaviour, f"{wire} {mode} {cell} {behaviour}: beside it {other} is {told}", False


def main() -> int:
    """Prints the matrix; 1 where a verdict is wrong."""
    wrong: list[str] = []
    right, count = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    emulated = sorted(set(discover()) & set(sys.argv[1:] or discover()))
    for wire in emulated:
        with tempfile.TemporaryDirectory() as temporary:
            rows = anyio.run(recorded, wire, Path(temporary))
        for cell, behaviour, told, good in judged(wire, rows):
            right[cell, behaviour] += good
            count[cell, behaviour] += "beside it" not in told
            wrong += [] if good else [told]
    print(f"{'':<16}" + "".join(f"{behaviour:>12}" for behaviour in BEHAVIOURS))
    for cell in dict.fromkeys(cell for cell, _ in count):
        print(
            f"{cell:<16}"
            + "".join(f"{right[cell, behaviour]:>6} of {count[cell, behaviour]:<2}" for behaviour in BEHAVIOURS)
        )
    for line in wrong:
        print(f"WRONG {line}")
    print(
        f"accuracy: {right.total()} of {count.total()} verdicts right, {len(wrong)} wrong, over {', '.join(emulated)}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
