"""A run that is killed at any moment, again and again, ends as one that was left alone.

    python -m benchmarks.kill [KILLS] [SEED]      (50, 1)

`scoreboard record --deep` is killed (SIGKILL) at moments drawn at random: while it starts, while requests are under
way, while cassettes are written, while the results are; each time it is started again, and in the end left to itself.
Then verdicts, files and evidence must be those of a run that was never killed (with a sample more or less where what
was kept settles a cell), and at most the requests that were under way at a kill may be lost and made again. The exit is
1 where that does not hold.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from emulator import IGNORES, MALFORMED, REJECTS, WRONG, Server, Switchboard, serve
from scoreboard.evidence.cassettes import load as load_cassette
from scoreboard.live.journal import NAME
from scoreboard.results.model import RowResult
from scoreboard.results.store import load

ROOT = Path(__file__).parent.parent
PROVIDER, WIRE, KEY = "openaicompatible", "openai_chat", "made-up-key-0123456789"
AT_ONCE, LATENCY = 4, 0.02
# What a run is at when it is killed.
STARTS, ASKS, KEEPS, ENDS = "starting", "asking", "writing cassettes", "writing results"
_PATIENCE = 60.0  # seconds after which a run that shows no sign is taken to hang


@dataclass
class Killed:
    """What came of it: the requests of the run that was left alone (`alone`), those of the killed ones (`asked`), and
    how many of these are in no cassette (`lost`). `under_way` is what the server was at when each kill came, `most` how
    many requests the kills may have cost: at each so many as may be under way at once, and no more than that run had
    made. `wrong` says what differs from the run that was left alone.
    """

    kills: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    alone: int = 0
    asked: int = 0
    lost: int = 0
    under_way: list[int] = field(default_factory=list)
    most: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = ", ".join(f"{count} while {kind}" for kind, count in self.kills.most_common())
        under_way = f"{sum(self.under_way)} as the server saw it, {max(self.under_way, default=0)} at one at most"
        return (
            f"{self.kills.total()} kills ({told}) in {self.starts} starts; {self.asked} requests, left alone "
            f"{self.alone}: {self.lost} "
            f"lost and made again; under way at the kills {under_way}; {self.most} allowed"
        )


def switchboard() -> Switchboard:
    """Models that differ in what they can do; nothing is left to chance."""
    board = Switchboard()
    board.set("json", REJECTS, model="*1").set("tools", IGNORES, model="*1").set("stop", IGNORES, model="*2")
    return (
        board.set("schema", MALFORMED, model="*3")
        .set("in.image", WRONG, model="*3")
        .set("logprobs", REJECTS, model="*4")
    )


class Runs:
    """Runs of the real command line in one folder."""

    def __init__(self, folder: Path, server: Server, models: int) -> None:
        self.folder, self._server = folder, server
        self.targets = [
            f"{PROVIDER}/emulated-{number}/{mode}" for number in range(models) for mode in ("sync", "stream")
        ]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "scoreboard.toml").write_text(f"[pace.default]\nconcurrency = {AT_ONCE}\n")

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that has begun."""
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_COMPATIBLE_API_KEY": KEY}
        scoreboard = [sys.executable, "-m", "scoreboard", *arguments]
        return subprocess.Popen(
            scoreboard, cwd=self.folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def record(self) -> subprocess.Popen[str]:
        """A run that has begun."""
        return self.command("record", "--deep", *self.targets, "--base-url", self._server.url(WIRE))

    def wrong(self, *arguments: str) -> list[str]:
        """Runs a command to its end; what is wrong with it."""
        with self.command(*arguments) if arguments else self.record() as process:
            told = process.communicate(timeout=10 * _PATIENCE)[0]
        return (
            [f"{' '.join(arguments) or 'record'} ends with {process.returncode}: {told[-300:]}"]
            if process.returncode
            else []
        )

    def rows(self) -> tuple[RowResult, ...]:
        """The rows in the results."""
        return load(self.folder / "results", PROVIDER).rows

    def verdicts(self) -> dict[tuple[object, ...], tuple[object, ...]]:
        """What each cell shows, but for the one that hangs on how quickly a stream came."""
        return {
            (*row.key, name): (cell.verdict, cell.reason, cell.variants)
            for row in self.rows()
            for name, cell in row.cells.items()
            if name != "stream.flows"
        }

    def files(self) -> set[str]:
        """All files, hidden ones too, but for cassettes."""
        files = {path for path in self.folder.rglob("*") if path.is_file()} - set(self.cassettes())
        return {
            f"{path.relative_to(self.folder).as_posix()}{' (of a row that is not done)' * _full(path)}"
            for path in files
        }

    def cassettes(self) -> list[Path]:
        """All cassettes."""
        return sorted(self.folder.glob("cassettes/*/*/*/*.yaml"))

    def evidence(self) -> dict[str, Counter[bytes]]:
        """By row, the requests in its cassettes. Which of the cells that share a question keeps it is left to who comes
        first.
        """
        found: dict[str, Counter[bytes]] = {}
        for path in self.cassettes():
            bodies = (_named(recording.request.body) for recording in load_cassette(path))
            found.setdefault(str(path.parent.relative_to(self.folder)), Counter()).update(bodies)
        return found

    def journalled(self) -> int:
        """Rows that are done, and not yet in the results."""
        return sum(path.read_bytes().count(b"\n") for path in _there(self.folder, "results/.*.part"))

    def written(self) -> set[tuple[str, int]]:
        """Cassettes, and what is on its way to be one."""
        return {(str(path), path.stat().st_ino) for path in _there(self.folder, "cassettes/*/*/*/*.yaml*")}


def _there(folder: Path, pattern: str) -> Iterator[Path]:
    """The files that are still there when they are looked at."""
    return (path for path in folder.glob(pattern) if path.exists())


def moment(runs: Runs, server: Server, kind: str, requests: int) -> Callable[[], bool]:
    """Whether the run is where it is to be killed, some random time apart: when it has made so many requests, for
    instance.
    """
    if kind == ASKS:
        goal = server.count() + requests
        return lambda: server.count() >= goal
    if kind == KEEPS:
        before = _seen(runs.written)
        return lambda: bool(_seen(runs.written) - before)
    if kind == ENDS:
        return lambda: _seen(runs.journalled, 0) >= len(runs.targets)
    return lambda: True


def _seen(look: Callable[[], Any], default: Any = frozenset()) -> Any:
    """What is seen in a folder that another process writes at the same time."""
    try:
        return look()
    except FileNotFoundError:
        return default


# The random time that a run goes on, at most, once it is where it is to be killed: about as long as it stays there.
_APART = {STARTS: 0.8, ASKS: 2 * LATENCY, KEEPS: 0.03, ENDS: 0.02}


def killed(folder: Path, kills: int, seed: int = 1) -> Killed:
    """Runs that are killed, and one that is left alone, in folders of their own below this one."""
    random, found = Random(seed), Killed()
    with serve(switchboard(), (WIRE,), key=KEY, latency=LATENCY) as server:
        models = max(2, kills // 2)
        alone, runs = Runs(folder / "alone", server, models), Runs(folder / "killed", server, models)
        found.wrong += alone.wrong()
        found.alone = server.count()
        bodies = _bodies(server)
        ends = max(1, kills // 10)
        while found.kills.total() < kills and found.starts < 2 * kills:
            left = 2 * found.alone - server.count()
            share = max(1, left // max(1, kills - ends - found.kills.total()))
            kind = random.choice((STARTS, ASKS, ASKS, KEEPS, KEEPS) if left > 0 else (STARTS, ENDS, ENDS))
            if found.kills.total() >= kills - ends:
                kind = ENDS
            found.starts += 1
            _one(runs, server, kind, moment(runs, server, kind, random.randint(1, share)), random, found)
        found.wrong += runs.wrong()
        found.asked = server.count() - found.alone
        # Which samples a cell takes hangs on what came first, so that requests are compared with what was kept of them.
        found.lost = (found.asked - _kept(runs)) - (found.alone - _kept(alone))
        again = _bodies(server) - bodies
    # What was kept may settle a cell with a sample less: a few questions are not put again.
    missing = bodies - again
    if missing.total() > kills:
        found.wrong.append(f"{missing.total()} requests were never made, or others in their place")
    if not 0 <= found.lost <= found.most:
        found.wrong.append(f"{found.lost} requests were lost, of {found.most} that may have been under way")
    found.wrong += compared(alone, runs)
    return found


def _one(runs: Runs, server: Server, kind: str, come: Callable[[], bool], random: Random, found: Killed) -> None:
    """One run, which is killed when its moment has come, unless it ends before."""
    apart, before = random.uniform(0, _APART[kind]), server.count()
    with runs.record() as process:
        end = time.monotonic() + _PATIENCE
        while not come() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.0005)
        time.sleep(apart)
        under_way = server.log.now
        process.send_signal(signal.SIGKILL)
        process.communicate()
    if process.returncode == -signal.SIGKILL:
        found.kills[kind] += 1
        found.under_way.append(under_way)
        found.most += min(AT_ONCE, server.count() - before)
    elif process.returncode:
        found.wrong.append(f"a run ended by itself with {process.returncode}")


def _bodies(server: Server) -> Counter[bytes]:
    """The requests so far, by body."""
    return Counter(_named(seen.body) for seen in server.requests)


def _kept(runs: Runs) -> int:
    """The requests in all cassettes."""
    return sum(bodies.total() for bodies in runs.evidence().values())


def _alike(one: Counter[bytes], two: Counter[bytes]) -> bool:
    """Whether the requests are the same, each but for a sample."""
    return one.keys() == two.keys() and all(abs(one[body] - two[body]) <= 1 for body in one)


def _full(path: Path) -> bool:
    return path.name == NAME and path.stat().st_size > 0


def _named(body: bytes) -> bytes:
    """A request's body; the server numbers the calls of tools, in whatever order they come."""
    return re.sub(rb"call_\d+", b"call", body)


def compared(alone: Runs, runs: Runs) -> list[str]:
    """What differs between the folders, and what is wrong with the second."""
    from vcr.persisters.filesystem import FilesystemPersister  # type: ignore[import-untyped]
    from vcr.serializers import yamlserializer  # type: ignore[import-untyped]

    ours, theirs = runs.verdicts(), alone.verdicts()
    wrong = [
        f"{key}: {ours.get(key)}, left alone {theirs.get(key)}"
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]
    wrong += [f"{name} is there, and not where the run was left alone" for name in sorted(runs.files() - alone.files())]
    wrong += [f"{name} is not there" for name in sorted(alone.files() - runs.files())]
    kept, meant = runs.evidence(), alone.evidence()
    wrong += [
        f"the cassettes of {row} hold other exchanges"
        for row in sorted(kept.keys() | meant.keys())
        if not _alike(kept.get(row, Counter()), meant.get(row, Counter()))
    ]
    for path in runs.cassettes():
        try:
            requests, responses = FilesystemPersister.load_cassette(path, yamlserializer)
        except Exception as error:  # whatever it finds, the cassette is broken
            wrong.append(f"{path} is none for vcrpy: {error}")
            continue
        if not len(requests) == len(responses) == len(load_cassette(path)) > 0:
            wrong.append(f"{path}: {len(requests)} requests for vcrpy, {len(load_cassette(path))} for us")
    return wrong + runs.wrong("replay", "--check")


def main() -> int:
    """Prints the figures; 1 where the end is another than that of a run that was left alone."""
    kills, seed = (
        int(sys.argv[number]) if len(sys.argv) > number else default for number, default in ((1, 50), (2, 1))
    )
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        found = killed(Path(temporary), kills, seed)
    for line in found.wrong:
        print(f"WRONG {line}")
    print(
        f"kill: {found}; {'other than' if found.wrong else 'the same as'} a run left alone "
        f"({time.perf_counter() - start:.0f} s)"
    )
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
