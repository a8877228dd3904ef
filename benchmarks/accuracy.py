"""The confusion matrix: record against the emulators with every capability set to every behaviour, and compare.

    python -m benchmarks.accuracy [WIRE ...]

Each line is a capability and behaviour, over wires and modes: how many verdicts are as they must be. The exit is 1 where one is wrong.
Emulators stand in tests/emulator/; a wire without one is not measured, and named as such.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

import anyio

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Switchboard, serve  # noqa: E402 (after the path)
from emulator.wires import discover  # noqa: E402

from probes.base import probes  # noqa: E402
from providers.base import names, providers, wires  # noqa: E402
from scoreboard.budget import Budget  # noqa: E402
from scoreboard.report import Lines, nobody  # noqa: E402
from scoreboard.results import load  # noqa: E402
from scoreboard.run import Run, run, targets  # noqa: E402
from scoreboard.settings import Settings  # noqa: E402

# What each behaviour must be told as; a set where the wire cannot tell one from the other.
NO = "unsupported"
EXPECTED: dict[str, dict[Behaviour, set[str]]] = {
    "json": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} malformed"}, MALFORMED: {f"{NO} malformed"}},
    "schema": {
        WORKS: {"supported"},
        REJECTS: {f"{NO} rejected"},
        IGNORES: {f"{NO} malformed"},
        MALFORMED: {f"{NO} malformed"},
        WRONG: {f"{NO} malformed"},
    },
    "tools": {
        WORKS: {"supported"},
        REJECTS: {f"{NO} rejected"},
        IGNORES: {f"{NO} ignored"},
        MALFORMED: {f"{NO} malformed"},
        WRONG: {f"{NO} wrong"},
    },
    "tools.forced": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}},
    "seed": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}},
    "max_tokens": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}},
    "stop": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}},
    "logprobs": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}},
    "usage": {WORKS: {"supported"}, IGNORES: {f"{NO} ignored"}},
    "finish": {WORKS: {"supported"}, IGNORES: {f"{NO} ignored"}},
    "limits": {WORKS: {"supported"}, IGNORES: {f"{NO} ignored"}},
    "in.image": {
        WORKS: {"supported"},
        REJECTS: {f"{NO} rejected"},
        IGNORES: {f"{NO} ignored"},
        WRONG: {f"{NO} wrong"},
        MALFORMED: {f"{NO} wrong"},
    },
    "in.audio": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}, WRONG: {f"{NO} wrong"}},
    "in.document": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}, WRONG: {f"{NO} wrong"}},
    "out.image": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}},
    "out.audio": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}},
    "web_search": {WORKS: {"supported"}, REJECTS: {f"{NO} rejected"}, IGNORES: {f"{NO} ignored"}},
}
MODES = ("sync", "stream")


def speakers() -> dict[str, tuple[str, str]]:
    """By wire, the provider whose dialect is spoken to its emulator, and a model's name which that provider serves through it."""
    found: dict[str, tuple[str, str]] = {}
    for name, known in sorted(providers().items(), key=lambda item: bool(item[1].base_url)):  # plain dialects first
        found.setdefault(known.wire.__name__.rpartition(".")[2], (name, "emulated"))
        for pattern, wire in known.wires.items():
            found.setdefault(wire.__name__.rpartition(".")[2], (name, pattern.replace("*", "emulated", 1).replace("*", "")))
    return found


SPOKEN_BY = speakers()


def expected_of(wire: str, cell: str, behaviour: Behaviour) -> set[str]:
    """What must be told; of a field that the wire does not have, that it has none."""
    provider, model = SPOKEN_BY[wire]
    known = providers()[provider]
    if not probes()[cell].proves <= known.wire_for(model).fields(known.quirks_for(model)):
        return {f"{NO} not_expressible"}
    return EXPECTED[cell][behaviour]


async def measured(wire: str, cell: str, behaviour: Behaviour, folder: Path) -> dict[str, str]:
    """What is recorded, by mode."""
    provider, model = SPOKEN_BY[wire]
    with serve(Switchboard(models=(model,)).set(cell, behaviour), (wire,)) as server:
        environ = {known: "test-key" for name in names() if (known := providers()[name].key_env)}
        how = Run(Settings(), environ, Budget(), folder / "cassettes", folder / "results", only=(cell,), base_url=server.url(wire))
        await run(how, targets(f"{provider}/{model}/{mode}" for mode in MODES), Lines(nobody, how.budget))
    rows = load(folder / "results", provider).rows
    return {MODES[row.stream]: f"{row.cells[cell].verdict} {row.cells[cell].reason}".strip() for row in rows}


def main() -> int:
    """Prints the matrix; 1 where a verdict is wrong."""
    wrong, right = [], Counter[str]()
    emulated = sorted(set(discover()) & set(sys.argv[1:] or discover()))
    for wire in emulated:
        for cell, behaviours in EXPECTED.items():
            for behaviour in behaviours:
                expected = expected_of(wire, cell, behaviour)
                with tempfile.TemporaryDirectory() as temporary:
                    found = anyio.run(measured, wire, cell, behaviour, Path(temporary))
                for mode in MODES:
                    told = found.get(mode, "nothing")
                    right[f"{cell} {behaviour.act}"] += told in expected
                    if told not in expected:
                        wrong.append(f"{wire} {mode} {cell} {behaviour.act}: {told}, not {' or '.join(sorted(expected))}")
    for name, count in right.items():
        print(f"{name:<24}{count} of {len(emulated) * len(MODES)}")
    for line in wrong:
        print(f"WRONG {line}")
    missing = sorted(set(wires()) - set(discover()))
    total = sum(right.values())
    print(f"accuracy: {total} of {total + len(wrong)} verdicts right over {', '.join(emulated)}; no emulator of {', '.join(missing)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
