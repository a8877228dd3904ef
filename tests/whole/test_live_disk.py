"""A disk that is full, two runs on one folder, Ctrl-C twice: one line, nothing lost, and the next run goes on."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Server, Switchboard, serve
from scoreboard.evidence.cassettes import load as load_cassette
from scoreboard.results.store import load
from tests.support import ROOT
from tests.support.recording_live import KEY, WIRE, cells, command, environment, record, told, unfinished

MODELS = tuple(f"emulated-{number}" for number in range(1, 4))


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=MODELS), (WIRE,), key=KEY) as running:
        yield running


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 kB."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32k,nr_inodes=60", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


def whole(folder: Path) -> None:
    """No half file: what is there can be read, and nothing else is."""
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix == ".yaml":
            assert load_cassette(path)
    load(folder / "results", "openaicompatible")


def verdicts(folder: Path) -> dict[tuple[str, bool, str], str]:
    rows = load(folder / "results", "openaicompatible").rows
    return {(row.model, row.stream, name): told(cell) for row in rows for name, cell in row.cells.items()}


@pytest.mark.parametrize("left", [0, 4096, 12288, 20480])
def test_a_full_disk_is_a_line_and_with_room_the_next_run_goes_on(server: Server, small: Path, left: int) -> None:
    assert record(server, small, "--only", "json").returncode == 0
    before = cells(small)["json"]
    room = os.statvfs(small)
    ballast = small / "ballast"
    ballast.write_bytes(b"x" * max(room.f_bavail * room.f_bsize - left, 0))
    done = record(server, small)
    assert done.returncode == 1
    said = [line for line in (done.stdout + done.stderr).splitlines() if "No space left" in line]
    assert len(said) == 1, done.stdout + done.stderr
    assert "cannot be written" in said[0] and "free some space" in said[0]
    assert "Traceback" not in done.stderr
    whole(small)
    assert cells(small)["json"] == before
    # Nothing more was asked once nothing more could be kept.
    paid = len(server.requests)
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
    assert record(server, small).returncode == 0
    assert told(cells(small)["seed"]) == "supported"
    assert len(server.requests) - paid <= 14
    assert not unfinished(small)
    whole(small)


def test_two_runs_on_one_folder_share_the_work(tmp_path: Path) -> None:
    with serve(Switchboard(models=MODELS), (WIRE,), key=KEY, latency=0.1) as server:
        runs = [
            subprocess.Popen(
                command(server, *(f"openaicompatible/{model}" for model in models)),
                cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            for models in (MODELS, tuple(reversed(MODELS)))
        ]  # fmt: skip
        said = [run.communicate(timeout=120)[0] for run in runs]
        paid = len(server.requests)
    assert "Traceback" not in "".join(said)
    found = verdicts(tmp_path)
    assert {(model, stream) for model, stream, _ in found} == {
        (model, stream) for model in MODELS for stream in (False, True)
    }
    assert {kind for (_, _, name), kind in found.items() if name in ("json", "seed", "tools")} == {"supported"}
    whole(tmp_path)
    assert not unfinished(tmp_path)
    with serve(Switchboard(models=MODELS), (WIRE,), key=KEY) as other:
        (tmp_path / "alone").mkdir()
        record(other, tmp_path / "alone", *(f"openaicompatible/{model}" for model in MODELS))
        assert paid == len(other.requests)
    assert any("another run is at it" in lines for lines in said) or "0 requests" in "".join(said)


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.5])
def test_ctrl_c_twice_ends_at_once_and_loses_nothing(tmp_path: Path, pause: float) -> None:
    with serve(Switchboard(models=MODELS), (WIRE,), key=KEY, latency=0.1) as server:
        run = subprocess.Popen(
            command(server), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        end = time.monotonic() + 20
        while len(server.requests) < 6 and time.monotonic() < end:
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        time.sleep(pause)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=20)
        assert run.returncode in (130, -signal.SIGINT)
        assert "Traceback" not in said
        whole(tmp_path)
        paid = len(server.requests)
        assert record(server, tmp_path).returncode == 0
        again = len(server.requests) - paid
    with serve(Switchboard(models=MODELS), (WIRE,), key=KEY) as other:
        (tmp_path / "alone").mkdir()
        record(other, tmp_path / "alone")
        assert paid + again <= len(other.requests) + 8  # those in flight
    assert {key: told for key, told in verdicts(tmp_path).items() if key[2] != "limits"} == {
        key: told for key, told in verdicts(tmp_path / "alone").items() if key[2] != "limits"
    }
    assert not unfinished(tmp_path)


@pytest.mark.parametrize("broken", ["cassette", "results", "settings", "folder"])
def test_what_cannot_be_used_is_a_line(server: Server, tmp_path: Path, broken: str) -> None:
    record(server, tmp_path, "--only", "json")
    cassette = next((tmp_path / "cassettes").rglob("json.yaml"))
    more: tuple[str, ...] = ()
    match broken:
        case "cassette":
            cassette.write_bytes(cassette.read_bytes()[:200])
        case "results":
            (tmp_path / "results" / "openaicompatible.json").write_text('{"schema": 99}')
        case "settings":
            (tmp_path / "scoreboard.toml").write_text("samples = many")
        case "folder":
            more = ("--cassettes", str(cassette / "below"))
    paid = len(server.requests)
    done = record(server, tmp_path, "--force", *more)
    assert done.returncode == 1
    lines = (done.stdout + done.stderr).splitlines()
    assert "Traceback" not in done.stderr
    assert sum(cassette.name in line or "results" in line or "scoreboard.toml" in line for line in lines) >= 1
    assert len(server.requests) == paid
    assert sys.executable


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_in_the_middle_of_the_final_write(tmp_path: Path, times: int) -> None:
    (tmp_path / "results").mkdir()
    lock = os.open(tmp_path / "results" / ".lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)  # as another run that puts its rows into the file just now
    with serve(Switchboard(models=MODELS), (WIRE,), key=KEY) as server:
        only = ("--only", "json", "--only", "seed")
        run = subprocess.Popen(
            command(server, *only),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        end = time.monotonic() + 30
        while not opened(run.pid, "results/.lock") and time.monotonic() < end:
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        if times == 1:
            os.close(lock)
        while times == 2 and run.poll() is None and time.monotonic() < end:  # two that come at once may be one
            time.sleep(0.05)
            run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=20)
        assert run.returncode == (130 if times == 1 else -signal.SIGINT)
        assert "Traceback" not in said
        assert bool(verdicts(tmp_path)) == (times == 1)
        if times == 2:
            os.close(lock)
            assert list(tmp_path.glob("results/.*.part"))
        paid = len(server.requests)
        assert record(server, tmp_path, *only).returncode == 0
        assert len(server.requests) == paid
    assert {kind for (_, _, name), kind in verdicts(tmp_path).items() if name in ("json", "seed")} == {"supported"}
    assert not unfinished(tmp_path)


def opened(process: int, name: str) -> bool:
    """Whether a process has a file open."""
    for file in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if str(file.readlink()).endswith(name):
                return True
    return False


@pytest.mark.parametrize("left", [0, 8192])
def test_results_that_cannot_be_written_are_written_by_the_next_run(
    server: Server, small: Path, tmp_path_factory: pytest.TempPathFactory, left: int
) -> None:
    elsewhere = tmp_path_factory.mktemp("cassettes")
    only = ("--cassettes", str(elsewhere), "--only", "json", "--only", "tools")
    assert record(server, small, *only[:4]).returncode == 0
    before = (small / "results" / "openaicompatible.json").read_bytes()
    room = os.statvfs(small)
    (small / "ballast").write_bytes(b"x" * (room.f_bavail * room.f_bsize - left))
    done = record(server, small, *only)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert (
        len(
            [
                line
                for line in said.splitlines()
                if "No space left" in line and "results" in line and "free some space" in line
            ]
        )
        == 1
    ), said
    assert "Traceback" not in said
    assert (small / "results" / "openaicompatible.json").read_bytes() == before
    (small / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
    paid = len(server.requests)
    assert record(server, small, *only).returncode == 0
    assert len(server.requests) == paid
    assert not unfinished(small)
    assert told(cells(small)["json"]) == told(cells(small)["tools"]) == "supported"


WRITER = """
import sys
from pathlib import Path
from providers.base import find_provider
from scoreboard.live.results_journal import ResultsJournal
from scoreboard.results.model import Cell, RowResult
for number in range(40):
    with ResultsJournal(Path("results"), find_provider("openaicompatible")) as journal:
        journal.add(RowResult(f"{sys.argv[1]}-{number}", False, False, {"json": Cell("supported", observed_at="2026-01-01")}))
