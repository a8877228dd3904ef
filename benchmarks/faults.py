"""What faults do to verdicts: emulated models are recorded without faults, then with them, and compared cell by cell.

    python -m benchmarks.faults [CELLS] [SEED]      (10000, 1)

Each model has abilities drawn at random, and one kind of fault laid over its requests in a pattern drawn at random:
some requests, a spell of them, all after some, all. It is recorded four times: without faults (the truth); with them,
from nothing; what that left open, without them; and with them over the truth, everything asked anew. From nothing with
faults a cell must come to the truth, or be unknown for a reason that fits the fault; else it must be as the truth. The
exit is 1 where one is not.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

import anyio
import stamina

from benchmarks.accuracy import SPOKEN_BY
from emulator import (
    IGNORES,
    MALFORMED,
    REJECTS,
    WORKS,
    WRONG,
    Behaviour,
    Fault,
    FaultKind,
    Server,
    Switchboard,
    When,
    serve,
)
from emulator.speech import speak
from emulator.switchboard import Act
from probes._media import FORMATS
from probes.base import plain_question, probes
from providers.base import names, providers
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.results.model import Cell
from scoreboard.results.store import load
from scoreboard.settings import Pace, Settings

WIRES = ("openai_chat", "anthropic", "gemini", "cohere", "mistral", "ollama", "openai_responses", "cloudflare")
NONE, REFUSED = "none", "refused"
# The reasons that fit each kind of fault. Some hit what is not theirs to spoil (a stream's end, a type that nobody
# reads): then the truth comes out.
CAUSES: dict[str, set[str]] = {
    NONE: set(),
    REFUSED: {"network"},
    FaultKind.RESET: {"cut", "network"},
    FaultKind.RESET_IN_STREAM: {"cut"},
    FaultKind.TIMEOUT: {"timeout"},
    FaultKind.SLOW: {"timeout"},
    FaultKind.RATE: {"rate"},
    FaultKind.SERVER_ERROR: {"server"},
    FaultKind.BAD_GATEWAY: {"server"},
    FaultKind.UNAVAILABLE: {"server"},
    FaultKind.OVERLOADED: {"server", "rate"},  # some APIs say so by 429
    FaultKind.CUT_JSON: {"cut", "unreadable"},
    FaultKind.CUT_EVENTS: {"cut", "unreadable"},
    FaultKind.HTML: {"unreadable"},
    FaultKind.INVALID_UTF8: {"unreadable"},
    FaultKind.WRONG_TYPE: {"unreadable"},
    FaultKind.GZIP_BOMB: {"unreadable"},
    FaultKind.REDIRECT_LOOP: {"unreadable", "network"},
    FaultKind.ENDLESS: {"timeout", "cut", "unreadable"},
    FaultKind.EXPIRED_KEY: {"auth"},
    FaultKind.OUT_OF_CREDIT: {"billing", "rate"},  # some have a quota for a week
    FaultKind.MODEL_GONE: {"model"},
}
# Seconds that a run waits for the next byte; where nothing but that tells of a fault, they are few.
PATIENCE = 60.0
HASTE: dict[str, float] = {FaultKind.TIMEOUT: 0.5, FaultKind.SLOW: 0.5, FaultKind.ENDLESS: 0.2}
ACTS: dict[str, tuple[Behaviour, ...]] = {
    "json": (REJECTS, IGNORES, MALFORMED),
    "schema": (REJECTS, IGNORES, MALFORMED, WRONG),
    "tools": (REJECTS, IGNORES, MALFORMED, WRONG),
    "tools.unbiased": (IGNORES,),
    "tools.decisive": (IGNORES,),
    **dict.fromkeys(
        ("tools.forced", "seed", "max_tokens", "stop", "logprobs", "web_search", "out.image", "out.audio"),
        (REJECTS, IGNORES),
    ),
    **dict.fromkeys(("in.image", "in.audio", "in.video", "in.document", "cite"), (REJECTS, IGNORES, WRONG)),
    **dict.fromkeys(("usage", "finish", "limits", "tools.result"), (IGNORES,)),
}
AT_ONCE = 10  # cases
LONGEST = 90.0  # seconds that a recording of a case may take: what does not end by then never does
DEFAULTS = ("10000", "1")
BOMB = 34 << 20  # bytes: more than a body may have


class Case(NamedTuple):
    """A kind of fault laid over two models of a wire, one that is asked for streams and one that is not."""

    number: int
    wire: str
    kind: str

    @property
    def models(self) -> dict[str, str]:
        """The mode of each."""
        _, model = SPOKEN_BY[self.wire]
        return {f"{model}-{self.number}-{mode}": mode for mode in ("sync", "stream")}

    @property
    def cells(self) -> int:
        """How many cells are compared: those that the wire can express, after three recordings of each model."""
        provider, model = SPOKEN_BY[self.wire]
        fields = providers()[provider].wire_for(model).fields(providers()[provider].quirks_for(model))
        return 6 * sum(probe.requires <= fields for probe in probes().values())


class Compared(NamedTuple):
    """What became of a cell. `came` is "equal", a reason of the unknown, or empty where it is wrong, as `told`."""

    kind: str
    came: str
    told: str


def cases(cells: int, seed: int) -> list[Case]:
    """As many as it takes to compare so many cells; each round has every kind on every wire."""
    found: list[Case] = []
    for number in count():
        if number % (len(WIRES) * len(CAUSES)) == 0:
            round_ = [(wire, kind) for wire in WIRES for kind in CAUSES]
            Random(seed + number).shuffle(round_)
        found.append(Case(number, *round_[number % len(round_)]))
        cells -= found[-1].cells if found[-1].kind != NONE else 0
        if cells <= 0:
            return found
    raise AssertionError


class Board(Switchboard):
    """What each model can do, and its faults, by name. No model says the same twice by luck."""

    def __init__(self) -> None:
        super().__init__()
        self.abilities: dict[str, Mapping[str, Behaviour]] = {}
        self.laid: dict[str, Fault] = {}
        self.random = self._luck = Luck()

    def behaviour(self, model: str, mode: str, *keys: str) -> Behaviour:
        """As it was drawn."""
        del mode
        acts = self.abilities.get(model, {})  # files are of no model
        return next((acts[key] for key in keys if key in acts), WORKS)

    def act(self, model: str, mode: str, *keys: str) -> Act:
        """Also tells whose luck is drawn next."""
        self._luck.model = model
        return super().act(model, mode, *keys)

    def strike(self, wire: str, path: str, model: str) -> list[Fault]:
        """Those of the model."""
        fault = self.laid.get(model)
        return [fault] if fault and fault.strikes(wire, path, model, 0.0) else []


class Luck(Random):
    """Gives each model numbers of its own, none of which leads to the same words as the others."""

    model = ""

    def __init__(self) -> None:
        super().__init__(0)
        self._drawn = Counter[str]()

    def random(self) -> float:
        """The model's next."""
        self._drawn[self.model] += 1
        return openings()[self._drawn[self.model] % len(openings())]


