"""Recording live, against an emulator of the wire on real sockets."""

import gc
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WRONG, Fault, FaultKind, Server, Switchboard, serve
from providers.base import find_provider
from providers.chat import Reply
from scoreboard.live.asking import AskedRow
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.row import LiveRow
from scoreboard.live.run import Run, ask_provider, chosen
from scoreboard.net.budget import Budget
from scoreboard.results.store import load
from scoreboard.settings import Settings
from tests.support.command import scoreboard
from tests.support.recording_live import KEY, WIRE, cells, command, environment, record, told, unfinished


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated-1",)), (WIRE,), key=KEY) as running:
        yield running


def test_what_works_is_supported_and_replays_to_the_same_with_the_server_gone(server: Server, tmp_path: Path) -> None:
    done = record(server, tmp_path, "openaicompatible/emulated-1")
    assert done.returncode == 0, done.stderr
    for stream in (False, True):
        found = cells(tmp_path, stream=stream)
        for name in (
            "out.text",
            "json",
            "schema",
            "tools",
            "tools.forced",
            "seed",
            "max_tokens",
            "stop",
            "logprobs",
            "in.image",
            "usage",
            "finish",
        ):
            assert told(found[name]) == "supported", (name, found[name])
        assert found["cite"].reason == "not_expressible"
        assert found["json"].source == "live"
        assert found["json"].evidence[0].startswith("cassettes/openaicompatible/emulated-1/")
    server.stop()
    check = scoreboard("replay", "--check", cwd=tmp_path)
    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize(
    ("cell", "capability", "behaviour", "expected"),
    [
        ("json", "json", REJECTS, "unsupported rejected"),
        ("json", "json", IGNORES, "unsupported malformed"),
        ("json", "json", MALFORMED, "unsupported malformed"),
        ("schema", "schema", REJECTS, "unsupported rejected"),
        ("schema", "schema", WRONG, "unsupported malformed"),
        ("seed", "seed", REJECTS, "unsupported rejected"),
        ("seed", "seed", IGNORES, "unsupported ignored"),
        ("stop", "stop", IGNORES, "unsupported ignored"),
        ("stop", "stop", REJECTS, "unsupported rejected"),
        ("max_tokens", "max_tokens", IGNORES, "unsupported ignored"),
        ("logprobs", "logprobs", IGNORES, "unsupported ignored"),
        ("logprobs", "logprobs", REJECTS, "unsupported rejected"),
        ("tools", "tools", IGNORES, "unsupported ignored"),
        ("tools", "tools", WRONG, "unsupported wrong"),
        ("tools.forced", "tools.forced", IGNORES, "unsupported ignored"),
        ("in.image", "in.image", REJECTS, "unsupported rejected"),
        ("in.image", "in.image", IGNORES, "unsupported ignored"),
        ("in.image", "in.image", WRONG, "unsupported wrong"),
        ("usage", "usage", IGNORES, "unsupported ignored"),
        ("finish", "finish", IGNORES, "unsupported ignored"),
        ("limits", "limits", IGNORES, "unsupported ignored"),
    ],
)
@pytest.mark.parametrize("mode", ["sync", "stream"])
def test_what_does_not_work_is_told_apart(
    server: Server, tmp_path: Path, cell: str, capability: str, behaviour: object, expected: str, mode: str
) -> None:
    server.switchboard.set(capability, behaviour)  # type: ignore[arg-type]
    assert record(server, tmp_path, f"openaicompatible/emulated-1/{mode}", "--only", cell).returncode == 0
    assert told(cells(tmp_path, stream=mode == "stream")[cell]) == expected


def test_what_is_fresh_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    record(server, tmp_path)
    paid, before = len(server.requests), load(tmp_path / "results", "openaicompatible")
    done = record(server, tmp_path)
    assert "0 requests" in done.stdout
    assert len(server.requests) == paid
    assert load(tmp_path / "results", "openaicompatible") == before
    record(server, tmp_path, "--force", "--only", "json")
    assert len(server.requests) > paid


