"""A whole catalogue in one night: models x 4 modes over 25 providers with limits of their own, by a virtual clock, in
process.

    python -m benchmarks.catalogue [MODELS]      (4254)

The engine is the real one, down to cassettes and results, but for the network: each request is answered, after a
virtual delay, as the emulator answered the same question of another model. Printed are the time that the night takes by
that clock; the peak memory against a run of 100 models, each in a process of its own; and the CPU time a cell against
that of a quarter of the models. The exit is 1 where the memory is more than 1.3 times, or the CPU time a cell more than
1.15 times as much.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import anyio
import msgspec
from msgspec import Struct, structs

from benchmarks import virtual
from benchmarks.accuracy import KEY
from emulator import Switchboard, serve
from probes.base import Verdict
from providers.base import Provider, Request, Response, find_provider
from scoreboard.evidence.cassettes import folder_of
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, ask_provider, chosen
from scoreboard.mode import RowId
from scoreboard.net.budget import Budget
from scoreboard.net.session import Session
from scoreboard.settings import Pace, Settings

MODELS, FEW, PROVIDERS = 4254, 100, 25
MEMORY, CPU = 1.3, 1.15
# Requests at a time and a minute, as providers' first paid tiers have them.
LIMITS = [(8, 300), (16, 500), (32, 1000), (8, 120), (16, 600)]
PROTOTYPE = "gpt-5-emulated"
DIALECT = "openaichat"  # one that tells thinking from not, so that there are four modes


class Answers(Struct):
    """What the emulator answered to each question of the prototype."""

    found: dict[bytes, tuple[int, dict[str, str], bytes]] = {}


class Learning(Session):
    """Asks the emulator, and remembers."""

    answers: Answers

    async def exchanged(self, request: Request) -> Response:
        """The emulator's response."""
        response = await super().exchanged(request)
        self.answers.found[request.body] = (response.status, response.headers, response.body)
        return response


class Simulated(Session):
    """Answers from what was learnt, after a delay by the virtual clock."""

    answers: Answers
    random: Random

    async def exchanged(self, request: Request) -> Response:
        """The response to the same question of the prototype. Thinking takes longer."""
        model = msgspec.json.decode(request.body, type=_Model).model
        status, headers, body = self.answers.found[request.body.replace(model.encode(), PROTOTYPE.encode())]
        slow = 4.0 if b"reasoning_effort" in request.body and b'"none"' not in request.body else 1.0
        await anyio.sleep(slow * self.random.lognormvariate(0.0, 0.5))
        return Response(status, headers, body)


class _Model(Struct):
    model: str


def learnt(folder: Path) -> Answers:
    """All answers for the prototype, from the emulator."""
    answers = Answers({})
    session = type("Learner", (Learning,), {"answers": answers})
    provider = dialect()
    with serve(Switchboard(models=(PROTOTYPE,)), ("openai_chat",), key=KEY) as server:
        how = _how(folder, session, Settings(), server.url("openai_chat"))
        anyio.run(ask_provider, how, provider, [PROTOTYPE], chosen(()), Lines(nobody, how.budget))
    return answers


def dialect(name: str = DIALECT) -> Provider:
    """A provider of that dialect, all of whose models can think or not."""
    known = find_provider(DIALECT)
    if known is None:
        raise AssertionError
    return structs.replace(known, name=name, wires={}, thinking={"*": (False, True)}, models=(), inherits={})


def _how(folder: Path, session: Any, settings: Settings, base_url: str = "") -> Run:
    environ = {"OPENAI_API_KEY": KEY}
    return Run(
        settings, environ, Budget(), folder / "cassettes", folder / "results", base_url=base_url, session=session
    )


