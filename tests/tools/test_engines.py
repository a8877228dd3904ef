"""Engines are installed, started, asked and stopped; whatever goes wrong is one line, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scoreboard.evidence.cassettes import load, rows_in
from scoreboard.results.outcomes import outcomes
from scoreboard.results.store import load as load_results
from tests.support import ROOT
from tests.support.fake_engine import described, wheel
from tools.engines.recording import without_places

# They share one environment, which takes some seconds to make.
pytestmark = pytest.mark.xdist_group("engines")

Done = subprocess.CompletedProcess[str]
SECRET = "canary-test-key-0123456789"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    wheel(folder)
    return folder


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """Where the engine is installed, by the command itself."""
    folder = tmp_path_factory.mktemp("work")
    root = tmp_path_factory.mktemp("root")
    done = run(described(root / "engines", wheels, "ends"), folder, root)
    assert "no such model" in done.stderr and (folder / "fake-1.0" / "run" / "model").read_text() == "weights"
    return folder


def command(engines: Path, work: Path, root: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "tools.engines", "fake", "--engines", str(engines), "--work", str(work), "--root", str(root), *words]  # fmt: skip


def run(engines: Path, work: Path, root: Path, *words: str) -> Done:
    environment = {**os.environ, "SOME_API_KEY": SECRET}
    return subprocess.run(
        command(engines, work, root, *words),
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip


def complained(done: Done, code: int = 2) -> str:
    """The one line of what went wrong."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("engines: ")]
    assert done.returncode == code and len(lines) == 1 and "Traceback" not in done.stderr, done.stdout + done.stderr
    return lines[0]


