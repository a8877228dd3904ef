"""Importing recordings against parsing the same files, and against replaying them with pytest and pytest-recording.

    python -m benchmarks.replay [SNAPSHOT] [PROVIDER]      (2025-08 gemini)

The exit is 1 where a goal is missed: at most 2.5 times parsing in process, 4 times as a whole process, and at least 15
times faster than pytest-recording.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from scoreboard.sources import recordings_folder
from scoreboard.traffic.importer import import_folder
from scoreboard.traffic.places import places_below
from scoreboard.traffic.reading import pairs, read_file

ROOT = Path(__file__).parent.parent
IN_PROCESS, WHOLE, FASTER = 2.5, 4.0, 15.0


def best(run: Callable[[], object], times: int = 5) -> float:
    """Seconds of the quickest of several runs."""
    return min(_seconds(run) for _ in range(times))


def in_turns(*runs: Callable[[], object], times: int = 5) -> list[float]:
    """Seconds of the quickest run of each, by turns: what else the machine does falls on all alike."""
    rounds = [[_seconds(run) for run in runs] for _ in range(times)]
    return [min(of_one) for of_one in zip(*rounds, strict=True)]


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def process(*command: str) -> Callable[[], object]:
    """A whole process, Python's start included."""
    return lambda: subprocess.run([sys.executable, *command], check=True, cwd=ROOT, capture_output=True)


PARSE = """
import sys, yaml
for line in sys.stdin:
    with open(line.rstrip(), "rb") as file:
        yaml.load(file.read(), Loader=yaml.CSafeLoader)
"""

# Each test opens a client of its own, as tests that stand alone do; with one client for all of them less is left to
# save.
HEAD = "import httpx, pytest\n\nCLIENT = httpx.Client()\n"
TEST = """
@pytest.mark.vcr
def test_{number}():
    assert {client}.request({method!r}, {url!r}, content={body!r}).status_code == {status}
"""


def recorded_for_pytest(files: list[Path], folder: Path, client: str) -> int:
    """The same exchanges as a test per exchange with a cassette each, in the layout of pytest-recording; returns their
    number.
    """
    tests, number = [HEAD], 0
    cassettes = folder / "cassettes" / "test_all"
    cassettes.mkdir(parents=True)
    for path in files:
        request, response = pairs(read_file(path))[0]
        tree = {
            "interactions": [
                {
                    "request": {
                        "method": request.method,
                        "uri": request.url,
                        "body": request.body.decode("latin-1"),
                        "headers": {},
                    },
                    "response": {
                        "status": {"code": response.status, "message": ""},
                        "headers": {"content-type": [response.content_type]},
                        "body": {"string": response.body.decode("utf-8", "replace")},
                    },
                }
            ],
            "version": 1,
        }
        (cassettes / f"test_{number}.yaml").write_text(yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True))
        tests.append(
            TEST.format(
                client=client,
                number=number,
                method=request.method,
                url=request.url,
                body=request.body,
                status=response.status,
            )
        )
        number += 1
    (folder / "test_all.py").write_text("".join(tests))
    return number


def main() -> int:
    """Prints the figures; 1 where a goal is missed."""
    snapshot, provider = [*sys.argv[1:], "2025-08", "gemini"][:2] if len(sys.argv) > 2 else ("2025-08", "gemini")
    folder = recordings_folder(ROOT) / snapshot / provider
    if not folder.is_dir():
        print("replay: no recordings here; set SCOREBOARD_RECORDINGS")
        return 0
    files = [place.path for place in places_below(folder)]
    with tempfile.TemporaryDirectory() as temporary:
        results = Path(temporary) / "results"
        listed = "\n".join(map(str, files)).encode()
        parse, inside = in_turns(
            lambda: [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) for path in files],
            lambda: import_folder(folder, results),
        )
        parse_whole = best(
            lambda: subprocess.run([sys.executable, "-c", PARSE], input=listed, check=True, capture_output=True)
        )
        command = ("-m", "scoreboard", "import", str(folder), "--results", str(results))
        whole = best(process(*command))
        quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:scoreboard")
        times = {}
        for client in ("httpx", "CLIENT"):
            place = Path(temporary) / client
            count = recorded_for_pytest(files, place, client)
            times[client] = best(
                process("-m", "pytest", *quiet, "--rootdir", str(place), str(place / "test_all.py")), 1
            )
        theirs, shared = times["httpx"], times["CLIENT"]
    goals = (inside / parse <= IN_PROCESS, whole / parse_whole <= WHOLE, theirs / whole >= FASTER)
    print(f"{count} exchanges of {provider}, {snapshot}; times in seconds, the best of several runs")
    print(f"parsed with libyaml    {parse:.3f} in process, {parse_whole:.3f} as a whole process")
    print(f"imported and judged    {inside:.3f} in process, {whole:.3f} as a whole process")
    print(
        f"pytest-recording       {theirs:.3f} as a whole process, a client per test; {shared:.3f} with one "
        "client for all"
    )
    print(
        f"(whole process: {whole / parse:.2f}x parsing in process; {shared / whole:.1f}x faster than tests "
        "that share a client)"
    )
    print(
        f"replay: in process {inside / parse:.2f}x parsing (goal {IN_PROCESS}), whole process "
        f"{whole / parse_whole:.2f}x (goal {WHOLE}), "
        f"{theirs / whole:.1f}x faster than pytest-recording (goal {FASTER}){'' if all(goals) else ' MISSED'}"
    )
    return 0 if all(goals) else 1


if __name__ == "__main__":
    sys.exit(main())