class Forgetting(Lines):
    """Counts cells, and removes the cassettes of rows that are done, so that the night needs no disk to speak of."""

    def __init__(self, folder: Path, budget: Budget) -> None:
        super().__init__(nobody, budget)
        self._folder, self.cells, self.unknown = folder, 0, 0

    def row(self, row: RowId, asked: int, verdicts: Mapping[str, Verdict]) -> None:
        """One more is done."""
        del asked
        self.cells += len(verdicts)
        self.unknown += sum(verdict.verdict == "unknown" for verdict in verdicts.values())
        shutil.rmtree(self._folder / folder_of(row))


class Night(Struct):
    """What a night took: virtual seconds by provider, requests, cells, CPU seconds, peak memory in MB."""

    seconds: dict[str, float]
    requests: int
    cells: int
    unknown: int
    cpu: float
    memory: float


async def night(models: int, folder: Path, answers: Answers) -> Night:
    """All providers at once."""
    settings = Settings(
        pace={
            f"provider{number}": Pace(
                concurrency=LIMITS[number % len(LIMITS)][0], requests_per_minute=LIMITS[number % len(LIMITS)][1]
            )
            for number in range(PROVIDERS)
        }
    )
    session = type("Simulator", (Simulated,), {"answers": answers, "random": Random(0)})
    how = _how(folder, session, settings)
    report = Forgetting(folder / "cassettes", how.budget)
    seconds: dict[str, float] = {}

    async def one(provider: Provider, names: list[str]) -> None:
        await ask_provider(how, provider, names, chosen(()), report)
        seconds[provider.name] = anyio.current_time()

    cpu = time.process_time()
    async with anyio.create_task_group() as group:
        for number in range(PROVIDERS):
            names = [f"emulated-{number}-{model}" for model in range(number, models, PROVIDERS)]
            group.start_soon(one, dialect(f"provider{number}"), names)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Night(seconds, how.budget.requests, report.cells, report.unknown, time.process_time() - cpu, memory)


def child(models: int) -> None:
    """One night in this process, told as JSON."""
    shared = Path("/dev/shm")  # noqa: S108 (where there is one: what is flushed to it costs nothing)
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as temporary:
        answers = learnt(Path(temporary) / "learnt")
        print(msgspec.json.encode(virtual.run(night, models, Path(temporary), answers)).decode())


def nights(*models: int) -> Iterator[Night]:
    """Nights in processes of their own."""
    for count in models:
        command = [sys.executable, "-m", "benchmarks.catalogue", "--child", str(count)]
        done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parent.parent)
        yield msgspec.json.decode(done.stdout.splitlines()[-1], type=Night)


def main() -> int:
    """Prints the figures; 1 where a goal is missed."""
    if sys.argv[1:2] == ["--child"]:
        child(int(sys.argv[2]))
        return 0
    models = int(sys.argv[1]) if len(sys.argv) > 1 else MODELS
    few, part, whole = nights(FEW, models // 4, models)
    hours = {name: seconds / 3600 for name, seconds in whole.seconds.items()}
    last = max(hours, key=lambda name: hours[name])
    print(
        f"{models} models x 4 modes over {PROVIDERS} providers: {whole.requests:,} requests, {whole.cells:,} "
        f"cells, {whole.unknown} unknown"
    )
    print(
        f"virtual time: {hours[last]:.1f} hours (the last is {last}; the first is done after {min(hours.values()):.1f})"
    )
    memory, cpu = whole.memory / few.memory, (whole.cpu / whole.cells) / (part.cpu / part.cells)
    print(f"CPU: {whole.cpu:.0f} s, {whole.cpu / whole.requests * 1000:.2f} ms a request")
    print(
        f"catalogue, peak memory: {whole.memory:.0f} MB, {memory:.2f} times that of {FEW} models (goal "
        f"{MEMORY}){_missed(memory, MEMORY)}"
    )
    print(f"catalogue, CPU a cell: {cpu:.2f} times that of {models // 4} models (goal {CPU}){_missed(cpu, CPU)}")
    return memory > MEMORY or cpu > CPU


def _missed(figure: float, goal: float) -> str:
    return "" if figure <= goal else " MISSED"


if __name__ == "__main__":
    sys.exit(main())
