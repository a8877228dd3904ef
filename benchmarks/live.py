"""Live speed against an emulator with 200 ms of latency, in a process of its own.

    python -m benchmarks.live [MODELS]      (192)

Wall time against the bound that the plan sets: requests x latency / 32 at a time, and, in a second run, requests / 600
a minute. And the CPU time that a request costs beyond a bare httpx loop that sends the very same requests, the two in
turns, since the machine's own speed
changes from minute to minute; medians are told. Files that were removed in the minute before cost CPU time too, where
the file system walks past each of them whenever one is made (ext4 without a journal).

The exit is 1 where a goal is missed: 1.10 times each bound, 2 ms of CPU.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import anyio
import httpx
from msgspec import Struct

from providers.base import Request, providers
from scoreboard.evidence.cassettes import load
from scoreboard.live.plan import plans
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.settings import Pace, Settings

ROOT = Path(__file__).parent.parent
# A wire of which the plan knows all: what is planned is what is sent.
WIRE, PROVIDER, KEY_NAME = "openai_responses", "openairesponses", "OPENAI_API_KEY"
LATENCY, AT_ONCE, A_MINUTE = 0.2, 32, 600
BOUND, CPU, ROUNDS = 1.10, 2.0, 3
# The second emulator refuses a tenth more than the limit within six seconds, so that a burst is seen.
WINDOW, TOLERANCE = 6.0, 1.1
EMULATOR = """
import sys
from emulator import Switchboard, serve
with serve(Switchboard(), ("{wire}",), latency={latency}, key=None, {limits}) as server:
    print(server.url("{wire}"), flush=True)
    sys.stdin.read()
"""


@contextmanager
def emulator(latency: float, limits: str = "") -> Iterator[str]:
    """Its base URL; it ends with its standard input."""
    code = EMULATOR.format(wire=WIRE, latency=latency, limits=limits)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise AssertionError
        yield process.stdout.readline().strip()
        process.stdin.close()


async def bare(requests: Sequence[Request], url: str) -> None:
    """The same requests by httpx alone, as many at a time."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    left, base = iter(requests), providers()[PROVIDER].base_url
    async with httpx.AsyncClient(limits=limits, timeout=60) as client, anyio.create_task_group() as group:

        async def worker() -> None:
            for request in left:
                address = url + request.url.removeprefix(base)
                await client.request(
                    request.method, address, content=request.body, headers={"content-type": "application/json"}
                )

        for _ in range(AT_ONCE):
            group.start_soon(worker)


class Taken(Struct, frozen=True):
    """What a run took: requests by plan and in truth, seconds, seconds of CPU."""

    planned: int
    requests: int
    wall: float
    cpu: float

    @property
    def bound(self) -> float:
        """Seconds that the planned requests take at best, so many at a time."""
        return self.planned * LATENCY / AT_ONCE

    @property
    def each(self) -> float:
        """Milliseconds of CPU a request."""
        return self.cpu / self.requests * 1000


def recorded(folder: Path, url: str, pace: Pace, names: Sequence[str]) -> Taken:
    """Records; the plan is made before."""
    budget = Budget()
    environ = {KEY_NAME: "a-key-as-long-as-keys-are-" + "0123456789abcdef" * 8}
    how = Run(Settings(pace={"default": pace}), environ, budget, folder / "cassettes", folder / "results", base_url=url)
    wanted: Mapping[str, Sequence[str]] = targets(names)
    planned = sum(plan.whole.requests for plan in plans(how, wanted))
    wall, cpu = time.perf_counter(), time.process_time()
    anyio.run(run, how, wanted, Lines(nobody, budget))
    return Taken(planned, budget.requests, time.perf_counter() - wall, time.process_time() - cpu)


def in_turns(folder: Path, url: str, names: Sequence[str]) -> tuple[Taken, Taken]:
    """What it takes to record, and to send the same requests by httpx alone."""
    ours = recorded(folder, url, Pace(concurrency=AT_ONCE), names)
    requests = [recording.request for path in folder.rglob("*.yaml") for recording in load(path)]
    wall, cpu = time.perf_counter(), time.process_time()
    anyio.run(bare, requests, url)
    return ours, Taken(len(requests), len(requests), time.perf_counter() - wall, time.process_time() - cpu)


def rows(models: int, begin: int = 0) -> list[str]:
    """Both modes of so many models."""
    return [
        f"{PROVIDER}/emulated-{number}/{mode}" for number in range(begin, begin + models) for mode in ("sync", "stream")
    ]


def main() -> int:
    """Prints the figures; 1 where a goal is missed."""
    models = int(sys.argv[1]) if len(sys.argv) > 1 else 192
    missed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with emulator(LATENCY) as url:
            recorded(folder / "warm", url, Pace(concurrency=AT_ONCE), rows(1))  # imports, first use of everything
            rounds = [in_turns(folder / str(number), url, rows(models, number * models)) for number in range(ROUNDS)]
            ours, alone = zip(*rounds, strict=True)
        taken = ours[0]
        print(
            f"{2 * models} rows: {taken.planned} requests planned, {taken.requests} sent, {AT_ONCE} at a time, "
            f"{LATENCY * 1000:.0f} ms each"
        )
        print(
            "recorded:   "
            + ", ".join(f"{one.wall / one.bound:.2f}x the bound, {one.each:.2f} ms of CPU a request" for one in ours)
        )
        print(
            "bare httpx: "
            + ", ".join(f"{one.wall / one.bound:.2f}x the bound, {one.each:.2f} ms of CPU a request" for one in alone)
        )
        missed |= _told(f"{AT_ONCE} at a time", median(one.wall / one.bound for one in ours), BOUND, "times the bound")
        missed |= _told(
            "CPU beyond bare httpx",
            median(one.each for one in ours) - median(one.each for one in alone),
            CPU,
            "ms a request",
        )
        with emulator(LATENCY, f"per_minute={round(A_MINUTE * WINDOW / 60 * TOLERANCE)}, window={WINDOW}") as url:
            pace = Pace(concurrency=AT_ONCE, requests_per_minute=A_MINUTE)
            taken = recorded(folder / "paced", url, pace, rows(10))
        bound = taken.planned * 60 / A_MINUTE
        print(
            f"20 rows: {taken.planned} requests planned, {taken.requests} sent, {A_MINUTE} a minute: "
            f"{taken.wall:.2f} s of {bound:.2f}"
        )
        missed |= _told(f"{A_MINUTE} a minute", taken.wall / bound, BOUND, "times the bound")
    return missed


def _told(what: str, figure: float, goal: float, unit: str) -> int:
    print(f"live, {what}: {figure:.2f} {unit} (goal {goal:.2f}){'' if figure <= goal else ' MISSED'}")
    return figure > goal


if __name__ == "__main__":
    sys.exit(main())