"""


def test_no_row_is_lost_where_runs_put_theirs_into_the_results_at_once(tmp_path: Path) -> None:
    names = ("a", "b", "c")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, name], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        for name in names
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert {row.model for row in load(tmp_path / "results", "openaicompatible").rows} == {
        f"{name}-{number}" for name in names for number in range(40)
    }
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == [".lock", "openaicompatible.json"]


def test_a_broken_cassette_leaves_its_own_row_and_no_other(server: Server, tmp_path: Path) -> None:
    targets = [f"openaicompatible/{model}/sync" for model in MODELS[:2]]
    assert record(server, tmp_path, targets[0], "--only", "json").returncode == 0
    cassette = next((tmp_path / "cassettes").rglob("json.yaml"))
    cassette.write_bytes(b"{")
    done = record(server, tmp_path, *targets, "--only", "json")
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if "json.yaml" in line]
    assert line.startswith(f"{targets[0]}: left as it is: ")
    assert "Traceback" not in done.stderr
    assert cassette.read_bytes() == b"{"
    assert verdicts(tmp_path)[MODELS[1], False, "json"] == "supported"


def test_broken_results_of_one_provider_leave_the_others(server: Server, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    broken = tmp_path / "results" / "openaichat.json"
    broken.write_bytes(b"{")
    command_ = command(server, f"openaicompatible/{MODELS[0]}/sync", f"openaichat/{MODELS[1]}/sync", "--only", "json")
    keys = {**environment(), "OPENAI_API_KEY": KEY}
    done = subprocess.run(command_, cwd=tmp_path, env=keys, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("openaichat: ") and broken.name in line]
    assert "Traceback" not in done.stderr
    assert broken.read_bytes() == b"{"
    assert verdicts(tmp_path)[MODELS[0], False, "json"] == "supported"


def test_ctrl_c_while_it_is_still_loading_says_nothing(tmp_path: Path) -> None:
    code = (
        "import os, runpy, signal, sys\n"
        "class Slow:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Slow())\n"
        "runpy.run_module('scoreboard', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
