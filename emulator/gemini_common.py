"""What Google's wires have in common: key, model, errors, lists of models.

Sources: https://ai.google.dev/gemini-api/docs/troubleshooting, /docs/rate-limits, /docs/api-key, /api/models;
https://google.aip.dev/193 (errors), https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto; for the words
of errors, reports in public issues of googleapis/python-genai, google-gemini/gemini-cli and google-gemini/cookbook. The API tells its
limits in no header: not even a 429 has Retry-After, the wait stands in google.rpc.RetryInfo.
"""

import math
import re
from typing import Any, ClassVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .gemini_proto import violations
from .problem import Problem
from .question import Answer, Question
from .wire import Json, Wire

_RPC = "type.googleapis.com/google.rpc."
_SERVICE = "generativelanguage.googleapis.com"
_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: "
    "https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: https://ai.dev/rate-limit. \n* Quota "
    f"exceeded for metric: {_SERVICE}/generate_content_free_tier_requests, limit: 15, model: {{model}}"
)
_GENERAL = {
    "auth": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "credit": (429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to "
               "manage your project and billing."),
    "rate": (429, "RESOURCE_EXHAUSTED", _QUOTA),
    "server": (500, "INTERNAL", "An internal error has occurred. Please retry or report in "
               "https://developers.generativeai.google/guide/troubleshooting"),
    "unavailable": (503, "UNAVAILABLE", "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please "
                    "try again later."),
    "overloaded": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
}  # fmt: skip
_STATUSES = {
    "bad_request": (400, "INVALID_ARGUMENT"),
    "not_found": (404, "NOT_FOUND"),
    "ALREADY_EXISTS": (409, "ALREADY_EXISTS"),
    "PERMISSION_DENIED": (403, "PERMISSION_DENIED"),
    "FAILED_PRECONDITION": (400, "FAILED_PRECONDITION"),
}
_LACKS = {
    "in.text": "Text input modality is not enabled for models/{model}",
    "in.image": "Image input modality is not enabled for models/{model}",
    "in.audio": "Audio input modality is not enabled for models/{model}",
    "in.video": "Video input modality is not enabled for models/{model}",
    "in.document": "Document input modality is not enabled for models/{model}",
    "json": "JSON mode is not enabled for models/{model}",
    "schema": "JSON mode is not enabled for models/{model}",
    "tools": "Function calling is not enabled for models/{model}",
    "tools.forced": "Function calling mode `ANY` is not enabled for models/{model}",
    "tools.none": "Function calling mode `NONE` is not enabled for models/{model}",
    "tools.named": "Function calling with allowed_function_names is not enabled for models/{model}",
    "tools.empty": "function_declarations[0].parameters.properties: should be non-empty for OBJECT type",
    "tools.nested": "Function calling with nested parameters is not enabled for models/{model}",
    "tools.schema": "Function calling with a response mime type: 'application/json' is unsupported",
    "web_search": "Search as tool is not enabled for models/{model}",
    "seed": "Seed is not enabled for models/{model}",
    "stop": "Stop sequences are not enabled for models/{model}",
    "max_tokens": "Max output tokens is not enabled for models/{model}",
    "logprobs": "Logprobs is not enabled for models/{model}",
    "thinking": "Thinking {field} is not supported for this model.",
    "file": "The File API is not enabled for models/{model}",
}
_MODALITIES = (
    "The requested combination of response modalities ({0}) is not supported by the model. models/{1} accepts the following combination "
    "of response modalities:\n* {2}\n"
)
_PAGE = (
    "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 404 (Not Found)!!1</title>\n"
    "  <p><b>404.</b> <ins>That’s an error.</ins>\n  <p>The requested URL was not found on this server.  <ins>That’s all we know.</ins>\n"
)
_MODEL = re.compile(r"/models/([^/:]+)")
_MOST = 1000


