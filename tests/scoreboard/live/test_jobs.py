"""Batches and files over real sockets: what is found, over one run or two, and that nothing of it stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec import structs

from benchmarks.accuracy import KEY
from emulator import IGNORES, REJECTS, WORKS, Switchboard, serve
from emulator.store import Stored
from emulator.together import TogetherChat
from emulator.wire import Wire
from emulator.wires.openai_chat import OpenAIChat
from probes.base import probes
from providers.base import find_provider
from providers.wire import _jobs
from scoreboard.evidence.cassettes import rows_in
from scoreboard.judge.kept import judged_cassettes
from scoreboard.live.plan import plan_of
from tests.support import ROOT
from tests.support.jobs import MODEL, SPEAKERS, left, recorded, runs

FILES = sorted(set(SPEAKERS) - {"imagen"})


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch of the emulator is done at the second look."""
    monkeypatch.setattr(_jobs, "_WAITS", (0.001,) * 3)


@pytest.mark.parametrize("wire", FILES)
def test_both_are_seen_and_nothing_stays(wire: str, tmp_path: Path) -> None:
    with serve(Switchboard(models=(MODEL,)), (wire,), key=KEY) as server:
        (row,) = recorded(server, wire, tmp_path, ["batch", "file"])
        assert left(server, wire) == ([], [])
        asked = len(server.requests)
        assert {cell: (row.cells[cell].verdict, row.cells[cell].strength) for cell in ("batch", "file")} == {
            "batch": ("supported", "seen"), "file": ("supported", "seen"),
        }  # fmt: skip
        # What was answered is not asked again, and says the same.
        assert recorded(server, wire, tmp_path, ["batch", "file"])[0].cells == row.cells
        assert len(server.requests) == asked
    (place,) = rows_in(tmp_path / "cassettes")
    assert judged_cassettes(tmp_path / "cassettes", place).cells["batch"] == row.cells["batch"]
    assert judged_cassettes(tmp_path / "cassettes", place).cells["file"] == row.cells["file"]


