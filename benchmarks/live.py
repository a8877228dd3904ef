"""Live speed against an emulator with 200 ms of latency, in a process of its own.

    python -m benchmarks.live [MODELS]      (48)

Wall time against the bound that latency and 32 requests at a time set; and the CPU time that a request costs beyond a bare httpx loop
that sends the very same bodies. The exit is 1 where a goal is missed: 1.10 times the bound, 2 ms of CPU.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx

from scoreboard.budget import Budget
from scoreboard.cassettes import load
from scoreboard.report import Lines, nobody
from scoreboard.run import Run, run, targets
from scoreboard.settings import Pace, Settings

ROOT = Path(__file__).parent.parent
LATENCY, AT_ONCE = 0.2, 32
BOUND, CPU = 1.10, 2.0
EMULATOR = """
import sys
sys.path[:0] = [{tests!r}]
from emulator import Switchboard, serve
with serve(Switchboard(), ("openai_chat",), latency={latency}, key=None, port={port}) as server:
    print(server.url("openai_chat"), flush=True)
    sys.stdin.read()
"""


@contextmanager
def emulator() -> Iterator[str]:
    """Its base URL; it ends with its standard input."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = EMULATOR.format(tests=str(ROOT / "tests"), latency=LATENCY, port=port)
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdin is None:
            raise AssertionError
        yield process.stdout.readline().strip()
        process.stdin.close()


async def bare(bodies: list[bytes], url: str) -> None:
    """The same bodies by httpx alone, as many at a time."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client, anyio.create_task_group() as group:
        places = anyio.CapacityLimiter(AT_ONCE)

        async def one(body: bytes) -> None:
            async with places:
                await client.post(f"{url}/chat/completions", content=body, headers={"content-type": "application/json"})

        for body in bodies:
            group.start_soon(one, body)


def main() -> int:
    """Prints the figures; 1 where a goal is missed."""
    models = int(sys.argv[1]) if len(sys.argv) > 1 else 48
    names = [f"openaicompatible/emulated-{number}/{mode}" for number in range(models) for mode in ("sync", "stream")]
    with tempfile.TemporaryDirectory() as temporary, emulator() as url:
        folder = Path(temporary)
        settings = Settings(pace={"default": Pace(concurrency=AT_ONCE)})
        environ = {"OPENAI_COMPATIBLE_API_KEY": "not-needed"}
        how = Run(settings, environ, Budget(), folder / "cassettes", folder / "results", base_url=url)
        wall, cpu = time.perf_counter(), time.process_time()
        anyio.run(run, how, targets(names), Lines(nobody, how.budget))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        requests = how.budget.requests
        bodies = [recording.request.body for path in folder.rglob("*.yaml") for recording in load(path)]
        start, cpu_bare = time.perf_counter(), time.process_time()
        anyio.run(bare, bodies, url)
        wall_bare, cpu_bare = time.perf_counter() - start, time.process_time() - cpu_bare
    bound = requests * LATENCY / AT_ONCE
    overhead = (cpu / requests - cpu_bare / len(bodies)) * 1000
    good = wall / bound <= BOUND and overhead <= CPU
    print(f"{requests} requests of {len(names)} rows, {AT_ONCE} at a time, {LATENCY * 1000:.0f} ms of latency")
    print(f"bound {bound:.2f} s; recorded in {wall:.2f} s ({cpu:.2f} s of CPU); bare httpx {wall_bare:.2f} s ({cpu_bare:.2f} s of CPU)")
    missed = "" if good else " MISSED"
    print(f"(bare httpx: {wall_bare / bound:.2f}x the bound)")
    print(f"live: {wall / bound:.2f}x the bound (goal {BOUND}), {overhead:.2f} ms of CPU a request beyond bare httpx (goal {CPU}){missed}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