class GoogleWire(Wire):
    """The parts of the API that do not depend on the method which answers."""

    base: ClassVar[str] = "/v1beta"
    methods: ClassVar[tuple[str, ...]]  # what the models can be asked for

    def key(self, request: Request) -> str:
        key = request.headers.get("x-goog-api-key") or request.query_params.get("key", "")
        if not key:
            told = "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of"
            raise Problem("auth", f"{told} API consumer identity to call this API.")
        return key

    def model(self, request: Request, body: Json) -> str:
        """It stands in the path."""
        found = _MODEL.search(request.url.path)
        return found[1] if found else ""

    def common_routes(self) -> list[Route]:
        """To be the last: whatever is not known, by path or by verb, is one and the same page."""
        return [
            Route("/v1beta/models", self._models),
            Route("/v1beta/models/{id}", self._model),
            Route("/{path:path}", _nowhere, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    def problem(self, problem: Problem) -> Response:
        unknown_path = problem.kind == "not_found" and problem.message.startswith("Unknown request URL")
        if unknown_path or (problem.capability == "file" and not problem.model):  # an upload, where no model is told
            return Response(_PAGE, 404, media_type="text/html")
        return told(self.status(problem), self.status(problem)["error"]["code"])

    def status(self, problem: Problem) -> Json:
        """The error as google.rpc.Status, in its envelope."""
        code, status, message = self._worded(problem)
        error: Json = {"code": code, "message": message, "status": status}
        if details := list(_details(problem, message)):
            error["details"] = details
        return {"error": error}

    async def _models(self, request: Request) -> Response:
        return told(page(request, "models", [self._shown(name) for name in self.bench.models], 50))

    async def _model(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name not in self.bench.models:
            raise Problem("model", model=name, param="GetModel")
        return told(self._shown(name))

    def _shown(self, name: str) -> Json:
        return {
            "name": f"models/{name}",
            "version": "001",
            "displayName": name.title(),
            "description": "A model that is made up.",
            "inputTokenLimit": 1048576,
            "outputTokenLimit": 65536,
            "supportedGenerationMethods": list(self.methods),
            "temperature": 1,
            "topP": 0.95,
            "topK": 64,
            "maxTemperature": 2,
            "thinking": True,
        }

    def answer(self, question: Question, method: str) -> Answer:
        """The answer; an unknown model is said not to have the method."""
        try:
            return self.bench.brain.answer(question)
        except Problem as problem:
            if problem.kind == "model":
                problem.param = method
            raise

    def rejection(self, problem: Problem) -> tuple[int, str, str]:
        """Code, status and message for a model that has not got the capability."""
        match problem.capability:
            case "out.text":
                message = _MODALITIES.format("TEXT", problem.model, "AUDIO")
            case "out.image" | "out.audio" as capability:
                message = _MODALITIES.format(capability[4:].upper(), problem.model, "TEXT")
            case "stream" | "batch":
                method = {"stream": "streamGenerateContent", "batch": "batchGenerateContent"}[problem.capability]
                return absent(problem.model, method)
            case capability:
                message = _LACKS[capability].format(model=problem.model, field=problem.param or "budget")
        return 400, "INVALID_ARGUMENT", message

    def _worded(self, problem: Problem) -> tuple[int, str, str]:
        match problem.kind:
            case "rejected":
                return self.rejection(problem)
            case "model":
                return absent(problem.model, problem.param or self.methods[0])
            case "bad_request" | "not_found":
                code, status = _STATUSES.get(problem.param, _STATUSES[problem.kind])
                return code, status, problem.message
            case "auth" if problem.message:
                return 403, "PERMISSION_DENIED", problem.message
            case kind:
                code, status, message = _GENERAL[kind]
                if kind == "rate" and problem.retry_after is not None:
                    message += f"\nPlease retry in {problem.retry_after:.9g}s."
                return code, status, message.format(model=problem.model)


async def _nowhere(request: Request) -> Response:
    raise Problem("not_found", f"Unknown request URL: {request.method} {request.url.path}.")


def absent(model: str, method: str) -> tuple[int, str, str]:
    """The error for a model that is not there, or not for this method."""
    message = f"models/{model} is not found for API version v1beta, or is not supported for {method}. Call ListModels to see the list of"
    return 404, "NOT_FOUND", f"{message} available models and their supported methods."


def told(value: Any, status: int = 200) -> Response:
    """Google's gateway sends its JSON with indentation."""
    body = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
    return Response(body, status, {"x-gemini-service-tier": "standard"}, "application/json; charset=UTF-8")


def page(request: Request, name: str, items: list[Json], size: int) -> Json:
    """A page of a list; an empty list has no field at all."""
    try:
        start, size = int(request.query_params.get("pageToken") or 0), int(request.query_params.get("pageSize") or size)
    except ValueError:
        raise Problem("bad_request", "Request contains an invalid argument.") from None
    end = start + min(max(size, 1), _MOST)
    return ({name: items[start:end]} if items[start:end] else {}) | (
        {"nextPageToken": str(end)} if end < len(items) else {}
    )


def _details(problem: Problem, message: str) -> list[Json]:
    """What is said for machines."""
    match problem.kind:
        case "auth" if not problem.message:
            info = {"reason": "API_KEY_INVALID", "domain": "googleapis.com", "metadata": {"service": _SERVICE}}
            return [
                {"@type": _RPC + "ErrorInfo"} | info,
                {"@type": _RPC + "LocalizedMessage", "locale": "en-US", "message": message},
            ]
        case "rate":
            violated = {
                "quotaMetric": f"{_SERVICE}/generate_content_free_tier_requests",
                "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                "quotaDimensions": {"location": "global", "model": problem.model},
                "quotaValue": "15",
            }
            link = {
                "description": "Learn more about Gemini API quotas",
                "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
            }
            details = [
                {"@type": _RPC + "Help", "links": [link]},
                {"@type": _RPC + "QuotaFailure", "violations": [violated]},
            ]
            if problem.retry_after is not None:
                details.append({"@type": _RPC + "RetryInfo", "retryDelay": f"{math.ceil(problem.retry_after)}s"})
            return details
        case "bad_request" if message.startswith(("Invalid JSON payload received. Unknown", "Invalid value at")):
            return [{"@type": _RPC + "BadRequest", "fieldViolations": list(violations(message))}]
    return []
