"""What OpenAI's wires have in common: errors, limits, lists of models, files, batches.

Sources: https://platform.openai.com/docs/api-reference (files, batch, models), /docs/guides/error-codes,
/docs/guides/rate-limits; the types of the openai package.
"""

import base64
import binascii
from abc import abstractmethod
from typing import Any, ClassVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .problem import Problem
from .question import Answer, Limits, Media, Modality, Question
from .store import Job, Stored
from .wire import Json, Wire, json_response, read_form, read_json

_DOCS = "https://platform.openai.com/docs"
_CREATED = 1_735_689_600
_GENERAL = {
    "auth": (401, "Incorrect API key provided: ***. You can find your API key at https://platform.openai.com/account/api-keys.",
             "invalid_request_error", "invalid_api_key"),
    "credit": (429, "You exceeded your current quota, please check your plan and billing details. For more information on "
               f"this error, read the docs: {_DOCS}/guides/error-codes/api-errors.", "insufficient_quota", "insufficient_quota"),
    "model": (404, "The model `{model}` does not exist or you do not have access to it.",
              "invalid_request_error", "model_not_found"),
    "rate": (429, "Rate limit reached for {model} in organization org-emulated on requests per min (RPM): Limit 3, Used 3, "
             "Requested 1. Please try again in 20s.", "requests", "rate_limit_exceeded"),
    "server": (500, "The server had an error while processing your request. Sorry about that!", "server_error", None),
    "unavailable": (503, "The server is temporarily unable to handle the request.", "server_error", None),
    "overloaded": (529, "The engine is currently overloaded, please try again later.", "server_error", "overloaded"),
}  # fmt: skip
# The codes of bad requests, by how their messages begin.
_CODES = {
    "Unknown parameter": "unknown_parameter",
    "Missing required parameter": "missing_required_parameter",
    "Invalid value": "invalid_value",
    "Unsupported value": "unsupported_value",
    "Previous response": "previous_response_not_found",
    "Invalid 'max_output_tokens'": "integer_below_min_value",
}

# The fields of what is about calls, for errors.
TOOL_PARAMS = {
    "tools.forced": "tool_choice",
    "tools.none": "tool_choice",
    "tools.named": "tool_choice",
    "tools.serial": "parallel_tool_calls",
    "tools.empty": "tools",
    "tools.nested": "tools",
    "tools.schema": "tools",
}


def envelope(status: int, message: str, kind: str, code: str | None, param: str | None = None) -> Response:
    """The form of all errors."""
    return json_response({"error": {"message": message, "type": kind, "param": param, "code": code}}, status)


def limit_headers(limits: Limits | None) -> dict[str, str]:
    """https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers."""
    if limits is None:
        return {}
    return {
        "x-ratelimit-limit-requests": limits.requests,
        "x-ratelimit-remaining-requests": limits.requests_left,
        "x-ratelimit-reset-requests": f"{limits.requests_reset}s",
        "x-ratelimit-limit-tokens": limits.tokens,
        "x-ratelimit-remaining-tokens": limits.tokens_left,
        "x-ratelimit-reset-tokens": f"{limits.tokens_reset}s",
    }


def need(value: Any, param: str) -> Any:
    """A required parameter."""
    if value is None:
        raise Problem("bad_request", f"Missing required parameter: '{param}'.", param=param)
    return value


def strict_schema(schema: Json, where: str, name: str) -> None:
    """https://platform.openai.com/docs/guides/structured-outputs#supported-schemas: strict objects are closed and whole."""
    if schema.get("type") == "object":
        told = f"Invalid schema for {where} '{name}': In context=(), "
        if schema.get("additionalProperties") is not False:
            raise Problem(
                "bad_request", told + "'additionalProperties' is required to be supplied and to be false.", param=where
            )
        if set(schema.get("required", ())) != set(schema.get("properties", {})):
            raise Problem("bad_request", told + "'required' is required to be supplied and to be an array including "
                          "every key in properties.", param=where)  # fmt: skip


