"""The requests of a batch over a bucket are those that Amazon's own clients send for the same operations."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.accuracy import KEY
from emulator import IGNORES, WORKS, Server, Switchboard, serve
from emulator.bedrock import ROLE, Bedrock
from emulator.bedrock_store import BUCKET
from emulator.gate import Seen
from emulator.tests.test_bedrock import client
from providers.wire import _jobs
from tests.scoreboard.live.test_jobs_amazon import WIRE, recorded
from tests.support.jobs import MODEL


def said(seen: Seen) -> tuple[str, str, str, object]:
    """What a request says: a job without the token that a client makes up, and without the optional format."""
    body: object = seen.body
    if seen.method == "POST" and seen.body:
        body = msgspec.json.decode(seen.body)
        assert isinstance(body, dict)
        body.pop("clientRequestToken", None)
    query = "&".join(sorted(pair for pair in seen.query.split("&") if pair != "encoding-type=url"))
    return seen.method, seen.path.replace(":", "%3A"), query, body


def operations(server: Server, ours: list[Seen]) -> None:
    """The same once more, by clients of Amazon's."""
    s3, bedrock = client(server, "s3"), client(server, "bedrock")
    for seen in ours:
        *_, mark, last = seen.path.split("/")
        key = seen.path.removeprefix(f"/{BUCKET}/")
        match seen.method, seen.path:
            case "PUT", _:
                s3.put_object(Bucket=BUCKET, Key=key, Body=seen.body, ContentType="application/jsonl")
            case "DELETE", _:
                s3.delete_object(Bucket=BUCKET, Key=key)
            case "GET", path if path == f"/{BUCKET}":
                s3.list_objects_v2(Bucket=BUCKET, Prefix="llm-scoreboard-")
            case "GET", path if path.startswith(f"/{BUCKET}/"):
                server.wires[WIRE].put(f"s3://{BUCKET}/{key}", b"")  # type: ignore[attr-defined]
                s3.get_object(Bucket=BUCKET, Key=key)
            case "GET", "/model-invocation-jobs":
                bedrock.list_model_invocation_jobs(nameContains="llm-scoreboard-", maxResults=100)
            case "GET", _:
                bedrock.get_model_invocation_job(jobIdentifier=last)
            case "POST", "/model-invocation-job":
                told = msgspec.json.decode(seen.body)
                assert told["roleArn"] == ROLE
                bedrock.create_model_invocation_job(**told)
            case _:
                server.wires[WIRE].jobs.jobs[mark].failure = ""
                bedrock.stop_model_invocation_job(jobIdentifier=mark)


def test_method_path_query_and_body_are_those_of_botocore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_jobs, "_WAITS", (0.001,) * 3)
    board = Switchboard(models=(MODEL,)).set("batch", IGNORES)
    with serve(board, {WIRE: Bedrock}, key=KEY) as server:
        recorded(server, tmp_path / "lost")
        board.set("batch", WORKS)
        recorded(server, tmp_path / "here")
        ours = [seen for seen in server.requests if not seen.path.endswith("/converse")]
        assert {(seen.method, seen.path.split("/")[1]) for seen in ours} == {
            ("PUT", BUCKET), ("GET", BUCKET), ("DELETE", BUCKET), ("POST", "model-invocation-job"),
            ("GET", "model-invocation-job"), ("GET", "model-invocation-jobs"),
        }  # fmt: skip
        assert any(seen.path.endswith("/stop") for seen in ours)
        before = len(server.requests)
        operations(server, ours)
        theirs = server.requests[before:]
    assert [said(seen) for seen in theirs] == [said(seen) for seen in ours]
    for seen, other in zip(ours, theirs, strict=True):
        if seen.path.startswith(f"/{BUCKET}"):
            assert {"authorization", "x-amz-date", "x-amz-content-sha256"} <= seen.headers.keys() & other.headers.keys()
