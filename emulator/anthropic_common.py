"""What surrounds Anthropic's messages: errors, limits, models, files, batches.

Sources: https://platform.claude.com/docs/en/api/errors, /api/rate-limits, /api/models-list, /api/files-create,
/api/creating-message-batches, /docs/en/build-with-claude/batch-processing; the types of the anthropic package.
"""

from abc import abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .problem import Problem
from .question import Answer, Limits, Question
from .store import Job, Stored
from .wire import Json, Wire, json_response, read_form, read_json

_GENERAL = {
    "auth": (401, "authentication_error", "invalid x-api-key"),
    "credit": (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to "
               "upgrade or purchase credits."),
    "model": (404, "not_found_error", "model: {model}"),
    "rate": (429, "rate_limit_error", "This request would exceed your organization's rate limit of 5 requests per minute. For details, "
             "refer to: https://docs.claude.com/en/api/rate-limits."),
    "server": (500, "api_error", "Internal server error"),
    "unavailable": (503, "api_error", "Service temporarily unavailable"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
    "bad_request": (400, "invalid_request_error", ""),
    "not_found": (404, "not_found_error", ""),
}  # fmt: skip
_LACKS = {
    "in.image": "image input",
    "in.document": "PDF input",
    "cite": "citations",
    "schema": "output format",
    "tools": "tools",
    "tools.forced": "tool_choice that forces tool use",
    "tools.none": "tool_choice `none`",
    "tools.named": "tool_choice that forces a tool",
    "tools.serial": "`disable_parallel_tool_use`",
    "tools.empty": "tools whose `input_schema` has no properties",
    "tools.nested": "tools whose `input_schema` is nested",
    "tools.schema": "tools together with an output format",
    "thinking": "thinking",
    "max_tokens": "`max_tokens`",
    "stop": "`stop_sequences`",
    "stream": "`stream`",
    "batch": "the Message Batches API",
    "file": "file sources",
}


class AnthropicWire(Wire):
    """The parts of the API around messages."""

    base: ClassVar[str] = "/v1"

    @abstractmethod
    def question(self, body: Json) -> Question:
        """Reads a request."""

    @abstractmethod
    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        """The body of a plain answer."""

    def key(self, request: Request) -> str:
        return request.headers.get("x-api-key") or super().key(request)

    def common_routes(self) -> list[Route]:
        return [
            Route("/v1/models", self._models),
            Route("/v1/models/{id:path}", self._model),
            Route("/v1/files", self._upload, methods=["POST"]),
            Route("/v1/files", self._files),
            Route("/v1/files/{id}", self._file, methods=["GET", "DELETE"]),
            Route("/v1/files/{id}/content", self._content),
            Route("/v1/messages/batches", self._create_batch, methods=["POST"]),
            Route("/v1/messages/batches", self._batches),
            Route("/v1/messages/batches/{id}", self._batch, methods=["GET", "DELETE"]),
            Route("/v1/messages/batches/{id}/cancel", self._cancel, methods=["POST"]),
            Route("/v1/messages/batches/{id}/results", self._results),
        ]

    def problem(self, problem: Problem) -> Response:
        status, kind, message = self._worded(problem)
        id = f"req_{self.next_id():024d}"
        body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": id}
        headers = {"request-id": id}
        if problem.retry_after is not None:
            headers["retry-after"] = f"{max(1, round(problem.retry_after))}"
        return json_response(body, status, headers)

    def _worded(self, problem: Problem) -> tuple[int, str, str]:
        if problem.kind != "rejected":
            status, kind, message = _GENERAL[problem.kind]
            told = (
                f"{problem.param}: {problem.message}"
                if problem.kind == "bad_request" and problem.param
                else problem.message
            )
            return status, kind, message.format(model=problem.model) or told
        match problem.capability:
            case "file" if not problem.model:  # at the upload, where no model is told
                return 404, "not_found_error", "Not Found"
            case "web_search":
                told = f"'{problem.model}' does not support tool types: web_search_20250305."
            case "in.text" | "out.text":
                told = f'"{problem.model}" is not supported on this API.'
            case capability:
                told = f"'{problem.model}' does not support {_LACKS.get(capability, capability)}."
        return 400, "invalid_request_error", told

    async def _models(self, _: Request) -> Response:
        return json_response(_page([_shown_model(name) for name in self.bench.models]))

    async def _model(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name not in self.bench.models:
            raise Problem("model", model=name)
        return json_response(_shown_model(name))

    async def _upload(self, request: Request) -> Response:
        form = await read_form(request)
        sent = form.files.get("file")
        if sent is None:
            raise Problem("bad_request", "Field required", param="file")
        act = self.bench.brain.act("", "sync", "file")
        if act == "rejects":
            raise Problem("rejected", capability="file")
        stored = Stored(
            f"file_{self.next_id():024d}", sent.filename, sent.mime, b"other bytes" if act == "wrong" else sent.data
        )
        if act != "ignores":
            self.shelf.put(stored)
        shown = _shown_file(stored)
        if act == "malformed":
            del shown["id"]
        return json_response(shown)

    async def _files(self, _: Request) -> Response:
        return json_response(_page([_shown_file(stored) for stored in self.shelf.files.values()]))

    async def _file(self, request: Request) -> Response:
        stored = self.stored(request.path_params["id"])
        if request.method == "DELETE":
            self.shelf.drop(stored.id)
            return json_response({"id": stored.id, "type": "file_deleted"})
        return json_response(_shown_file(stored))

    async def _content(self, request: Request) -> Response:
        """Only what tools wrote may be fetched, never what was uploaded."""
        stored = self.stored(request.path_params["id"])
        raise Problem("bad_request", f"File '{stored.id}' is not downloadable.")

    def stored(self, id: str) -> Stored:
        if id not in self.shelf.files:
            raise Problem("not_found", f"File not found: {id}")
        return self.shelf.get(id)

    async def _create_batch(self, request: Request) -> Response:
        body = await read_json(request)
        asked = body.get("requests")
        if not isinstance(asked, list) or not asked:
            raise Problem(
                "bad_request",
                "Field required" if asked is None else "List should have at least 1 item",
                param="requests",
            )
        model = asked[0].get("params", {}).get("model", "")
        act = self.bench.brain.act(model, "sync", "batch")
        if act == "rejects":
            raise Problem("rejected", capability="batch", model=model)
        job = Job(f"msgbatch_{self.next_id():024d}", body, self.bench.batch_polls, stuck=act == "ignores")
        job.results = [self._row(one, act) for one in asked]
        self.jobs.put(job)
        return json_response(self._shown_batch(job))

    def _row(self, asked: Json, act: str) -> bytes:
        try:
            question = self.question(asked["params"])
            message = self.render(asked["params"], question, self.bench.brain.answer(question))
            result: Json = {"type": "succeeded", "message": message}
        except Problem as problem:
            result = {"type": "errored", "error": msgspec.json.decode(self.problem(problem).body)}
        text = msgspec.json.encode(
            {"custom_id": asked.get("custom_id") if act != "wrong" else "another", "result": result}
        )
        return text[: len(text) // 2] if act == "malformed" else text

    async def _batches(self, _: Request) -> Response:
        return json_response(_page([self._shown_batch(job) for job in self.jobs.jobs.values()]))

    async def _batch(self, request: Request) -> Response:
        job = self._job(request)
        if request.method == "DELETE":
            if not job.done:
                raise Problem("bad_request", f"Message batch {job.id} cannot be deleted while it is processing.")
            del self.jobs.jobs[job.id]
            return json_response({"id": job.id, "type": "message_batch_deleted"})
        job.poll()
        return json_response(self._shown_batch(job))

    async def _cancel(self, request: Request) -> Response:
        job = self._job(request)
        if not job.done:
            job.failure, job.polls_left = "canceled", 0
            canceled = [
                {"custom_id": one.get("custom_id"), "result": {"type": "canceled"}} for one in job.request["requests"]
            ]
            job.results = [msgspec.json.encode(row) for row in canceled]
        return json_response(self._shown_batch(job))

    async def _results(self, request: Request) -> Response:
        job = self._job(request)
        if not job.done:
            raise Problem("not_found", "Batch results are not available until processing has ended.")
        return Response(b"".join(row + b"\n" for row in job.results), media_type="application/x-jsonl")

    def _job(self, request: Request) -> Job:
        id = request.path_params["id"]
        if id not in self.jobs.jobs:
            raise Problem("not_found", f"Message batch not found: {id}")
        return self.jobs.get(id)

    def _shown_batch(self, job: Job) -> Json:
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        for row in job.results:
            counts[
                next((name for name in counts if f'"type":"{name}"'.encode() in row), "succeeded")
                if job.done
                else "processing"
            ] += 1
        running = "canceling" if job.failure else "in_progress"
        return {
            "id": job.id,
            "type": "message_batch",
            "processing_status": "ended" if job.done else running,
            "request_counts": counts,
            "created_at": moment(job.created),
            "expires_at": moment(job.created + 86400),
            "ended_at": moment(job.created + 1) if job.done else None,
            "cancel_initiated_at": moment(job.created) if job.failure else None,
            "archived_at": None,
            "results_url": f"{self.url}/messages/batches/{job.id}/results" if job.done else None,
        }


def limit_headers(limits: Limits | None) -> dict[str, str]:
    """https://platform.claude.com/docs/en/api/rate-limits#response-headers: the resets are moments."""
    if limits is None:
        return {}
    told = {"requests": (limits.requests, limits.requests_left, limits.requests_reset)}
    for kind in ("tokens", "input-tokens", "output-tokens"):
        told[kind] = (limits.tokens, limits.tokens_left, limits.tokens_reset)
    headers: dict[str, str] = {}
    for kind, (most, left, reset) in told.items():
        start = f"anthropic-ratelimit-{kind}"
        headers |= {f"{start}-limit": most, f"{start}-remaining": left, f"{start}-reset": _reset(reset)}
    return headers


def moment(seconds: float) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _reset(seconds: str) -> str:
    try:
        wait = timedelta(seconds=float(seconds))
    except ValueError:
        return seconds
    return (datetime.now(UTC) + wait).strftime("%Y-%m-%dT%H:%M:%SZ")


def _page(data: list[Json]) -> dict[str, Any]:
    return {
        "data": data,
        "has_more": False,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
    }


def _shown_model(name: str) -> Json:
    return {
        "type": "model",
        "id": name,
        "display_name": name.title(),
        "created_at": "2025-01-01T00:00:00Z",
        "lifecycle": "active",
    }


def _shown_file(stored: Stored) -> Json:
    return {
        "id": stored.id,
        "type": "file",
        "filename": stored.filename,
        "mime_type": stored.mime,
        "size_bytes": len(stored.data),
        "created_at": moment(stored.created),
        "downloadable": False,
    }
