"""Other people's recordings of batches whose questions and results stand in a bucket."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from providers.base import Request, Response
from scoreboard.results.model import Cell
from scoreboard.traffic.importer import judged, read_rows
from tests.support import forms
from tests.support.forms import Pair

JOBS = "https://bedrock.us-east-1.amazonaws.com/model-invocation-job"
ARN = "arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/abc123def456"
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
ASKED = {"messages": [{"role": "user", "content": [{"text": "Say hello."}]}]}
ANSWER = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello!"}]}},
    "stopReason": "end_turn", "usage": {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11},
}  # fmt: skip
INVOKED = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "Say hello."}],
}
MESSAGE = {
    "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": "claude-3-haiku-20240307", "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "Hello!"}], "usage": {"input_tokens": 9, "output_tokens": 2},
}  # fmt: skip


def pair(method: str, url: str, body: bytes, answer: bytes, status: int = 200) -> Pair:
    headers = {"content-type": "application/json", "date": forms.DATE}
    return Request(method, url, body, {"content-type": "application/json"}), Response(status, headers, answer)


def lines(*values: Any) -> bytes:
    return b"".join(msgspec.json.encode(value) + b"\n" for value in values)


def up(host: str, asked: Any) -> Pair:
    records = [{"recordId": name, "modelInput": asked} for name in ("one", "two")]
    return pair("PUT", f"{host}/in/words.jsonl", lines(*records), b"")


def created(answer: Any, status: int = 200, kind: str = "Converse") -> Pair:
    job = {
        "jobName": "words", "modelId": HAIKU, "roleArn": "arn:aws:iam::111122223333:role/r",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://acme-data/in/words.jsonl"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://acme-data/out/"}},
        "modelInvocationType": kind,
    }  # fmt: skip
    return pair("POST", JOBS, msgspec.json.encode(job), msgspec.json.encode(answer), status)


def polled(status: str, **more: Any) -> Pair:
    told = {"jobArn": ARN, "status": status, "modelId": HAIKU, "totalRecordCount": 2, **more}
    return pair("GET", f"{JOBS}/{quote(ARN, safe='')}", b"", msgspec.json.encode(told))


def fetched(host: str, asked: Any, answer: Any, **error: Any) -> Pair:
    records = [{"recordId": name, "modelInput": asked, "modelOutput": answer} for name in ("two", "one")]
    records = [{"recordId": r["recordId"], "modelInput": asked, "error": error} for r in records] if error else records
    return pair("GET", f"{host}/out/abc123def456/words.jsonl.out", b"", lines(*records))


VIRTUAL, PATH = "https://acme-data.s3.us-east-1.amazonaws.com", "https://s3.amazonaws.com/acme-data"
MADE = {"jobArn": ARN}


def cell(folder: Path, *pairs: Pair) -> Cell:
    (folder / "a.yaml").write_bytes(forms.vcrpy(pairs))
    rows, complaints = read_rows(folder)
    assert not complaints
    (row,) = rows
    assert (row.id.provider, row.id.model) == ("bedrock", HAIKU)
    return judged(row).cells["batch"]


@pytest.mark.parametrize("host", [VIRTUAL, PATH])
def test_a_job_with_its_results_is_seen_with_what_went_up_or_without(host: str, tmp_path: Path) -> None:
    rest = [created(MADE), polled("InProgress"), polled("Completed"), fetched(host, ASKED, ANSWER)]
    for pairs in ([up(host, ASKED), *rest], rest):
        found = cell(tmp_path, *pairs)
        assert (found.verdict, found.strength) == ("supported", "seen")
        assert found.note.startswith("abc123def456 ended with 2 of 2 results: 'Hello!'")


def test_a_job_of_a_makers_own_bodies_is_seen(tmp_path: Path) -> None:
    found = cell(
        tmp_path,
        up(PATH, INVOKED),
        created(MADE, kind="InvokeModel"),
        polled("Completed"),
        fetched(PATH, INVOKED, MESSAGE),
    )
    assert (found.verdict, found.strength) == ("supported", "seen")


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([created(MADE), polled("Scheduled")], ("supported", "accepted", "")),
        ([created(MADE), polled("Stopped")], ("supported", "accepted", "")),
        ([created(MADE), polled("Expired")], ("unsupported", "", "wrong")),
        (
            [created(MADE), polled("Failed", message="The model does not support batch inference.")],
            ("unsupported", "", "rejected"),
        ),
        (
            [created(MADE), polled("Failed", message="The role has no access to the bucket.")],
            ("unknown", "", "auth"),
        ),
        (
            [created(MADE), polled("PartiallyCompleted", totalRecordCount=3), fetched(VIRTUAL, ASKED, ANSWER)],
            ("unknown", "", "unsure"),
        ),
        (
            [created(MADE), polled("Completed"), fetched(VIRTUAL, ASKED, None, errorCode=429, errorMessage="Too many")],
            ("unknown", "", "rate"),
        ),
        ([created({"message": "This model doesn't support batch inference."}, 400)], ("unsupported", "", "rejected")),
        ([created({"message": "Not yours."}, 403)], ("unknown", "", "auth")),
        ([created({"message": "Too many requests."}, 429)], ("unknown", "", "rate")),
        ([created({"message": "Broken."}, 500)], ("unknown", "", "server")),
    ],
)  # fmt: skip
def test_what_became_of_a_job(pairs: list[Pair], expected: tuple[str, str, str], tmp_path: Path) -> None:
    found = cell(tmp_path, up(VIRTUAL, ASKED), *pairs)
    assert (found.verdict, found.strength if found.verdict == "supported" else "", found.reason) == expected


def test_a_job_whose_questions_were_not_recorded_and_other_objects_are_passed_over(tmp_path: Path) -> None:
    asked = pair(
        "POST",
        f"https://bedrock-runtime.us-east-1.amazonaws.com/model/{quote(HAIKU)}/converse",
        msgspec.json.encode(ASKED),
        msgspec.json.encode(ANSWER),
    )
    alone = pair("GET", f"{VIRTUAL}/logs/day.jsonl", b"", b'{"a": 1}\n')
    found = cell(tmp_path, alone, created(MADE), polled("Completed"), asked)
    assert (found.verdict, found.reason) == ("unknown", "not_asked")