@pytest.mark.parametrize("sent", [None, 2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize(("provider", "spoken"), [("groq", OpenAIChat), ("togetherai", TogetherChat)])
def test_who_copies_openais_batches_is_asked_in_its_own_way(
    provider: str, spoken: type[Wire], sent: int | None, tmp_path: Path
) -> None:
    """Once as it is, and after a run that ended anywhere."""
    with serve(Switchboard(models=(MODEL,)), {"openai_chat": spoken}, key=KEY) as server:
        if sent:
            recorded(server, "openai_chat", tmp_path, ["batch"], provider=provider, requests=sent)
        (row,) = recorded(server, "openai_chat", tmp_path, ["batch"], provider=provider)
        assert (row.cells["batch"].verdict, row.cells["batch"].strength) == ("supported", "seen")
        assert left(server, "openai_chat") == ([], [])
    (place,) = rows_in(tmp_path / "cassettes")
    assert judged_cassettes(tmp_path / "cassettes", place).cells["batch"] == row.cells["batch"]


def test_a_batch_that_carries_no_mark_is_found_by_its_file(tmp_path: Path) -> None:
    board = Switchboard(models=(MODEL,)).set("batch", IGNORES)  # it never ends
    with serve(board, {"openai_chat": TogetherChat}, key=KEY) as server:
        recorded(server, "openai_chat", tmp_path / "lost", ["batch"], provider="togetherai")
        jobs = server.wires["openai_chat"].jobs.jobs.values()
        assert [job.failure for job in jobs] == [""]
        board.set("batch", WORKS)
        recorded(server, "openai_chat", tmp_path / "here", ["batch"], provider="togetherai")
        assert [job.failure for job in jobs] == ["cancelled", ""]
        assert left(server, "openai_chat") == ([], [])


@pytest.mark.parametrize("wire", FILES)
def test_what_takes_hours_is_collected_by_the_next_run(wire: str, tmp_path: Path) -> None:
    with serve(Switchboard(models=(MODEL,)), (wire,), key=KEY, batch_polls=7) as server:
        for _ in range(2):
            (row,) = recorded(server, wire, tmp_path, ["batch"])
            assert (row.cells["batch"].verdict, row.cells["batch"].reason) == ("unknown", "pending")
            (place,) = rows_in(tmp_path / "cassettes")
            assert judged_cassettes(tmp_path / "cassettes", place).cells["batch"].reason == "pending"
            assert len(left(server, wire)[1]) == 1  # submitted once
        (row,) = recorded(server, wire, tmp_path, ["batch"])
        assert (row.cells["batch"].verdict, row.cells["batch"].strength) == ("supported", "seen")
        assert left(server, wire) == ([], [])


@pytest.mark.parametrize("wire", FILES)
@pytest.mark.parametrize("sent", range(2, 9))
def test_a_run_that_ends_anywhere_leaves_nothing_once_the_next_one_ends(wire: str, sent: int, tmp_path: Path) -> None:
    with serve(Switchboard(models=(MODEL,)), (wire,), key=KEY) as server:
        recorded(server, wire, tmp_path, ["batch"], requests=sent)
        (row,) = recorded(server, wire, tmp_path, ["batch"])
        assert (row.cells["batch"].verdict, row.cells["batch"].strength) == ("supported", "seen")
        assert left(server, wire) == ([], [])


def test_leftovers_carry_our_mark_and_nobody_elses_files_are_touched_or_kept(tmp_path: Path) -> None:
    with serve(Switchboard(models=(MODEL,)), ("openai_chat",), key=KEY) as server:
        shelf = server.wires["openai_chat"].shelf
        shelf.put(Stored("file-salaries", "salaries.pdf", "application/pdf", b"%PDF", "user_data"))
        shelf.put(
            Stored("file-old", "llm-scoreboard-000000000000.pdf", "application/pdf", b"%PDF", "user_data", created=1)
        )
        shelf.put(Stored("file-young", "llm-scoreboard-111111111111.pdf", "application/pdf", b"%PDF", "user_data"))
        recorded(server, "openai_chat", tmp_path, ["file"])
        assert left(server, "openai_chat") == (["file-salaries", "file-young"], [])
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.yaml"))
    assert b"llm-scoreboard-111111111111" in kept
    assert b"salaries" not in kept


@pytest.mark.parametrize("wire", FILES)
def test_what_is_refused_is_told_as_that_and_nothing_stays(wire: str, tmp_path: Path) -> None:
    board = Switchboard(models=(MODEL,)).set("batch", REJECTS).set("file", REJECTS)
    with serve(board, (wire,), key=KEY) as server:
        (row,) = recorded(server, wire, tmp_path, ["batch", "file"])
        assert left(server, wire) == ([], [])
    assert {(row.cells[cell].verdict, row.cells[cell].reason) for cell in ("batch", "file")} == {
        ("unsupported", "rejected")
    }


@pytest.mark.parametrize("stream", [False, True])
def test_an_upload_that_nothing_is_asked_about_counts_in_each_mode(stream: bool, tmp_path: Path) -> None:
    with serve(Switchboard(models=("imagen-emulated",)), ("imagen",), key=KEY) as server:
        mode = "stream" if stream else "sync"
        rows = recorded(server, "imagen", tmp_path, ["batch", "file"], model="imagen-emulated", mode=mode)
        assert left(server, "imagen") == ([], [])
    found = {cell: (rows[0].cells[cell].verdict, rows[0].cells[cell].strength) for cell in ("batch", "file")}
    assert found == {"batch": ("supported", "seen"), "file": ("supported", "accepted")}


@pytest.mark.parametrize("wire", FILES)
def test_a_file_that_the_model_never_sees_is_ignored(wire: str, tmp_path: Path) -> None:
    with serve(Switchboard(models=(MODEL,)).set("file", IGNORES, model=MODEL), (wire,), key=KEY) as server:
        (row,) = recorded(server, wire, tmp_path, ["file"])
        assert left(server, wire) == ([], [])
    assert (row.cells["file"].verdict, row.cells["file"].reason) == ("unsupported", "ignored")


@pytest.mark.parametrize(("wire", "key"), [("gemini", "GEMINI_API_KEY"), ("openai_chat", "OPENAI_API_KEY")])
@pytest.mark.parametrize("sent", [3, 5, 7])
def test_a_run_that_is_killed_leaves_nothing_once_the_next_one_ends(
    wire: str, key: str, sent: int, tmp_path: Path
) -> None:
    with serve(Switchboard(models=(MODEL,)), (wire,), key=KEY, latency=0.05) as server:
        target = f"{SPEAKERS[wire]}/{MODEL}/sync"
        command = ["record", target, "--only", "batch", "--only", "file", "--base-url", server.url(wire)]
        running = subprocess.Popen(
            [sys.executable, "-m", "scoreboard", *command], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, key: KEY, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        while len(server.requests) < sent and running.poll() is None:
            time.sleep(0.002)
        running.kill()
        running.wait()
        (row,) = recorded(server, wire, tmp_path, ["batch", "file"])
        assert {(row.cells[cell].verdict, row.cells[cell].strength) for cell in ("batch", "file")} == {
            ("supported", "seen")
        }
        assert left(server, wire) == ([], [])


def test_what_waits_is_planned_as_one_question_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_jobs, "_WAITS", (0.001,))
    with serve(Switchboard(models=(MODEL,)), ("openai_chat",), key=KEY, batch_polls=9) as server:
        recorded(server, "openai_chat", tmp_path, ["batch"])
        how = runs(server, "openai_chat", tmp_path, ["batch"])
        how = structs.replace(how, force=True)  # nothing is fresh but what waits
        (place,) = rows_in(tmp_path / "cassettes")
        provider = find_provider("openaichat")
        assert provider
        plan = plan_of(how, provider, place, [probes()["batch"]])
    assert (plan.whole.requests, plan.whole.input, plan.whole.output) == (1, 0, 0)
