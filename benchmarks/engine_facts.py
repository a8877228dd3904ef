"""Facts of real engines and gateways that were seen by hand, beside the verdicts of a run now: those whose engine is
installed (`make engines`) are recorded anew, and of each other it is told why it was not measured.

    python -m benchmarks.engine_facts [ENGINE ...]        (also at the end of python -m benchmarks.field)
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from scoreboard.evidence.cassettes import rows_in
from scoreboard.judge.kept import judged_cassettes
from scoreboard.results.model import Cell, RowResult
from tools.engines.__main__ import ROOT, WORK, Engines
from tools.engines.processes import EngineError
from tools.engines.recording import recorded

MOST = 60.0  # seconds that a card may take before whom answers at all


class Fact(NamedTuple):
    """What was seen of a model that an engine serves. `right`: `alternatives (modes): cells; ...`, an alternative being
    a verdict, or one with its reason.
    """

    engine: str
    model: str
    seen: str
    right: str


_NO_MIND = "unknown|unsupported (sync+stream): in.text, in.image, tools.unbiased, tools.decisive"
_JSON = "supported (sync+stream): json; unsupported:breaks|unsupported:rejected (sync+stream): schema"
_REQUIRED = "unsupported:breaks (sync+stream): tools.forced; unsupported:ignored (sync+stream): tools"
FACTS = (
    Fact("llamacpppython", "tiny", "required is ignored, seed and stop heeded, JSON enforced, a schema a 500",
         f"{_JSON}; unsupported:ignored (sync+stream): tools.forced, tools; "
         "supported (sync+stream): seed, stop, logprobs"),
    Fact("llamacpppython", "tiny", "counts where it is asked plainly, and not in a stream, though asked to",
         "supported (sync): usage; unsupported:ignored (stream): usage"),
    Fact("llamacpppython", "tiny-functions", "required: 500 in plain mode, an empty 200 stream; auto: text", _REQUIRED),
    Fact("llamacpppython", "tiny-functions", "the format never passes the seed on",
         "unsupported:ignored (sync+stream): seed"),
    Fact("llamacpppython", "tiny-functions", "random weights show no understanding", _NO_MIND),
    Fact("vllm", "tiny-hermes", "the grammar enforces JSON, schema and forced calls",
         "supported (sync+stream): json, schema, tools.forced"),
    Fact("vllm", "tiny-hermes", "random weights show no understanding, forced or not", _NO_MIND),
    Fact("vllm", "tiny", "a model of single characters, whose end alone has more: its log-probabilities are right",
         "supported (sync+stream): logprobs, seed, stop, usage, finish"),
    Fact("litellm", "llamacpppython-tiny", "what the engine behind it enforces and ignores comes through",
         "supported (sync+stream): json; unsupported:ignored (sync+stream): tools.forced"),
    Fact("litellm", "llamacpppython-tiny-functions", "required: 500, retried; of a stream of nothing, an empty answer",
         "unsupported:breaks (sync): tools.forced; unsupported:ignored (stream): tools.forced; "
         "unsupported:ignored (sync+stream): tools"),
)  # fmt: skip
# Of the facts seen by hand those that no engine here can show, and what shows them.
ELSEWHERE = (
    ("transformers serve: format, log-probabilities, a required tool have no effect", "no engine of it is set up here"),
    ("transformers serve: one random generator for all requests", "on an emulator: one-random-generator"),
    ("transformers serve: the stop sequence stays in the text", "on an emulator: 21-stop-is-in-the-text"),
    ("a proxy that retries each 5xx for five seconds", "on an emulator: proxy-that-fails-slowly"),
    ("a gateway whose stream_options its upstream refuses", "on an emulator: streams-all-400"),
    ("a gateway whose streams are all 500", "on an emulator: streams-all-500"),
    ("a mock that answers from fixtures", "on an emulator: mock-with-constant-answers"),
    ("a server with pydantic's extra=forbid", "on an emulator: extra-forbidden-seed and its like"),
    ("a template that chokes on quotation marks", "on an emulator: template-chokes-on-quotes"),
)


def told(fact: Fact, rows: Mapping[str, RowResult]) -> Iterator[tuple[bool, str]]:
    """A line for each cell of a fact; `rows` by mode."""
    for part in fact.right.split("; "):
        head, _, names = part.partition(": ")
        alternatives, _, modes = head.partition(" (")
        for mode in modes.rstrip(")").split("+"):
            for name in names.split(", "):
                cell = rows[mode].cells[name]
                right = any(_is(cell, one) for one in alternatives.split("|"))
                mark = "" if right else f"  WRONG ({cell.note:.100})"
                yield (
                    right,
                    f"  {mode:<7}{name:<15}{alternatives:<34} {':'.join(filter(None, (cell.verdict, cell.why)))}{mark}",
                )


def _is(cell: Cell, expected: str) -> bool:
    """Accepted is supported where an effect cannot be shown; an effect that is not there must be told."""
    return expected in (cell.verdict, f"{cell.verdict}:{cell.reason}")


def recorded_now(engines: Engines, name: str, model: str) -> tuple[dict[str, RowResult], float]:
    """The rows of a model by mode, recorded now, and the seconds that asking took. Raises EngineError."""
    engine = engines.engine(name)
    served = next(one for one in engine.served if one.name == model)
    where, behind = engines.installed(name, engine.versions[-1]), engines.behind(served)
    with tempfile.TemporaryDirectory() as temporary:
        begun = time.monotonic()
        ready = recorded(where, served, behind, Path(temporary), deep=False)
        cassettes = Path(temporary) / "cassettes"
        rows = {row.mode.name: judged_cassettes(cassettes, row) for row in rows_in(cassettes)}
        return rows, time.monotonic() - begun - ready


def is_installed(engines: Engines, name: str, model: str) -> bool:
    """Whether an engine is there, with what stands behind it."""
    engine = engines.engine(name)
    served = next(one for one in engine.served if one.name == model)
    behind = served.behind.partition("/")[0]
    needed = [(name, engine)] + ([(behind, engines.engine(behind))] if behind else [])
    return all((engines.work / f"{one}-{known.versions[-1]}" / ".ready").exists() for one, known in needed)


def facts(wanted: Collection[str] = ()) -> int:
    """Prints all facts; how many cells are wrong."""
    engines, wrong, count = Engines(ROOT / "engines", WORK, ROOT), 0, 0
    models = dict.fromkeys((fact.engine, fact.model) for fact in FACTS if not wanted or fact.engine in wanted)
    for name, model in models:
        here = [fact for fact in FACTS if (fact.engine, fact.model) == (name, model)]
        why, seconds = f"{name} is not installed: make engines ENGINE={name}", 0.0
        rows: dict[str, RowResult] = {}
        if is_installed(engines, name, model):
            try:
                rows, seconds = recorded_now(engines, name, model)
            except EngineError as error:
                why = str(error)
        for fact in here:
            print(f"{name}/{model}: {fact.seen}" + ("" if rows else f": not measured, {why}"))
            for right, line in told(fact, rows) if rows else ():
                wrong, count = wrong + (not right), count + 1
                print(line)
        if rows:
            print(f"  both   seconds        {MOST:<34g} {seconds:.0f}")
    for what, why in ELSEWHERE:
        print(f"{what}: not measured on an engine; {why}")
    print(f"engine facts: {wrong} of {count} cells wrong")
    return wrong


def main(arguments: Sequence[str]) -> int:
    """1 where a cell is wrong."""
    names = {fact.engine for fact in FACTS}
    if unknown := set(arguments) - names:
        print(f"no engine is named {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}")
        return 2
    return 1 if facts(arguments) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