def test_what_breaks_is_as_fresh_as_all_else(server: Server, tmp_path: Path) -> None:
    server.switchboard.odd("20-logprobs-500")
    record(server, tmp_path)
    paid, before = len(server.requests), load(tmp_path / "results", "openaicompatible")
    assert told(cells(tmp_path)["logprobs"]) == "unsupported breaks"
    assert "0 requests" in record(server, tmp_path).stdout
    assert len(server.requests) == paid
    assert load(tmp_path / "results", "openaicompatible") == before


def test_a_budget_stops_before_it_is_passed_and_the_next_run_goes_on(server: Server, tmp_path: Path) -> None:
    done = record(server, tmp_path, "--max-requests", "7")
    assert "7 requests" in done.stdout
    assert len(server.requests) == 7
    record(server, tmp_path)
    with serve(Switchboard(models=("emulated-1",)), (WIRE,), key=KEY) as other:
        alone = tmp_path / "alone"
        alone.mkdir()
        record(other, alone)
        assert len(server.requests) == len(other.requests)
    ours, theirs = cells(tmp_path), cells(tmp_path / "alone")
    assert {name: told(cell) for name, cell in ours.items()} == {name: told(cell) for name, cell in theirs.items()}


def test_a_run_that_is_killed_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    settings = tmp_path / "scoreboard.toml"
    settings.write_text("[pace.default]\nconcurrency = 2\n")
    for wait in (0.25, 0.35, 0.45, 0.55, 0.65):
        run = subprocess.Popen(command(server), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL)
        time.sleep(wait)
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert record(server, tmp_path).returncode == 0
    with serve(Switchboard(models=("emulated-1",)), (WIRE,), key=KEY) as other:
        alone = tmp_path / "alone"
        alone.mkdir()
        record(other, alone)
        assert len(other.requests) <= len(server.requests) <= len(other.requests) + 5 * 2  # those in flight, at most
    ours, theirs = cells(tmp_path), cells(tmp_path / "alone")
    assert {name: told(cell) for name, cell in ours.items()} == {name: told(cell) for name, cell in theirs.items()}
    assert not unfinished(tmp_path)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(FaultKind.RATE), "rate"),
        (Fault(FaultKind.UNAVAILABLE), "server"),
        (Fault(FaultKind.SERVER_ERROR), "server"),
        (Fault(FaultKind.EXPIRED_KEY), "auth"),
        (Fault(FaultKind.OUT_OF_CREDIT), "billing"),
        (Fault(FaultKind.MODEL_GONE), "model"),
        (Fault(FaultKind.RESET), "cut"),
        (Fault(FaultKind.HTML), "unreadable"),
        (Fault(FaultKind.CUT_JSON), "unreadable"),
        (Fault(FaultKind.INVALID_UTF8), "unreadable"),
        (Fault(FaultKind.GZIP_BOMB), "unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind.value,
)
def test_a_bad_day_is_unknown_and_leaves_what_was_known(
    server: Server, tmp_path: Path, fault: Fault, reason: str
) -> None:
    (tmp_path / "scoreboard.toml").write_text("tries = 2\n[pace.default]\ntimeout = 3.0\n")
    record(server, tmp_path, "--only", "json")
    before = cells(tmp_path)["json"]
    assert told(before) == "supported"
    server.switchboard.lay(fault)
    record(server, tmp_path, "--force", "--only", "json", "--only", "seed")
    assert cells(tmp_path)["json"] == before
    assert told(cells(tmp_path)["seed"]) == f"unknown {reason}"


def test_no_key_is_a_line_and_a_wrong_one_makes_the_row_unknown(server: Server, tmp_path: Path) -> None:
    done = record(server, tmp_path, key="")
    assert "openaicompatible: skipped, OPENAI_COMPATIBLE_API_KEY is not set" in done.stdout
    record(server, tmp_path, key="wrong-key-0123456789")
    assert {told(cell) for cell in cells(tmp_path).values() if cell.verdict != "unknown"} <= {
        "unsupported not_expressible"
    }
    assert told(cells(tmp_path)["json"]) == "unknown auth"
    # A failure of ours is no evidence: with the right key everything is asked.
    record(server, tmp_path)
    assert told(cells(tmp_path)["json"]) == "supported"


