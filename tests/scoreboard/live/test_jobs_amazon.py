"""Batches over a bucket, over real sockets: what is found, over one run or two, what nobody may read of it afterwards,
and that nothing of it stays.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import anyio
import pytest
from msgspec import structs

from benchmarks.accuracy import KEY
from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Server, Switchboard, serve
from emulator.bedrock import ROLE, Bedrock
from emulator.bedrock_store import BUCKET
from emulator.sigv4 import KEY_ID, SECRET
from emulator.store import Job, Stored
from probes.base import probes
from providers.base import find_provider
from providers.wire import _jobs
from scoreboard.evidence.cassettes import rows_in
from scoreboard.judge.kept import judged_cassettes
from scoreboard.live.plan import plan_of
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import run, targets
from scoreboard.results.model import Cell
from scoreboard.results.store import load
from tests.support import ROOT
from tests.support.jobs import MODEL, left, runs

WIRE, TARGET = "bedrock_converse", f"bedrock/{MODEL}/sync"
KEYS = {"AWS_BEARER_TOKEN_BEDROCK": KEY, "AWS_REGION": "us-east-1"}
NEEDS = {
    "AWS_ACCESS_KEY_ID": KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "BEDROCK_BATCH_BUCKET": BUCKET,
    "BEDROCK_BATCH_ROLE_ARN": ROLE,
}
SEEN, PENDING = ("supported", "seen", ""), ("unknown", "", "pending")
NOTHING: tuple[list[str], list[Job]] = ([], [])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_jobs, "_WAITS", (0.001,) * 3)


@pytest.fixture
def board() -> Switchboard:
    return Switchboard(models=(MODEL,))


@pytest.fixture
def server(board: Switchboard, request: pytest.FixtureRequest) -> Iterator[Server]:
    settings = getattr(request, "param", {})
    with serve(board, {WIRE: Bedrock}, key=KEY, **settings) as server:
        yield server


def recorded(server: Server, folder: Path, requests: int | None = None, environ: Mapping[str, str] = KEYS) -> Cell:
    """The cell, once it was asked for."""
    how = structs.replace(runs(server, WIRE, folder, ["batch"], requests), environ={**KEYS, **NEEDS, **environ})
    anyio.run(run, how, targets([TARGET]), Lines(nobody, how.budget))
    (row,) = load(folder / "results", "bedrock").rows
    return row.cells["batch"]


def told(cell: Cell) -> tuple[str, str, str]:
    return cell.verdict, cell.strength if cell.verdict == "supported" else "", cell.reason


def kept(folder: Path) -> Cell:
    (place,) = rows_in(folder / "cassettes")
    return judged_cassettes(folder / "cassettes", place).cells["batch"]


def test_it_is_seen_once_and_nothing_stays(server: Server, tmp_path: Path) -> None:
    cell = recorded(server, tmp_path)
    assert told(cell) == SEEN
    assert "ended with 100 of 100 results" in cell.note
    assert left(server, WIRE) == NOTHING
    asked = len(server.requests)
    assert recorded(server, tmp_path) == cell
    assert len(server.requests) == asked
    assert kept(tmp_path) == cell


def test_what_goes_to_the_bucket_is_signed_and_has_no_key(server: Server, tmp_path: Path) -> None:
    recorded(server, tmp_path)
    stored = [one for one in server.requests if one.path.startswith(f"/{BUCKET}")]
    assert [one.method for one in stored] == ["PUT", "GET", "DELETE", "DELETE", "DELETE", "GET"]
    assert all(one.headers["authorization"].startswith("AWS4-HMAC-SHA256") for one in stored)
    others = [one for one in server.requests if one not in stored]
    assert {one.headers["authorization"] for one in others} == {f"Bearer {KEY}"}


def test_nothing_that_says_whose_account_it_is_reaches_the_disk(server: Server, tmp_path: Path) -> None:
    recorded(server, tmp_path, environ={"AWS_SESSION_TOKEN": "a-token-of-a-session/0123456789"})
    data = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (*NEEDS.values(), "a-token-of-a-session", "123456789012", "emulated-batches", "AWS4-HMAC"):
        assert secret.encode() not in data
    assert b"model-invocation-job/000000000001" in data


@pytest.mark.parametrize("lacking", [*NEEDS, None])
def test_without_a_bucket_nothing_is_asked_and_the_cell_says_what_it_needs(
    server: Server, lacking: str | None, tmp_path: Path
) -> None:
    missing = {name: "" for name in NEEDS if lacking in (name, None)}
    cell = recorded(server, tmp_path, environ=missing)
    assert told(cell) == ("unknown", "", "not_asked")
    assert all(name in cell.note for name in missing)
    assert {one.path for one in server.requests} == {f"/model/{MODEL}/converse"}
    how = structs.replace(runs(server, WIRE, tmp_path / "plan", ["batch"]), environ={**KEYS, **NEEDS, **missing})
    provider = find_provider("bedrock")
    assert provider
    (place,) = rows_in(tmp_path / "cassettes")
    assert plan_of(how, provider, place, [probes()["batch"]]).whole.requests == 0
    whole = structs.replace(how, environ={**KEYS, **NEEDS})
    assert plan_of(whole, provider, place, [probes()["batch"]]).whole.output > 100


def test_without_the_extra_it_says_which(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoreboard.net.signing.find_spec", lambda _: None)
    cell = recorded(server, tmp_path)
    assert (cell.reason, "llm-scoreboard[aws]" in cell.note) == ("not_asked", True)


@pytest.mark.parametrize("server", [{"batch_polls": 7}], indirect=True)
def test_what_takes_hours_is_collected_by_the_next_run(server: Server, tmp_path: Path) -> None:
    for _ in range(2):
        assert told(recorded(server, tmp_path)) == PENDING
        assert told(kept(tmp_path)) == PENDING
        assert len(left(server, WIRE)[1]) == 1  # submitted once
    # What nobody can follow just now waits on.
    assert told(recorded(server, tmp_path, environ={"BEDROCK_BATCH_BUCKET": ""})) == PENDING
    assert told(recorded(server, tmp_path)) == SEEN
    assert left(server, WIRE) == NOTHING


@pytest.mark.parametrize("sent", range(2, 14))
def test_a_run_that_ends_anywhere_leaves_nothing_once_the_next_one_ends(
    server: Server, sent: int, tmp_path: Path
) -> None:
    recorded(server, tmp_path, sent)
    assert told(recorded(server, tmp_path)) == SEEN
    assert left(server, WIRE) == NOTHING


@pytest.mark.parametrize("server", [{"latency": 0.05}], indirect=True)
@pytest.mark.parametrize("sent", [3, 5, 8])
def test_a_run_that_is_killed_leaves_nothing_once_the_next_one_ends(server: Server, sent: int, tmp_path: Path) -> None:
    command = ["record", TARGET, "--only", "batch", "--base-url", server.url(WIRE)]
    running = subprocess.Popen(
        [sys.executable, "-m", "scoreboard", *command], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, **KEYS, **NEEDS, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    while len(server.requests) < sent and running.poll() is None:
        time.sleep(0.002)
    running.kill()
    running.wait()
    assert told(recorded(server, tmp_path)) == SEEN
    assert left(server, WIRE) == NOTHING


def test_a_job_whose_making_was_answered_to_nobody_is_stopped(
    server: Server, board: Switchboard, tmp_path: Path
) -> None:
    board.set("batch", IGNORES)  # it never ends
    recorded(server, tmp_path / "lost")
    board.set("batch", WORKS)
    assert told(recorded(server, tmp_path / "here")) == SEEN
    assert [job.failure for job in server.wires[WIRE].jobs.jobs.values()] == ["Stopped", ""]
    assert left(server, WIRE) == NOTHING


def test_leftovers_carry_our_mark_and_nobody_elses_objects_are_touched_or_kept(server: Server, tmp_path: Path) -> None:
    shelf = server.wires[WIRE].shelf
    for name, created in (
        ("salaries.csv", 1),
        ("llm-scoreboard-0/a&b.jsonl", 1),
        ("llm-scoreboard-1/a.jsonl", int(time.time())),
    ):
        shelf.put(Stored(f"{BUCKET}/{name}", name, "text/csv", b"x", created=created))
    recorded(server, tmp_path)
    assert sorted(shelf.files) == [f"{BUCKET}/llm-scoreboard-1/a.jsonl", f"{BUCKET}/salaries.csv"]
    data = b"".join(path.read_bytes() for path in tmp_path.rglob("*.yaml"))
    assert b"llm-scoreboard-1/a.jsonl" in data
    assert b"salaries" not in data


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (REJECTS, ("unsupported", "rejected")),
        (WRONG, ("unsupported", "wrong")),
        (MALFORMED, ("unsupported", "malformed")),
        (IGNORES, ("unknown", "pending")),
    ],
)
def test_what_the_model_does(
    server: Server, board: Switchboard, act: Behaviour, expected: tuple[str, str], tmp_path: Path
) -> None:
    board.set("batch", act)
    cell = recorded(server, tmp_path)
    assert (cell.verdict, cell.reason) == expected
    if act is not IGNORES:
        assert kept(tmp_path) == cell
        assert left(server, WIRE) == NOTHING


def test_what_is_refused_to_the_account_says_nothing_of_the_model(server: Server, tmp_path: Path) -> None:
    bedrock = server.wires[WIRE]
    assert isinstance(bedrock, Bedrock)
    bedrock.denied = True
    cell = recorded(server, tmp_path)
    assert told(cell) == ("unknown", "", "auth")
    assert "somebody" not in (tmp_path / "results" / "bedrock.json").read_text()
    assert left(server, WIRE) == NOTHING


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"BEDROCK_BATCH_BUCKET": "no-such-bucket-of-ours"}, "404: NoSuchBucket The specified bucket does not exist"),
        ({"AWS_SECRET_ACCESS_KEY": "another-secret-0123456789"}, "403: SignatureDoesNotMatch"),
        ({"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}, "403: InvalidAccessKeyId"),
    ],
)
def test_a_bucket_that_takes_nothing_says_nothing_of_the_model(
    server: Server, environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    cell = recorded(server, tmp_path, environ=environ)
    assert told(cell) == ("unknown", "", "own")
    assert said in cell.note
    assert not server.wires[WIRE].jobs.jobs
    data = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not [value for value in environ.values() if value.encode() in data]


@pytest.mark.parametrize(("records", "said"), [(3, "required minimum of: 100"), (100, "no access to it")])
def test_a_job_that_fails_for_the_bucket_or_the_count_says_nothing_of_the_model(
    server: Server, records: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.wire._jobs_amazon.RECORDS", records)
    if records == 100:
        monkeypatch.setattr(Bedrock, "object", lambda *_: None)
    cell = recorded(server, tmp_path)
    assert cell.verdict == "unknown"
    assert said in cell.note
    assert left(server, WIRE) == NOTHING