@cache
def openings() -> list[float]:
    """Numbers after each of which a long text begins in its own way."""
    said: dict[str, float] = {}
    for number in range(2048):
        said.setdefault(speak("Write a long story.", Random(number / 2048)), number / 2048)
    return list(said.values())


def abilities(random: Random) -> dict[str, Behaviour]:
    """What a model can do: half of all works, and some formats of media are taken, and not understood, or the only ones
    that are.
    """
    can = {name: random.choice(acts) if random.random() < 0.5 else WORKS for name, acts in ACTS.items()}
    for modality, forms in FORMATS.items():
        way = random.choice(("inline", "url"))
        if (
            random.random() < 0.5 and can[f"in.{modality}"] != REJECTS
        ):  # a refusal is one of all formats: APIs name no other
            can[f"in.{modality}/{random.choice(forms)}/{way}"] = random.choice((WORKS, IGNORES, WRONG))
    return can


def fault(kind: str, random: Random) -> Fault:
    """A fault of a kind, and which requests it hits."""
    pattern = random.choices(("some", "spell", "after", "all"), (8, 3, 2, 1))[0]
    start, share = random.randrange(2, 40), random.choice((0.03, 0.1, 0.25, 0.5))
    hit: dict[str, Collection[int]] = {
        "some": {number for number in range(1, 1000) if random.random() < share},
        "spell": range(start, start + random.randrange(3, 30)),
        "after": range(start, 100_000),
        "all": (),
    }
    # A pause of a second holds all of a run's requests, so it is for a few of them; one of five minutes is not waited
    # for.
    waits = random.choice((None, 300.0, 1.0 if pattern == "some" and share < 0.2 else None))
    delay = random.choice((0.1, 1.0))
    return Fault(FaultKind(kind), When(nth=hit[pattern]), delay=delay, retry_after=waits, size=BOMB)


