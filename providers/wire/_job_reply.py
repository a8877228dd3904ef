"""From all responses of a service, batch or file, to the reply: which of them told of the job, which held the answer.

The forms are those of all APIs that have such services; each is told by fields that no other has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from providers.base import Response
from providers.chat import Ask, Job, Reply

Read = Callable[[Sequence[Response]], Reply]

_ENDED = {"completed": "ended", "ended": "ended", "succeeded": "ended", "success": "ended",
          "failed": "failed",
          "expired": "expired", "timeout_exceeded": "expired", "cancelled": "cancelled",
          "canceled": "cancelled",
          "partiallycompleted": "ended", "stopped": "cancelled"}  # fmt: skip
_LISTS = ("data", "operations", "files", "batches", "invocationJobSummaries")
_ERROR = 400


class Line(Struct, frozen=True):
    """The result of one question of a batch: its id, and the response that it would have got directly."""

    id: str
    response: Response


class Facts:
    """What responses tell of a job: its id, its state, how many questions and results it has; `files`: where the
    results are; `error`: what the service refused, or why the batch failed; `flaw`: what is wrong with the results.
    """

    def __init__(self, responses: Sequence[Response]) -> None:
        self.id = self.state = self.flaw = ""
        self.requests = 0
        self.deleted = False
        self.files: tuple[str, ...] = ()
        self.inputs: tuple[str, ...] = ()
        self.uploads: list[dict[str, Any]] = []
        self.lines: list[Line] = []
        self.answers: list[Response] = []
        self.error: Response | None = None
        for response in responses:
            self._see(response)

    def _see(self, response: Response) -> None:
        if response.status >= _ERROR:
            if not self.lines and self.state in ("", "pending"):
                self.error = self.error or response
                self.answers.append(response)
            return
        value = _json(response.body)
        if not isinstance(value, dict):
            self._see_text(response, value)
        elif value.get("deleted") is True or str(value.get("type", "")).endswith("_deleted"):
            self.deleted = True
        elif _is_file(value):
            self.uploads.append(value.get("file", value) if isinstance(value.get("file"), dict) else value)
        elif batch := _batch(value):
            self._see_batch(batch, response)
        elif _is_line(value):
            self._see_text(response, None)
        elif isinstance(value.get("results"), list) and "choices" not in value:
            self.lines += [line for one in value["results"] if isinstance(one, dict) for line in _line(one)]
        elif not value and self.answers + self.lines:  # how Google says that it is done
            self.deleted = True
        elif value and not any(isinstance(value.get(key), list) and len(value) <= 5 for key in _LISTS):
            self.answers.append(response)

    def _see_text(self, response: Response, value: Any) -> None:
        """Lines of JSON, a stream, or the empty answer that tells where an upload goes on."""
        if not response.body.strip() or b"<ListBucketResult" in response.body[:200]:  # what a store has
            return
        if value is not None or not (self.id and self.state):
            self.answers.append(response)
            return
        for number, text in enumerate(response.body.splitlines(), 1):
            line = _json(text)
            if isinstance(line, dict):
                self.lines += _line(line)
            elif text.strip():
                self.flaw = self.flaw or f"line {number} of the results is no JSON: {text[:60]!r}"

    def _see_batch(self, batch: dict[str, Any], response: Response) -> None:
        named = str(batch.get("id") or batch.get("batch_id") or batch.get("name") or self.id)
        if self.id and named != self.id:  # another one, that is taken away
            return
        self.id = named
        self.state = _state(batch)
        self.requests = _count(batch) or self.requests
        places = [batch.get(key) for key in ("output_file_id", "output_file", "error_file_id", "error_file")]
        output = batch.get("output") if isinstance(batch.get("output"), dict) else {}
        places.append(output.get("responsesFile") if output else None)
        self.files = tuple(dict.fromkeys(one for one in places if isinstance(one, str) and one)) or self.files
        self.inputs = tuple(one for one in batch.get("input_files") or () if isinstance(one, str)) or self.inputs
        held = batch.get("outputs") or ((output or {}).get("inlinedResponses") or {}).get("inlinedResponses")
        if isinstance(held, list) and not self.lines:
            for one in held:
                found = list(_line(one)) if isinstance(one, dict) else []
                self.lines += found
                if not found:
                    self.flaw = self.flaw or f"a result is neither an answer nor an error: {str(one)[:60]}"
        if self.state == "failed" and (told := _why(batch)):
            self.error = Response(_ERROR, response.headers, msgspec.json.encode({"error": told}))


def _is_file(value: dict[str, Any]) -> bool:
    return value.get("object") == "file" or value.get("type") == "file" or _is_google_file(value)


def _is_google_file(value: dict[str, Any]) -> bool:
    file = value.get("file", value)
    return isinstance(file, dict) and ("uri" in file or "mimeType" in file) and "contents" not in value


def _batch(value: dict[str, Any]) -> dict[str, Any] | None:
    """The batch that an object tells of, its fields in one level."""
    if isinstance(value.get("job"), dict) and "id" in value["job"]:
        return dict(value["job"])
    if str(value.get("name", "")).startswith("batches/"):
        return {**value, **(value.get("metadata") or {})}
    if isinstance(value.get("jobArn"), str):  # the last part alone says whose account it is to nobody
        named, count = value["jobArn"].rpartition("/")[2], value.get("totalRecordCount")
        return {**value, "id": named, "total_requests": count, "error": value.get("message")}
    is_one = value.get("object") == "batch" or value.get("type") == "message_batch" or "batch_id" in value
    return value if is_one or "input_file_id" in value else None


def _state(batch: dict[str, Any]) -> str:
    told = batch.get("processing_status") or batch.get("status") or batch.get("state")
    if isinstance(told, dict):  # counts alone
        return "ended" if told.get("num_requests") and not told.get("num_pending") else "pending"
    word = str(told or "").lower().removeprefix("batch_state_").removeprefix("job_state_")
    return _ENDED.get(word, "pending")


def _count(batch: dict[str, Any]) -> int:
    """How many questions it has, as the API counts them."""
    counts = batch.get("request_counts") or batch.get("batchStats") or {}
    if "total" not in counts and "requestCount" not in counts and batch.get("type") == "message_batch":
        counts = {"total": sum(one for one in counts.values() if isinstance(one, int))}
    told = counts.get("total") or counts.get("requestCount") or batch.get("total_requests")
    if told is None and isinstance(batch.get("state"), dict):
        told = batch["state"].get("num_requests")
    return int(told) if isinstance(told, int) or (isinstance(told, str) and told.isdigit()) else 0


def _why(batch: dict[str, Any]) -> dict[str, Any]:
    """Why it failed, in the form of an error."""
    told = batch.get("error") or batch.get("errors")
    if isinstance(told, dict) and isinstance(told.get("data"), list):
        told = told["data"]
    if isinstance(told, list):
        told = next((one for one in told if one), None)
    if isinstance(told, str):
        return {"message": told}
    return {key: told[key] for key in ("message", "code", "param", "type") if told.get(key)} if told else {}


def _is_line(value: dict[str, Any]) -> bool:
    """Whether an object is a file of results that has one line."""
    made = value.keys() & {"response", "result", "error", "modelOutput"}
    return ("custom_id" in value or "key" in value or "recordId" in value) and bool(made)


def _line(value: dict[str, Any]) -> Iterator[Line]:
    metadata = value.get("metadata")
    key = next((str(one) for one in metadata.values()), "0") if isinstance(metadata, dict) else "0"
    names = (value.get(name) for name in ("custom_id", "batch_request_id", "key", "recordId"))
    named = str(next(filter(None, names), key))
    status, body = 200, value.get("response") or value.get("modelOutput")
    if isinstance(body, dict) and "status_code" in body:
        status, body = body.get("status_code") or 200, body.get("body")
    result = value.get("result") or value.get("batch_result")
    if isinstance(result, dict):
        body = result.get("message") or result.get("response")
        if isinstance(body, dict) and "chat_get_completion" in body:
            body = body["chat_get_completion"]
        error = result.get("error") or ({"message": str(result["type"])} if "type" in result else None)
    else:
        error = value.get("error")
    if not body and isinstance(error, dict) and "errorMessage" in error:
        code = error.get("errorCode")
        status, body = code if isinstance(code, int) and code >= _ERROR else _ERROR, {"message": error["errorMessage"]}
    elif not body and error:
        status, body = _ERROR, error if isinstance(error, dict) and "error" in error else {"error": error}
    data = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    if isinstance(body, dict) or (isinstance(body, str) and status >= _ERROR):
        yield Line(named, Response(int(status), {"content-type": "application/json"}, data))


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def job_reply(ask: Ask, responses: Sequence[Response], read: Read) -> Reply:
    """What all responses say to the question; `read` is the wire's own way to read an answer."""
    facts = Facts(responses)
    return _of_batch(ask, facts, read) if ask.batch else _of_file(facts, read)


def _of_batch(ask: Ask, facts: Facts, read: Read) -> Reply:
    state, said = facts.state, ""
    mine = [line for line in facts.lines if line.id == ask.batch]
    if facts.flaw and not mine:
        state, said = "malformed", facts.flaw
    elif facts.lines and not mine:
        state, said = "wrong", f"there is a result for {facts.lines[0].id!r:.40}, and none for {ask.batch!r:.40}"
    job = Job("batch", facts.id, state, len(facts.lines), facts.requests, facts.deleted, said)
    if mine:
        return structs.replace(read([mine[0].response]), job=job)
    if facts.error:
        return structs.replace(read([facts.error]), job=job)
    return Reply(job=job)


def _of_file(facts: Facts, read: Read) -> Reply:
    made = next((one for one in facts.uploads if one.get("id") or one.get("name")), {})
    named = str(made.get("id") or made.get("name") or "")
    job = Job("file", named, "uploaded" if facts.uploads else "", deleted=facts.deleted)
    if facts.error and not facts.uploads:
        return structs.replace(read([facts.error]), job=job)
    answers = [one for one in facts.answers if one.status < _ERROR][-1:] or facts.answers[:1]
    return structs.replace(read(answers), job=job) if answers and named else Reply(job=job)
