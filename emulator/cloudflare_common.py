"""What surrounds Cloudflare's models: the envelope of all answers, errors, limits, the list of models, batches.

Sources: https://developers.cloudflare.com/workers-ai/platform/errors, .../features/reject-if-busy, .../features/batch-api/rest-api,
.../features/json-mode, /fundamentals/api/reference/limits, /fundamentals/api/how-to/make-api-calls, /api/resources/ai; the types of
the cloudflare package. How a schema that is not met is worded, and codes 971, 3043, 5006, 5023, 5025 and 10000, are as users report
them (https://github.com/decolua/9router/issues/1926, https://github.com/anomalyco/opencode/issues/23773,
https://github.com/cloudflare/agents/commit/4d050c7600d5d763414fc8766a05c23acf3070a4); of a 503 nobody tells the code.
"""

import math
from abc import abstractmethod
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .problem import Problem
from .question import Answer, Limits, Question
from .store import Job
from .wire import Json, Wire, json_response

_ACCOUNT = "023e105f4ecef8ad9ca31a8372d0c353"
_HERE = "/client/v4/accounts/{account}/ai"
_PROMPT = "oneOf at '/' not met, 0 matches: required properties at '/' are 'prompt'"
# By kind: the status, the code and the message; errors of the gateway before the models have a result of null.
_GATEWAY = {
    "auth": (401, 10000, "Authentication error"),
    "rate": (429, 971, "Please wait and consider throttling your request speed"),
    "not_found": (404, 7003, "Could not route to {message}, perhaps your object identifier is invalid?"),
    "unavailable": (503, 10001, "Service temporarily unavailable"),
}
_MODELS = {
    "credit": (429, 3036, "You have used up your daily free allocation of 10,000 neurons. Please upgrade to Cloudflare's Workers Paid plan if "
               "you would like to continue usage."),
    "model": (400, 5007, "No such model {model} or task"),
    "server": (500, 3043, "Internal server error"),
    "overloaded": (429, 3040, "Capacity temporarily exceeded, please try again."),
}  # fmt: skip
# The field that asks for each capability.
_FIELDS = {
    "tools": "tools",
    "tools.forced": "tool_choice",
    "tools.none": "tool_choice",
    "tools.named": "tool_choice",
    "tools.empty": "tools/0/function/parameters",
    "tools.nested": "tools/0/function/parameters",
    "tools.schema": "tools",
    "in.document": "messages",
    "stop": "stop",
    "seed": "seed",
    "max_tokens": "max_tokens",
    "logprobs": "logprobs",
    "thinking": "chat_template_kwargs",
    "usage": "stream_options",
    "stream": "stream",
    "web_search": "web_search_options",
}


def success(result: Any, **more: Any) -> Json:
    """The envelope of all that went well."""
    return {"result": result, "success": True, "errors": [], "messages": [], **more}


def limit_headers(limits: Limits | None) -> dict[str, str]:
    """Of the IETF's draft on rate limits: what is left, and the policy."""
    if limits is None:
        return {}
    left = f'"default";r={limits.requests_left};t={_whole(limits.requests_reset)}'
    return {"ratelimit": left, "ratelimit-policy": f'"default";q={limits.requests};w=300'}