async def recorded(
    case: Case, url: str, folder: Path, *, patience: float = PATIENCE, force: bool = False
) -> dict[str, dict[str, Cell]]:
    """The case's models as they are recorded in a folder: cells by model; without those that did not come to an end."""
    provider, _ = SPOKEN_BY[case.wire]
    environ = {known: "test-key" for name in names() if (known := providers()[name].key_env)} | {
        "CLOUDFLARE_ACCOUNT_ID": "emulated"
    }
    pace = Pace(concurrency=32, timeout=patience)
    settings = Settings(tries=2, retries=1e6, assets_url="https://assets.example", pace={"default": pace})
    how = Run(settings, environ, Budget(), folder / "cassettes", folder / "results", base_url=url, force=force)
    wanted = targets(f"{provider}/{model}/{mode}" for model, mode in case.models.items())
    with anyio.move_on_after(LONGEST) as scope:
        await run(how, wanted, Lines(nobody, how.budget))
    return {} if scope.cancelled_caught else {row.model: row.cells for row in load(folder / "results", provider).rows}


async def compared(case: Case, plain: Server, faulty: Server, folder: Path, seed: int) -> list[Compared]:
    """Records a case four times, and compares."""
    random = Random(f"{seed} {case}")
    for model in case.models:
        can = abilities(random)
        for server in (plain, faulty):
            board_of(server).abilities[model] = can
    patience = HASTE.get(case.kind, PATIENCE)
    url = faulty.refused_url(case.wire) if case.kind == REFUSED else faulty.url(case.wire)
    truth = await recorded(case, plain.url(case.wire), folder / "truth")
    found: list[Compared] = []
    for name, again in (("nothing", False), ("nothing", True), ("truth", False)):
        if case.kind in list(FaultKind) and not again:
            board_of(faulty).laid |= {model: fault(case.kind, random) for model in case.models}
        where = plain.url(case.wire) if again else url
        cells = await recorded(
            case, where, folder / name, patience=PATIENCE if again else patience, force=name == "truth"
        )
        for model, was in truth.items():
            what = f"{case.kind} over {name}{', then none' if again else ''}: {case.wire}/{model}"
            found += judged(case.kind, what, was, cells.get(model, {}), open_=name == "nothing" and not again)
    return found


def board_of(server: Server) -> Board:
    """What its models can do."""
    if not isinstance(server.switchboard, Board):
        raise TypeError(type(server.switchboard))
    return server.switchboard


