"""Services of an API beside its answers, batches and files: which requests to them belong together, and which question
they carry. Told by paths and by ids, in whatever API's words, for our own requests and for anybody's.

A batch may have its questions and its results in a store of objects, as Amazon's has
(https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-data.html): then what goes up is told from what
submits it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec
from msgspec import Struct, structs

from providers.base import Request, Response
from providers.chat import Ask, Job, Media, Message, Part, Reply

# .../files/ID/content, .../batches/ID/cancel, .../batch/jobs/ID, .../batches/ID:cancel, .../models/NAME:batch...,
# .../model-invocation-job/ARN/stop
_JOB = "/model-invocation-job"
_SERVICE = re.compile(
    rf"/(?:files|batches|batch/jobs)(?:/[^/:]+){{0,2}}(?::\w+)?$|:batchGenerateContent$|{_JOB}s?(?:/.+)?$"
)
_BEGIN = re.compile(rf"/(?:files|files/upload|batches|batch/jobs)$|:batchGenerateContent$|{_JOB}$")
_STORE = re.compile(r"https?://(?:[^/]+\.)?s3(?:[.-][^/]*)?\.amazonaws\.com[./]")
_STORED = re.compile(r"[^?]*(?:\.jsonl|\.out)(?:\?|$)|[^?]*\?(?:.*&)?list-type=2")
# Where a service says what it made, and where these stand.
_IDS = ("id", "batch_id", "name", "uri", "output_file_id", "error_file_id", "output_file", "error_file", "input_files",
        "responsesFile")  # fmt: skip
_WITHIN = ("file", "job", "metadata", "output", "response")
_LEAST = 6  # characters of an id
_MULTIPART = re.compile(r"multipart/form-data;.*?boundary=\"?([^\";,]+)", re.IGNORECASE)
_NAMED = re.compile(rb'name="?file"?;', re.IGNORECASE)
_FILENAME = re.compile(rb'filename="([^"]*)"')
_TYPE = re.compile(rb"^content-type:\s*([^\s;]+)", re.IGNORECASE | re.MULTILINE)


class Upload(Struct, frozen=True):
    """A file that went up: what the service calls it, and what it is."""

    ids: frozenset[str]
    filename: str
    mime: str
    data: bytes


def serves(request: Request) -> bool:
    """Whether it is for the batches or the files, and asks no model itself."""
    return bool(_SERVICE.search(request.path.rstrip("/")) or _is_stored(request))


def _is_stored(request: Request) -> bool:
    """Whether it is about an object of a store that holds questions or results, or lists such."""
    return bool(_STORE.match(request.url) and _STORED.match(request.url))


def stores(request: Request) -> bool:
    """Whether it puts questions where a batch that is submitted later finds them."""
    return request.method == "PUT" and _is_stored(request)


def begins(request: Request) -> bool:
    """Whether it makes something new there."""
    return request.method == "POST" and bool(_BEGIN.search(request.path.rstrip("/")))


def given(response: Response, request: Request | None = None) -> frozenset[str]:
    """The ids of what a service made, and the address at which an upload goes on, or that an object got."""
    found = {response.headers.get("x-goog-upload-url", "")}
    found.update(_ids(_json(response.body)))
    if request and stores(request):
        found.add(unquote(request.path).lstrip("/"))
    return frozenset(made for made in found if len(made) >= _LEAST)


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key in _IDS:
            here = value.get(key)
            yield from (one for one in (here if isinstance(here, list) else [here]) if isinstance(one, str))
        if isinstance(arn := value.get("jobArn"), str):
            yield arn.rpartition("/")[2]
        for key in _WITHIN:
            yield from _ids(value.get(key))


def names(request: Request, ids: frozenset[str]) -> bool:
    """Whether a request is about one of them."""
    return any(made in request.url or made.encode() in request.body for made in ids)


def uploaded(request: Request) -> tuple[str, str, bytes]:
    """Name, media type and bytes of the file that a request sends."""
    found = _MULTIPART.search(request.headers.get("content-type", ""))
    if not found:
        return "", request.headers.get("content-type", ""), request.body
    for part in (b"\r\n" + request.body).split(b"\r\n--" + found[1].encode())[1:]:
        head, _, data = part.partition(b"\r\n\r\n")
        if _NAMED.search(head):
            name, mime = _FILENAME.search(head), _TYPE.search(head)
            return (name[1].decode(errors="replace") if name else ""), (mime[1].decode() if mime else ""), data
    return "", "", b""


def carried(request: Request) -> tuple[str, Request] | None:
    """The first question of a batch: its id there, and the request that would ask it directly. None where there is
    none.
    """
    if request.method != "POST" or not serves(request):
        return None
    body = _json(request.body)
    if isinstance(body, dict):
        return next(_of_object(request, body), None)
    lines = uploaded(request)[2].lstrip().split(b"\n", 1)[0]
    line = _json(lines)
    return _of_line(request, line) if isinstance(line, dict) else None


def submitted(pairs: Sequence[tuple[Request, Response]]) -> tuple[str, Request] | None:
    """The first question of a batch whose questions stand in a store: what submitted it tells the model, and what went
    up, or came back, the question.
    """
    found = next((sent for sent, _ in pairs if sent.method == "POST" and sent.path.endswith(_JOB)), None)
    job = _json(found.body) if found else None
    texts = [sent.body for sent, _ in pairs if stores(sent)]
    texts += [got.body for sent, got in pairs if sent.method == "GET" and _is_stored(sent)]
    records = (_json(text.lstrip().split(b"\n", 1)[0]) for text in texts)
    record = next((one for one in records if isinstance(one, dict) and "recordId" in one and "modelInput" in one), None)
    if not (found and isinstance(job, dict) and isinstance(job.get("modelId"), str) and record):
        return None
    verb = "converse" if job.get("modelInvocationType") == "Converse" else "invoke"
    url = found.url.replace("://bedrock.", "://bedrock-runtime.", 1).partition(_JOB)[0]
    return str(record["recordId"]), _to(f"{url}/model/{quote(job['modelId'], safe='')}/{verb}", record["modelInput"])


def _of_object(request: Request, body: Mapping[str, Any]) -> Iterator[tuple[str, Request]]:
    for one in _list(body.get("requests")):
        if isinstance(one.get("params"), dict):  # Anthropic
            yield _id(one), _to(request.url.removesuffix("/batches"), one["params"])
        elif isinstance(one.get("body"), dict):  # Mistral
            model = {"model": body["model"]} if body.get("model") else {}
            yield _id(one), _at(request, str(body.get("endpoint", "")), model | one["body"])
    for one in _list(body.get("batch_requests")):  # xAI
        for kind, asked in (one.get("batch_request") or {}).items():
            path = "/responses" if kind == "responses" else "/chat/completions"
            if isinstance(asked, dict):
                yield str(one.get("batch_request_id") or "0"), _at(request, path, asked)
    if ":batchGenerateContent" in request.url:
        batch = body.get("batch") or {}
        source = batch.get("inputConfig") or batch.get("input_config") or {}
        for one in _list((source.get("requests") or {}).get("requests")):
            asked = {key: value for key, value in (one.get("request") or {}).items() if key != "model"}
            yield _key(one), _to(request.url.replace(":batchGenerateContent", ":generateContent"), asked)


def _of_line(request: Request, line: Mapping[str, Any]) -> tuple[str, Request] | None:
    if "custom_id" not in line or not isinstance(line.get("body"), dict):
        return None
    return _id(line), _at(request, str(line.get("url") or "/v1/chat/completions"), line["body"])


def _id(one: Mapping[str, Any]) -> str:
    return str(one.get("custom_id") or "0")


def _key(one: Mapping[str, Any]) -> str:
    """What a request's or a result's metadata say, in whatever words."""
    told = one.get("metadata")
    return next((str(value) for value in told.values()), "0") if isinstance(told, dict) else "0"


def _to(url: str, body: Mapping[str, Any]) -> Request:
    return Request("POST", url, msgspec.json.encode(body), {"content-type": "application/json"})


def _at(request: Request, path: str, body: Mapping[str, Any]) -> Request:
    """At the endpoint of a path, which the API names without what stands before it."""
    parts = urlsplit(request.url)
    before = re.split(r"/(?:files|batches|batch/jobs)\b", parts.path)[0]
    return _to(f"{parts.scheme}://{parts.netloc}{before}{urlsplit(path).path.removeprefix('/v1')}", body)


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def with_services(ask: Ask, batch: str, uploads: Sequence[Upload], request: Request) -> Ask:
    """The question as it was asked: within a batch, or with files that went up before it."""
    if batch:
        return structs.replace(ask, batch=batch, stream=False)
    here = [upload for upload in uploads if names(request, upload.ids)]
    if not here:
        return ask
    left = {made: upload for upload in here for made in upload.ids}

    def whole(part: Part) -> Part:
        if not isinstance(part, Media) or part.url not in left:
            return part
        upload = left[part.url]
        for made in upload.ids:
            left.pop(made, None)
        return structs.replace(part, mime=upload.mime or part.mime, data=upload.data, url="", upload=True)

    messages = [Message(m.role, tuple(map(whole, m.parts)), m.raw) for m in ask.messages]
    for upload in here:  # what its wire has no part for
        if messages and not upload.ids.isdisjoint(left):
            part = Media("document", upload.mime, upload.data, upload=True)
            messages[-1] = structs.replace(messages[-1], parts=(*messages[-1].parts, part))
    return structs.replace(ask, messages=tuple(messages))


def waits(reply: Reply) -> Job | None:
    """The batch that it tells of, where that has not ended, so that nobody knows yet what it comes to."""
    return reply.job if reply.job and reply.job.pending and reply.error is None else None


def thinned(response: Response, only: str) -> Response:
    """A list of all that an account has, with no more of it than the items that hold this text."""
    value = _json(response.body)
    if not only or not isinstance(value, dict):
        return response
    kept = {key: _holding(one, only) if isinstance(one, list) else one for key, one in value.items()}
    if kept == value:
        return response
    told = {key: one for key, one in kept.items() if isinstance(one, list) or key == "object"}
    return structs.replace(response, body=msgspec.json.encode(told), chunks=())


def _holding(items: Sequence[Any], text: str) -> list[Any]:
    return [one for one in items if text.encode() in msgspec.json.encode(one)]
