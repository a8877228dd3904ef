"""Importing everybody's recordings: against parsing the same files, on one core against two, again, with one new file.

    python -m benchmarks.traffic [PATH...]

By default all of ../shared/traffic, ../shared/recordings and ../shared/recordings-more. Each figure is the best of its
runs, each run in a process of its own. Parsing is what the quickest libraries do with the same bytes: libyaml through
yaml's loader, msgspec. The exit is 1 where a goal is missed: at most 1.8 times parsing in one process, 1.7 times
quicker with two, under 500 MB in all processes together, under 1 s where nothing changed.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import yaml

from benchmarks.replay import ROOT
from scoreboard.sources import recordings_folder
from scoreboard.traffic.importer import What, import_traffic, places

GOAL, SCALES, MEMORY, AGAIN = 1.8, 1.7, 500, 1.0
RUNS = 4


def parse(paths: list[Path], read: Callable[..., Iterable[object]] = yaml.load_all) -> None:
    """Merely parses the files; what they cannot is left where it is."""
    for path in paths:
        data = path.read_bytes()
        with contextlib.suppress(yaml.YAMLError, msgspec.DecodeError):
            if path.suffix in (".yaml", ".yml"):
                deque(read(data, Loader=yaml.CSafeLoader), maxlen=0)
            elif path.suffix in (".json", ".har"):
                msgspec.json.decode(data)


def figures(task: str, roots: list[Path]) -> None:
    """One run, in this process: prints its seconds, and the most memory of it and of the largest of its own."""
    what = What(tuple(roots))
    paths = [place.path for place in places(what)]
    tasks: dict[str, Callable[[], object]] = {
        "parse": lambda: parse(paths),
        "nodes": lambda: parse(paths, yaml.compose_all),
        "one": lambda: import_traffic(what, Path("none"), jobs=1),
        "two": lambda: import_traffic(what, Path("none"), jobs=2),
    }
    started = time.perf_counter()
    tasks[task]()
    seconds = time.perf_counter() - started
    own, largest = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(seconds, (own + (2 * largest if task == "two" else 0)) / 1024)


def measured(roots: list[Path]) -> list[tuple[float, float]]:
    """The best of some runs of each task, each in a process of its own, by turns: what else the machine does falls on
    all alike.
    """
    rounds = [[_run(task, roots) for task in ("parse", "nodes", "one", "two")] for _ in range(RUNS)]
    return [(min(told)[0], max(memory for _, memory in told)) for told in zip(*rounds, strict=True)]


def _run(task: str, roots: list[Path]) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.traffic", f"--{task}", *map(str, roots)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def command(folder: Path, roots: list[Path]) -> float:
    """The seconds of a whole import by the command line."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "scoreboard", "import", *map(str, roots)],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def main() -> int:
    """Prints the figures; 1 where a goal is missed."""
    shared = recordings_folder(ROOT).parent
    roots = [Path(name).resolve() for name in sys.argv[1:] if not name.startswith("--")] or [
        (shared / name).resolve() for name in ("traffic", "recordings", "recordings-more") if (shared / name).is_dir()
    ]
    if task := next((name for name in sys.argv[1:] if name.startswith("--")), ""):
        figures(task.removeprefix("--"), roots)
        return 0
    if not roots:
        print("traffic: none here")
        return 0
    (parsed, _), (nodes, _), (one, alone), (two, together) = measured(roots)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "more").mkdir()
        everything = [*roots, folder / "more"]
        new = next(place.path for place in places(What(tuple(roots))) if place.path.suffix == ".yaml")
        first = command(folder, everything)
        again = min(command(folder, everything) for _ in range(RUNS))
        shutil.copy(new, folder / "more" / "new.yaml")
        after = command(folder, everything)
    good = (
        one / parsed <= GOAL
        and (one / two >= SCALES or (os.cpu_count() or 1) < 2)
        and max(alone, together) < MEMORY
        and again < AGAIN
    )
    print(f"{parsed:.2f} s to parse ({nodes:.2f} s to nodes alone), {one:.2f} s in one process, {two:.2f} s in two")
    print(f"memory {alone:.0f} MB in one process, {together:.0f} MB in all three; load {os.getloadavg()[0]:.1f}")
    print(f"by the command line {first:.2f} s, again {again:.2f} s, after one new file {after:.2f} s")
    quicker = f"{one / two:.2f}x quicker with two (goal {SCALES}){'' if good else ' MISSED'}"
    print(f"traffic: {one / parsed:.2f}x parsing (goal {GOAL}; {one / nodes:.2f}x nodes), {quicker}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