def judged(
    kind: str, what: str, truth: Mapping[str, Cell], cells: Mapping[str, Cell], *, open_: bool
) -> Iterator[Compared]:
    """What became of each cell that the wire can express. `open_`: whether it may be unknown."""
    for name, was in truth.items():
        if was.reason in ("not_expressible", "not_asked") or name == "stream.flows":  # its times are the machine's
            continue
        if probes()[name].is_service and not open_:  # what was submitted is on the server that failed
            continue
        now = cells.get(name)
        told = f"{what} {name}: {was.verdict} {was.reason} ({was.note:.80}), then "
        if now is None:
            yield Compared(kind, "", f"{told}it never ended")
            continue
        told += f"{now.verdict} {now.reason} ({now.note:.160})"
        flipped = [
            form
            for form, is_ in now.variants.items()
            if "unknown" not in (is_, old := was.variants.get(form, is_)) and is_ != old
        ]
        same = (now.verdict, now.reason) == (was.verdict, was.reason) and not flipped
        # What is seen in some of many replies, may be seen in all of fewer, or in none.
        reads_all = probes()[name].questions is plain_question or name == "out.text"
        fewer = (reads_all or name == "tools") and was.verdict == "flaky" and now.verdict != "unknown"
        # What was answered in no way that tells may be answered in one that does.
        fewer |= (was.verdict, was.reason) == ("unknown", "unsure") and now.verdict != "unknown"
        # So it is with forms, of which the one that is understood may have been lost.
        fewer |= (
            open_
            and was.verdict == "supported"
            and "supported" in {was.variants.get(form) for form in was.variants.keys() - now.variants.keys()}
        )
        # And the one that is understood may be asked for only where another was lost.
        fewer |= "supported" in {now.variants[form] for form in now.variants.keys() - was.variants.keys()}
        # A deep cell lives here by what was asked for others, which need not be asked where something was lost, or
        # whose refusal says nothing of it.
        fewer |= open_ and probes()[name].is_deep and now.reason in ("not_asked", "unsure")
        # Of what nothing is known the reason may be another; so may that for which a submission's answer was lost.
        fewer |= probes()[name].is_deep and now.verdict == was.verdict == "unknown"
        fewer |= open_ and probes()[name].is_service and (now.verdict, now.reason) == ("unknown", "unsure")
        # Faults make up for many of the requests that a row may have.
        fewer |= open_ and now.reason == "not_asked" and now.note.startswith("the row has had its")
        if same or fewer:
            yield Compared(kind, "equal", told)
        elif (
            now.accepted and open_
        ):  # taken without complaint is true of what had no effect, too, where the second answer was lost
            yield Compared(kind, "accepted", told)
        elif (
            now.verdict == "unknown" and (open_ or was.verdict == "unknown") and now.reason in CAUSES[kind] and now.note
        ):
            yield Compared(kind, now.reason, told)
        else:
            yield Compared(kind, "", f"{told} {', '.join(flipped)}".strip())


async def measured(some: Iterable[Case], seed: int, folder: Path) -> list[Compared]:
    """All of some cases, many at once."""
    places = anyio.CapacityLimiter(AT_ONCE)
    found: list[Compared] = []
    with serve(Board(), WIRES) as plain, serve(Board(), WIRES) as faulty:

        async def one(case: Case) -> None:
            async with places:
                found.extend(await compared(case, plain, faulty, folder / f"{case.number}", seed))

        async with anyio.create_task_group() as group:
            for case in some:
                group.start_soon(one, case)
    return found


def worker(some: Iterable[Case], seed: int) -> list[Compared]:
    """All of some cases, in this process. Nobody waits before a request is tried again."""
    with stamina.set_testing(True, attempts=2), tempfile.TemporaryDirectory() as temporary:
        return anyio.run(measured, some, seed, Path(temporary))


def table(found: Iterable[Compared]) -> Iterator[str]:
    """A line per kind: cells, those that are equal, those that are wrong, the unknown by reason."""
    counts = Counter((one.kind, one.came) for one in found)
    yield f"{'fault':<18}{'cells':>7}{'equal':>7}{'wrong':>7}  unknown"
    for kind in CAUSES:
        came = {reason: number for (of, reason), number in sorted(counts.items()) if of == kind}
        unknown = ", ".join(f"{number} {reason}" for reason, number in came.items() if reason not in ("", "equal"))
        yield f"{kind:<18}{sum(came.values()):>7}{came.get('equal', 0):>7}{came.get('', 0):>7}  {unknown}".rstrip()


def main() -> int:
    """Prints the table; 1 where a cell is wrong."""
    cells, seed = (int(argument) for argument in (*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :])[:2])
    some, cores = cases(cells, seed), os.cpu_count() or 1
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
        parts = pool.map(worker, [some[core::cores] for core in range(cores)], [seed] * cores)
        found = [one for part in parts for one in part]
    wrong = sorted(one.told for one in found if not one.came)
    for line in (*table(found), *(f"WRONG {line}" for line in wrong)):
        print(line)
    unknown = sum(one.came not in ("", "equal", "accepted") for one in found)
    struck = [one for one in found if one.kind != NONE]
    kinds = len({one.kind for one in struck})
    print(
        f"faults: {len(struck):,} cells under {kinds} kinds of faults, {len(wrong):,} wrong, {unknown:,} "
        "unknown, each with its cause"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