def test_the_key_is_in_no_file_and_no_output(server: Server, tmp_path: Path) -> None:
    import base64
    from urllib.parse import quote

    done = record(server, tmp_path)
    wrong = record(server, tmp_path, "--force", key="wrong-" + KEY)
    refused = record(None, tmp_path, "--force", "--only", "json", url=server.refused_url(WIRE))
    texts = [done.stdout, done.stderr, wrong.stdout, wrong.stderr, refused.stdout, refused.stderr]
    data = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()) + "".join(texts).encode()
    for form in (KEY.encode(), base64.b64encode(KEY.encode())[:-4], quote(KEY, safe="").encode()):
        assert form not in data


@pytest.mark.parametrize(("target", "says"), [("nobody", "no provider is named 'nobody'"), ("openaicompatible/m", "")])
def test_a_target_that_names_nothing(tmp_path: Path, target: str, says: str) -> None:
    done = record(None, tmp_path, target, "--only", "jsn", url="http://127.0.0.1:1")
    assert done.returncode == 1
    assert (says or "no cell is named jsn") in done.stderr
    assert "Traceback" not in done.stderr


def test_shards_are_merged_to_what_one_run_finds_in_any_order(tmp_path: Path) -> None:
    models = tuple(f"emulated-{number}" for number in range(6))
    with serve(Switchboard(models=models).set("json", REJECTS, model="emulated-3"), (WIRE,), key=KEY) as server:
        for name, shard in (("a", "1/2"), ("b", "2/2"), ("whole", "1/1")):
            (tmp_path / name).mkdir()
            assert (
                record(server, tmp_path / name, "openaicompatible", "--only", "json", "--shard", shard).returncode == 0
            )
    counts = [
        len({row.model for row in load(tmp_path / name / "results", "openaicompatible").rows})
        for name in ("a", "b", "whole")
    ]
    assert counts[0] + counts[1] == counts[2] == 6
    assert min(counts) > 0
    for name, folders in (("ab", ("a", "b")), ("ba", ("b", "a"))):
        done = scoreboard("merge", *(tmp_path / folder for folder in folders), "--into", tmp_path / name, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, "")
    results = [(tmp_path / name / "results" / "openaicompatible.json").read_bytes() for name in ("ab", "ba")]
    assert results[0] == results[1]
    merged, whole = (load(tmp_path / name / "results", "openaicompatible") for name in ("ab", "whole"))
    verdicts = [
        {(row.model, row.stream): told(row.cells["json"]) for row in results.rows} for results in (merged, whole)
    ]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0]["emulated-3", False] == "unsupported rejected"
    assert scoreboard("replay", "--check", cwd=tmp_path / "ab").returncode == 0


def test_ctrl_c_says_in_a_line_that_nothing_is_lost(tmp_path: Path) -> None:
    with serve(Switchboard(models=("emulated-1",)), (WIRE,), key=KEY, latency=0.3) as server:
        run = subprocess.Popen(command(server), cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 20
        while len(server.requests) < 4 and time.monotonic() < end:
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=20)
        assert run.returncode == 130
        assert len(said.splitlines()) == 1
        assert "what was answered is kept" in said
        paid = len(server.requests)
        done = record(server, tmp_path)
        assert done.returncode == 0
        asked = int(done.stdout.split("emulated-1/sync: ")[1].split()[0])
        assert asked < 23
        assert len(server.requests) == paid + asked


def test_a_row_is_gone_when_it_is_done(server: Server, tmp_path: Path) -> None:
    # Without waiting for garbage to be looked for: an exception that somebody keeps would hold its frames, and they the whole row.
    provider = find_provider("openaicompatible")
    assert provider is not None
    environ = {"OPENAI_COMPATIBLE_API_KEY": KEY}
    how = Run(Settings(), environ, Budget(), tmp_path / "cassettes", tmp_path / "results", base_url=server.url(WIRE))

    def there() -> int:
        return sum(isinstance(one, LiveRow | AskedRow | Reply) for one in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = there()
        anyio.run(ask_provider, how, provider, ["emulated-1"], chosen(()), Lines(nobody, how.budget))
        assert there() == before
    finally:
        gc.enable()
    assert how.budget.requests > 20