def decode(text: str, param: str) -> bytes:
    """Base64, which has to be whole."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Problem("bad_request", f"Invalid '{param}'. Expected a base64-encoded data.", param=param) from None


def linked(modality: Modality, url: str, param: str) -> Media:
    """Media at an address, or within a data: URL."""
    if url.startswith("data:"):
        head, _, data = url.partition(",")
        return Media(modality, head[5:].removesuffix(";base64"), decode(data, param))
    if not url.startswith(("http://", "https://")):
        raise Problem(
            "bad_request",
            f"Invalid '{param}'. Expected a valid URL, but got a value with an invalid format.",
            param=param,
        )
    return Media(modality, "", url=url)


class OpenAIWire(Wire):
    """The parts of OpenAI's API that do not depend on the endpoint which answers."""

    base: ClassVar[str] = "/v1"
    endpoint: ClassVar[str]
    params: ClassVar[dict[str, str]]  # the field of each capability, for errors

    @abstractmethod
    def question(self, body: Json) -> Question:
        """Reads a request."""

    @abstractmethod
    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        """The body of a plain answer."""

    def common_routes(self) -> list[Route]:
        return [
            Route("/v1/models", self._models),
            Route("/v1/models/{id:path}", self._model),
            Route("/v1/files", self._upload, methods=["POST"]),
            Route("/v1/files", self._files),
            Route("/v1/files/{id}", self._file, methods=["GET", "DELETE"]),
            Route("/v1/files/{id}/content", self._content),
            Route("/v1/batches", self._create_batch, methods=["POST"]),
            Route("/v1/batches", self._batches),
            Route("/v1/batches/{id}", self._batch),
            Route("/v1/batches/{id}/cancel", self._batch, methods=["POST"]),
        ]

    def problem(self, problem: Problem) -> Response:
        headers = {} if problem.retry_after is None else {"retry-after": f"{max(1, round(problem.retry_after))}"}
        response = self._error(problem)
        response.headers.update(headers)
        return response

    def file_of(self, id: str) -> Stored:
        return self.shelf.get(id)

    def _error(self, problem: Problem) -> Response:
        match problem.kind:
            case "rejected":
                return self.rejection(problem)
            case "not_found":
                code = "unknown_url" if problem.message.startswith("Unknown request URL") else None
                return envelope(404, problem.message, "invalid_request_error", code, problem.param or None)
            case "bad_request":
                code = next((code for start, code in _CODES.items() if problem.message.startswith(start)), None)
                return envelope(400, problem.message, "invalid_request_error", code, problem.param or None)
            case kind:
                status, message, type_, code = _GENERAL[kind]
                return envelope(status, message.format(model=problem.model), type_, code)

    def rejection(self, problem: Problem) -> Response:
        """The error for a model that has not got the capability."""
        kind, capability = "invalid_request_error", problem.capability
        param = self.params.get(capability, "")
        match capability:
            case "in.text" | "out.text":
                return envelope(404, "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
                                "Did you mean to use v1/completions?", kind, None, "model")  # fmt: skip
            case "in.image" | "in.audio" | "in.video" | "in.document":
                return envelope(
                    400, f"Invalid content type. {param} is only supported by certain models.", kind, None, "messages"
                )
            case "json" | "schema":
                asked = "json_object" if capability == "json" else "json_schema"
                return envelope(400, f"Invalid parameter: '{param}' of type '{asked}' is not supported with this model. Learn more "
                                f"about supported models at the Structured Outputs guide: {_DOCS}/guides/structured-outputs",
                                kind, None, param)  # fmt: skip
            case "logprobs":
                return envelope(403, "You are not allowed to request logprobs from this model", kind, None, param)
            case "out.audio":
                return envelope(400, "Unsupported value: 'modalities' does not support 'audio' with this model.", kind,
                                "unsupported_value", "modalities")  # fmt: skip
            case "out.image":
                return envelope(400, f"Invalid value: '{problem.model}'. Supported values are: 'gpt-image-1' and 'dall-e-3'.",
                                kind, "invalid_value", "model")  # fmt: skip
            case "web_search":
                return envelope(400, f"Unknown parameter: '{param}'.", kind, "unknown_parameter", param)
            case "file":
                return envelope(404, "Unknown request URL: POST /v1/files. Please check the URL for typos, or see the docs at "
                                f"{_DOCS}/api-reference/.", kind, "unknown_url")  # fmt: skip
        return envelope(400, f"Unsupported parameter: '{param or capability}' is not supported with this model.", kind,
                        "unsupported_parameter", param or capability)  # fmt: skip

    async def _models(self, _: Request) -> Response:
        return json_response({"object": "list", "data": [_model(name) for name in self.bench.models]})

    async def _model(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name not in self.bench.models:
            raise Problem("model", model=name)
        return json_response(_model(name))

    async def _upload(self, request: Request) -> Response:
        form = await read_form(request)
        purpose = need(form.fields.get("purpose"), "purpose")
        sent = need(form.files.get("file"), "file")
        act = self.bench.brain.act("", "sync", "file")
        if act == "rejects":
            raise Problem("rejected", capability="file")
        stored = Stored(f"file-{self.next_id():022d}", sent.filename, sent.mime, sent.data, purpose)
        if act == "wrong":
            stored.data = b"other bytes"
        if act != "ignores":
            self.shelf.put(stored)
        shown = _file(stored)
        if act == "malformed":
            del shown["id"]
        return json_response(shown)

    async def _files(self, request: Request) -> Response:
        purpose = request.query_params.get("purpose")
        data = [_file(stored) for stored in reversed(self.shelf.files.values()) if purpose in (None, stored.purpose)]
        return json_response({"object": "list", "data": data, "has_more": False})

    async def _file(self, request: Request) -> Response:
        id = request.path_params["id"]
        if request.method == "DELETE":
            self.shelf.drop(id)
            return json_response({"id": id, "object": "file", "deleted": True})
        return json_response(_file(self.shelf.get(id)))

    async def _content(self, request: Request) -> Response:
        stored = self.shelf.get(request.path_params["id"])
        return Response(stored.data, media_type="application/octet-stream")

    async def _create_batch(self, request: Request) -> Response:
        body = await read_json(request)
        need(body.get("completion_window"), "completion_window")
        return json_response(_batch(self.created(body), "validating"))

    def created(self, body: Json) -> Job:
        """The batch that is asked for."""
        for param in ("input_file_id", "endpoint"):
            need(body.get(param), param)
        lines = self.shelf.get(body["input_file_id"]).data.splitlines()
        job = Job(f"batch_{self.next_id():024d}", body, self.bench.batch_polls)
        if body["endpoint"] != self.endpoint:
            job.failure = f"Invalid value: '{body['endpoint']}'."
        else:
            self._work(job, [msgspec.json.decode(line) for line in lines if line.strip()])
        return self.jobs.put(job)

    async def _batches(self, _: Request) -> Response:
        data = [_batch(job, status_of(job)) for job in reversed(self.jobs.jobs.values())]
        return json_response({"object": "list", "data": data, "has_more": False})

    async def _batch(self, request: Request) -> Response:
        job = self.looked_at(request)
        return json_response(_batch(job, status_of(job)))

    def looked_at(self, request: Request) -> Job:
        """The batch that a request is about, which gets on by it, or is cancelled."""
        job = self.jobs.get(request.path_params["id"])
        if request.method == "POST":
            job.failure = job.failure or ("" if job.output else "cancelled")
        elif job.poll() and not (job.failure or job.output):
            data = b"".join(job.results)
            stored = Stored(
                f"file-{self.next_id():022d}", "batch_output.jsonl", "application/jsonl", data, "batch_output"
            )
            job.output = self.shelf.put(stored).id
        return job

    def _work(self, job: Job, lines: list[Json]) -> None:
        """Answers each line of a batch; a model that is not made for batches fails it as a whole."""
        model = lines[0].get("body", {}).get("model", "") if lines else ""
        act = self.bench.brain.act(model, "sync", "batch")
        job.stuck = act == "ignores"
        if act == "rejects":
            job.failure = f"The provided model '{model}' is not supported by the Batch API."
        for line in lines:
            try:
                question = self.question(line["body"])
                status, answer = 200, self.render(line["body"], question, self.bench.brain.answer(question))
            except Problem as problem:
                failed = self.problem(problem)
                status, answer = failed.status_code, msgspec.json.decode(failed.body)
            row = {
                "id": f"batch_req_{self.next_id():024d}",
                "custom_id": line.get("custom_id") if act != "wrong" else "another",
                "response": {"status_code": status, "request_id": f"req_{self.next_id()}", "body": answer},
                "error": None,
            }
            text = msgspec.json.encode(row)
            job.results.append((text[: len(text) // 2] if act == "malformed" else text) + b"\n")


def _model(name: str) -> Json:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "emulator"}


def _file(stored: Stored) -> Json:
    return {
        "id": stored.id,
        "object": "file",
        "bytes": len(stored.data),
        "created_at": stored.created,
        "expires_at": None,
        "filename": stored.filename,
        "purpose": stored.purpose,
        "status": "processed",
        "status_details": None,
    }


def status_of(job: Job) -> str:
    """As a list tells it, which does not get it on."""
    if job.failure:
        return "cancelled" if job.failure == "cancelled" else "failed"
    return "completed" if job.output else "in_progress"


def _batch(job: Job, status: str) -> Json:
    done = len(job.results) if status == "completed" else 0
    errors = None
    if status == "failed":
        told = {"code": "model_not_found", "message": job.failure, "param": "body.model", "line": 1}
        errors = {"object": "list", "data": [told]}
    return {
        "id": job.id,
        "object": "batch",
        "endpoint": job.request["endpoint"],
        "errors": errors,
        "input_file_id": job.request["input_file_id"],
        "completion_window": job.request["completion_window"],
        "status": status,
        "output_file_id": job.output or None,
        "error_file_id": None,
        "created_at": job.created,
        "in_progress_at": job.created if status != "validating" else None,
        "expires_at": job.created + 86400,
        "completed_at": job.created + 1 if status == "completed" else None,
        "failed_at": job.created + 1 if status == "failed" else None,
        "cancelled_at": job.created + 1 if status == "cancelled" else None,
        "request_counts": {"total": len(job.results), "completed": done, "failed": 0},
        "metadata": job.request.get("metadata"),
    }