class CloudflareWire(Wire):
    """The parts of the API around /ai/run."""

    base: ClassVar[str] = f"/client/v4/accounts/{_ACCOUNT}"

    @abstractmethod
    def question(self, model: str, body: Json) -> Question:
        """Reads a request."""

    @abstractmethod
    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        """The result of a plain answer."""

    def common_routes(self) -> list[Route]:
        return [Route(f"{_HERE}/models/search", self._search)]

    def run_path(self) -> str:
        return f"{_HERE}/run/{{model:path}}"

    def model(self, request: Request, body: Json) -> str:
        """The model stands in the path."""
        return request.url.path.partition("/ai/run/")[2]

    def problem(self, problem: Problem) -> Response:
        headers = {} if problem.retry_after is None else {"retry-after": f"{max(1, math.ceil(problem.retry_after))}"}
        if problem.kind in _GATEWAY:
            status, code, message = _GATEWAY[problem.kind]
            path = problem.message.rpartition(" ")[2].rstrip(".")
            error = {"code": code, "message": message.format(message=path)}
            return json_response({"result": None, "success": False, "errors": [error], "messages": []}, status, headers)
        status, code, message = self._worded(problem)
        told = {"message": f"AiError: {message} ({UUID(int=self.next_id())})", "code": code}
        if problem.kind == "model":
            told["message"] = message
        return json_response({"errors": [told], "success": False, "result": {}, "messages": []}, status, headers)

    def _worded(self, problem: Problem) -> tuple[int, int, str]:
        if problem.kind in _MODELS:
            status, code, message = _MODELS[problem.kind]
            return status, code, message.format(model=problem.model)
        match problem.capability:
            case "":
                return self._refused(problem)
            case "in.text" | "out.text" | "out.image" | "out.audio":
                return 400, 5007, f"No such model {problem.model} or task"
            case "json" | "schema":
                return 400, 5025, "This model doesn't support JSON Schema."
            case "in.image" | "in.audio" | "in.video" | "in.document":
                told = f"{_PROMPT}, Type mismatch of '/messages/0/content', 'string' not in 'array'"
            case "batch":
                told = f"{_PROMPT}, required properties at '/' are 'messages'"
            case capability:
                field = _FIELDS.get(capability, capability)
                told = f"Additional or unevaluated properties '/{field}' at '/' not allowed"
        return 400, 5006, f"Bad input: Error: {told}"

    def _refused(self, problem: Problem) -> tuple[int, int, str]:
        """A request which is badly formed; `param` is the code where it is not that of a schema."""
        if problem.param:
            return 400, int(problem.param), problem.message
        if "JSON" in problem.message:
            return 400, 3003, "Request is missing headers or body: body"
        return 400, 5006, f"Bad input: Error: {problem.message}"

    async def _search(self, request: Request) -> Response:
        """Pages from 1; a page beyond the last is empty, which is how clients find the end."""
        asked = request.query_params
        page, size = int(asked.get("page", 1)), int(asked.get("per_page", 50))
        names = [name for name in self.bench.models if asked.get("search", "").lower() in name.lower()]
        shown = [_shown(at, name) for at, name in enumerate(names)][(page - 1) * size : page * size]
        told = {"count": len(shown), "page": page, "per_page": size, "total_count": len(names)}
        return json_response(success(shown, result_info=told))

    def batch(self, model: str, body: Json) -> Response:
        """With queueRequest=true: several requests are taken at once, and asked for by the id which that gave."""
        if "request_id" in body:
            return self._polled(body["request_id"])
        asked = body.get("requests")
        act = self.bench.brain.act(model, "sync", "batch")
        if not isinstance(asked, list) or act == "rejects":
            raise Problem("rejected", capability="batch", model=model)
        job = Job(str(UUID(int=self.next_id())), body, self.bench.batch_polls, stuck=act == "ignores", output=act)
        job.results = [self._row(at, model, one, act) for at, one in enumerate(asked)]
        self.jobs.put(job)
        return json_response(success({"status": "queued", "request_id": job.id, "model": model}))

    def _polled(self, id: str) -> Response:
        if id not in self.jobs.jobs:
            raise Problem("bad_request", f"Batch request {id} not found", param="3042")
        job = self.jobs.get(id)
        if not job.poll():
            return json_response(success({"status": "queued" if job.stuck else "running", "request_id": id}))
        names = ("prompt_tokens", "completion_tokens", "total_tokens")
        counts = [(row.get("result") or {}).get("usage") or {} for row in job.results]
        usage = {name: sum(count.get(name, 0) for count in counts) for name in names}
        data = msgspec.json.encode(success({"responses": job.results, "usage": usage}))
        return Response(data[: len(data) // 2] if job.output == "malformed" else data, media_type="application/json")

    def _row(self, at: int, model: str, asked: Json, act: str) -> Json:
        reference = asked.pop("external_reference", None)
        try:
            question = self.question(model, asked)
            result: Json = self.render(asked, question, self.bench.brain.answer(question))
            row: Json = {"id": at, "result": result, "success": True}
        except Problem as problem:
            row = {
                "id": at,
                "success": False,
                "error": msgspec.json.decode(self.problem(problem).body)["errors"][0]["message"],
            }
        return row | {"external_reference": reference if act != "wrong" else "another"}


def _whole(seconds: str) -> str:
    try:
        return f"{math.ceil(float(seconds))}"
    except ValueError:
        return seconds


def _shown(at: int, name: str) -> Json:
    return {
        "id": str(UUID(int=at + 1)),
        "source": 1,
        "name": name,
        "description": "An emulated model.",
        "task": {
            "id": "c329a1f9-323d-4e91-b2aa-582dd4188d34",
            "name": "Text Generation",
            "description": "Family of generative text models.",
        },
        "created_at": "2025-01-01 00:00:00.000",
        "tags": [],
        "properties": [
            {"property_id": "async_queue", "value": "true"},
            {"property_id": "context_window", "value": "24000"},
            {"property_id": "function_calling", "value": "true"},
        ],
    }
