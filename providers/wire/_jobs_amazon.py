"""Amazon Bedrock's batches: questions and results stand in a bucket of Amazon S3, which is the user's.

Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateModelInvocationJob.html (and
API_GetModelInvocationJob, API_StopModelInvocationJob, API_ListModelInvocationJobs of the same),
https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-data.html,
.../userguide/batch-inference-results.html (OUTPUT/JOB/FILE.out, and a manifest beside it),
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (and API_GetObject, API_DeleteObject,
API_ListObjectsV2), .../AmazonS3/latest/userguide/VirtualHosting.html (the bucket in the path). A job cannot be deleted,
only stopped. It has no clientRequestToken: of the same question in a later run, an old job would be the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from html import unescape
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import structs

from providers.base import ProviderError, Request, Response
from providers.chat import Ask, Reply
from providers.errors import AUTH, BUSY, FORM, REQUEST
from providers.wire._http import post
from providers.wire._jobs import MARK, Trail, is_stale, leftovers, marked, plain, reply_of

BUCKET, ROLE = "BEDROCK_BATCH_BUCKET", "BEDROCK_BATCH_ROLE_ARN"
# "Minimum number of records per batch inference job", the default of most models; a job of fewer fails:
# https://docs.aws.amazon.com/general/latest/gr/bedrock.html#limits_bedrock
RECORDS = 100
_STORE = f"https://s3.{{AWS_REGION}}.amazonaws.com/{{{BUCKET}}}"
_NAME = "questions.jsonl"
_UNDER_WAY = ("Submitted", "Validating", "Scheduled", "InProgress")
_OBJECT = re.compile(r"<Key>([^<]+)</Key>\s*<LastModified>([^<]+)<")
# What is said of the bucket, the role or the number of records, and nothing of batches.
_ACCOUNT = re.compile(r"access|authori[sz]|permission|\brole\b|\bassume\b|bucket|\bs3\b", re.IGNORECASE)
_FEW = re.compile(r"minimum|(?:fewer|less) records", re.IGNORECASE)

Encode = Callable[[Ask], dict[str, Any]]
Responses = Generator[Request, Response, list[Response]]


def sent(ask: Ask, encode: Encode, model: str, base_url: str) -> Responses:
    """All requests of a question that is asked in a batch, as often as a batch needs, and their responses."""
    body, trail = encode(plain(ask)), Trail()
    mark = marked(model, ask.batch, body)
    ids = (ask.batch, *(f"{ask.batch}-{number}" for number in range(2, RECORDS + 1)))
    lines = b"".join(msgspec.json.encode({"recordId": one, "modelInput": body}) + b"\n" for one in ids)
    put = yield from trail.send(_stored("PUT", f"{mark}/{_NAME}", lines))
    if put.status >= 400:
        return trail.responses
    jobs = base_url.replace("bedrock-runtime", "bedrock", 1) + "/model-invocation-job"
    where = f"s3://{{{BUCKET}}}/{mark}/"
    job = {
        "jobName": mark, "roleArn": f"{{{ROLE}}}", "modelId": model, "modelInvocationType": "Converse",
        "inputDataConfig": {"s3InputDataConfig": {"s3InputFormat": "JSONL", "s3Uri": where + _NAME}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": where}},
    }  # fmt: skip
    yield from trail.send(structs.replace(post(jobs, job), keyed=True, filled=(BUCKET, ROLE)))
    made = trail.facts.id
    if made:
        if not (yield from trail.ended(Request("GET", f"{jobs}/{quote(made)}", keyed=True))):
            return trail.responses
        if trail.facts.state != "failed":
            yield from trail.send(_stored("GET", f"{mark}/{made}/{_NAME}.out"))
        for name in (f"{_NAME}.out", "manifest.json.out"):
            yield from trail.send(_stored("DELETE", f"{mark}/{made}/{name}"))
    yield from trail.send(_stored("DELETE", f"{mark}/{_NAME}"))
    listed = yield from trail.send(Request("GET", f"{jobs}s?nameContains={MARK}&maxResults=100", keyed=True, only=MARK))
    for one in leftovers(listed, "invocationJobSummaries", mark, lambda item: item.get("jobName")):
        named = str(one.get("jobArn")).rpartition("/")[2]
        if one.get("status") in _UNDER_WAY and named != made:
            yield from trail.send(Request("POST", f"{jobs}/{quote(named)}/stop", keyed=True))
    objects = yield from trail.send(Request("GET", f"{_STORE}?list-type=2&prefix={MARK}", signed="s3"))
    for key, written in _OBJECT.findall(objects.body.decode(errors="replace")) if objects.status < 400 else ():
        if unescape(key).startswith(f"{mark}/") or is_stale({"created_at": written}, objects):
            yield from trail.send(_stored("DELETE", unescape(key)))
    return trail.responses


def _stored(method: str, key: str, body: bytes = b"") -> Request:
    headers = {"content-type": "application/jsonl"} if body else {}
    return Request(method, f"{_STORE}/{quote(key)}", body, headers, signed="s3")


def reply(ask: Ask, responses: Sequence[Response], read: Callable[[Ask, Sequence[Response]], Reply]) -> Reply:
    """What all responses say to the question. An error about the bucket, the role or the number of records says nothing
    of batches. Raises ProviderError where nothing could be stored.
    """
    first = responses[0] if responses else Response(200, {}, b"")
    if 400 <= first.status < 500 and first.status not in BUSY and first.body.lstrip().startswith(b"<"):
        said = " ".join(re.findall(r"<(?:Code|Message)>([^<]*)", first.body.decode(errors="replace")))
        msg = f"the bucket of {BUCKET} takes no object, {first.status}: {said:.200}"
        raise ProviderError(msg)
    found = reply_of(ask, responses, read)
    if found.error is None or found.error.kind != REQUEST:
        return found
    said = found.error.message
    kind = AUTH if _ACCOUNT.search(said) else FORM if _FEW.search(said) else REQUEST
    return structs.replace(found, error=structs.replace(found.error, kind=kind))