def alive(work: Path) -> list[int]:
    """Those of the server's processes that still run."""
    there = []
    for number in map(int, (work / "fake-1.0" / "run" / "processes").read_text().split()):
        stat = Path(f"/proc/{number}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
            there.append(number)
    return there


def answered(root: Path) -> set[tuple[bytes, str, str]]:
    """What was asked, and when."""
    return {
        (one.request.body, one.observed_at, path.parent.name) for path in root.rglob("*.yaml") for one in load(path)
    }


def nothing_half(work: Path, root: Path) -> None:
    assert not list(work.glob("evidence-*")) and not list(root.glob("cassettes/*/.*"))


def test_an_engine_is_recorded_by_its_version_and_the_second_run_asks_nothing(
    wheels: Path, work: Path, tmp_path: Path
) -> None:
    engines = described(tmp_path / "engines", wheels)
    done = run(engines, work, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {f"{row.model}/{row.mode.name}" for row in rows_in(tmp_path / "cassettes")} == {
        "tiny@1.0/sync",
        "tiny@1.0/stream",
    }
    rows = load_results(tmp_path / "results", "llamacpppython").rows
    assert [row.cells["out.text"].verdict for row in rows] == ["supported", "supported"]
    assert not alive(work) and outcomes(engines / "fake")["1.0"].ready.keys() == {"tiny"}
    assert not Path((work / "fake-1.0" / "run" / "temporary").read_text()).exists()
    before = answered(tmp_path)
    again = run(engines, work, tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "\n0 requests, 0 tokens\n" in again.stdout
    assert before <= answered(tmp_path)  # nothing was asked anew
    nothing_half(work, tmp_path)


def test_a_version_that_does_not_exist_is_told_with_those_that_do(wheels: Path, work: Path, tmp_path: Path) -> None:
    engines = described(tmp_path / "engines", wheels)
    line = complained(run(engines, work, tmp_path, "--version", "9.9"))
    assert "no fake-engine 9.9 to be had" in line and line.endswith("1.0")
    assert not (work / "fake-9.9").exists() and not outcomes(engines / "fake")


@pytest.mark.parametrize("version", ["../1", "-e", "", "1 --x"])
def test_what_is_no_version_is_told(wheels: Path, work: Path, tmp_path: Path, version: str) -> None:
    engines = described(tmp_path / "engines", wheels)
    assert "is no version; give one such as 1.0" in complained(run(engines, work, tmp_path, f"--version={version}"))


def test_an_engine_that_there_is_not_is_told(wheels: Path, work: Path, tmp_path: Path) -> None:
    engines = described(tmp_path / "engines", wheels)
    (engines / "fake").rename(engines / "other")
    assert "no engine is named 'fake'; there are other" in complained(run(engines, work, tmp_path))


def test_a_port_that_is_taken_is_told_and_who_has_it_is_not_asked(wheels: Path, work: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        engines = described(tmp_path / "engines", wheels, port=other.getsockname()[1])
        assert "is taken; stop what listens there" in complained(run(engines, work, tmp_path))
        with pytest.raises(BlockingIOError):
            other.accept()
    assert not outcomes(engines / "fake")  # it says nothing of the version


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("ends", "ended at once (exit code 1), and said last: no such model: <b>tiny</b>"),
        ("hangs", "did not answer in "),
        ("dies", "ended while tiny@1.0 was asked (exit code 3), and said last: segmentation fault, they said"),
    ],
)
def test_an_engine_that_fails_is_told_and_is_a_fact_of_its_version(
    wheels: Path, work: Path, tmp_path: Path, how: str, says: str
) -> None:
    engines = described(tmp_path / "engines", wheels, how, patience=2.0)
    assert says in complained(run(engines, work, tmp_path))
    kept = outcomes(engines / "fake")["1.0"].failed
    assert says in kept and str(work) not in kept
    assert not list(tmp_path.rglob("*.yaml")) and not alive(work)
    nothing_half(work, tmp_path)


def test_an_engine_that_answers_no_more_is_given_up_and_that_is_a_fact(
    wheels: Path, work: Path, tmp_path: Path
) -> None:
    engines = described(tmp_path / "engines", wheels, "waits", longest=15.0)
    assert "tiny@1.0 was not asked to the end in 15 s" in complained(run(engines, work, tmp_path))
    assert "was not asked to the end" in outcomes(engines / "fake")["1.0"].failed
    assert not alive(work) and not list(tmp_path.rglob("*.yaml"))


def test_rows_that_are_there_stay_where_the_next_run_fails(wheels: Path, work: Path, tmp_path: Path) -> None:
    assert run(described(tmp_path / "engines", wheels), work, tmp_path).returncode == 0
    before = {path: path.read_bytes() for path in (*tmp_path.rglob("*.yaml"), *tmp_path.glob("results/*"))}
    complained(run(described(tmp_path / "engines", wheels, "dies"), work, tmp_path, "--force"))
    assert {path: path.read_bytes() for path in (*tmp_path.rglob("*.yaml"), *tmp_path.glob("results/*"))} == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_all_that_was_started(wheels: Path, work: Path, tmp_path: Path, number: signal.Signals) -> None:
    engines = described(tmp_path / "engines", wheels, "waits")
    asked = work / "fake-1.0" / "run" / "asked"
    asked.unlink(missing_ok=True)
    with subprocess.Popen(
        command(engines, work, tmp_path),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        until(asked.exists)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert "stopped; what was started is ended" in complained(Done(process.args, process.returncode, out, err), 130)
    assert not alive(work) and not list(tmp_path.rglob("*.yaml"))
    nothing_half(work, tmp_path)


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A file system of 16 kB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    return place


def test_a_full_disk_is_told_and_changes_nothing(wheels: Path, work: Path, tmp_path: Path, small: Path) -> None:
    try:
        engines = described(tmp_path / "engines", wheels)
        assert "no space left" in complained(run(engines, small, tmp_path)).lower()  # where it is installed
        assert not list(small.glob("fake-*/bin")) and not list(tmp_path.rglob("*.yaml"))
        room = os.statvfs(small)
        (small / "ballast").write_bytes(b"x" * max(room.f_bavail * room.f_bsize - 8192, 0))
        assert "No space left on device" in complained(run(engines, work, small))  # where its rows go
        assert not list(small.rglob("*.yaml")) and not list(small.rglob(".*"))
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_no_engine_sees_a_key() -> None:
    from tools.engines.processes import environment

    os.environ["SOME_API_KEY"] = SECRET
    try:
        assert SECRET not in environment({"A": "b"}).values() and environment({"A": "b"})["A"] == "b"
    finally:
        del os.environ["SOME_API_KEY"]


def test_folders_of_this_machine_are_taken_out_of_what_a_server_says_of_itself(tmp_path: Path) -> None:
    said = tmp_path / "sync" / "schema.yaml"
    said.parent.mkdir()
    said.write_text('body: File "/tmp/engines/fake-1.0/lib/app.py", line 3\n')
    without_places(tmp_path, [Path("/tmp/engines/fake-1.0")])  # noqa: S108 (a name, no folder)
    assert said.read_text() == 'body: File "lib/app.py", line 3\n'
