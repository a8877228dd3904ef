"""What all parts of Cohere's API share: errors, limits, models.

Sources: https://docs.cohere.com/reference/errors, /reference/list-models, /docs/rate-limits; the types of the cohere package. The
headers of the limits are of trial keys, as Elasticsearch's CohereResponseHandler names them.
"""

from abc import abstractmethod
from typing import ClassVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .problem import Problem
from .question import Answer, Limits, Question
from .wire import Json, Wire, json_response

_BILLING = "https://dashboard.cohere.com/billing?tab=payment"
_KEYS = "https://dashboard.cohere.com/api-keys"
_GENERAL = {
    "auth": (401, "invalid api token"),
    "credit": (402, f"Please add or update your payment method at {_BILLING} to continue"),
    "model": (404, "model '{model}' not found, make sure the correct model ID was used and that you have access to the model."),
    "rate": (429, "You are using a Trial key, which is limited to 20 API calls / minute. You can continue to use the Trial key for free or "
             f"upgrade to a Production key with higher rate limits at '{_KEYS}'. Contact us on 'https://discord.gg/XW44jPfYJu' or email us "
             "at support@cohere.com with any questions"),
    "server": (500, "internal server error"),
    "unavailable": (503, "service unavailable"),
    "overloaded": (503, "too many users are trying to access the service at the same time"),
}  # fmt: skip
_LACKS = {
    "in.image": "image input",
    "in.document": "document input",
    "json": "response_format",
    "schema": "response_format with json_schema",
    "tools": "tool use",
    "tools.forced": "tool_choice",
    "tools.none": "tool_choice",
    "tools.empty": "a tool without parameters",
    "tools.nested": "a tool with nested parameters",
    "tools.schema": "tool use with response_format",
    "max_tokens": "max_tokens",
    "stop": "stop_sequences",
    "batch": "batch processing",
}
# What the list of models says of the capabilities.
_FEATURES = {
    "json": "json_mode",
    "schema": "json_schema",
    "logprobs": "logprobs",
    "tools": "tools",
    "tools.forced": "tool_choice",
    "in.image": "vision",
    "thinking": "reasoning",
}


class CohereWire(Wire):
    """The parts of the API around the chat."""

    # Clients are given the address of the host; their paths begin with a version.
    base: ClassVar[str] = ""

    @abstractmethod
    def question(self, body: Json) -> Question:
        """Reads a request."""

    @abstractmethod
    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        """The body of a plain answer."""

    def key(self, request: Request) -> str:
        """The scheme is "Bearer" in the packages and "bearer" in the examples."""
        return request.headers.get("authorization", "").partition(" ")[2].strip()

    def next_uuid(self) -> str:
        return str(UUID(int=self.next_id(), version=4))

    def common_routes(self) -> list[Route]:
        return [Route("/v1/models", self._models), Route("/v1/models/{name:path}", self._model)]

    def problem(self, problem: Problem) -> Response:
        status, message = self.worded(problem)
        body = {"id": self.next_uuid(), "message": message}
        if problem.kind == "rejected" and problem.capability == "tools":
            body["error_type"] = "TOOL_USE_NOT_SUPPORTED"
        headers = {"x-debug-trace-id": f"{self.next_id():032x}"}
        if problem.retry_after is not None:
            headers["retry-after"] = f"{max(1, round(problem.retry_after))}"
        return json_response(body, status, headers)

    def worded(self, problem: Problem) -> tuple[int, str]:
        match problem.kind:
            case "bad_request":
                return (422 if problem.message.startswith(("unknown field", "invalid type")) else 400), problem.message
            case "not_found":
                return 404, "404 page not found" if problem.message.startswith(
                    "Unknown request URL"
                ) else problem.message
            case "rejected":
                return 400, f"invalid request: {_rejection(problem)}"
        status, message = _GENERAL[problem.kind]
        return status, message.format(model=problem.model)

    async def _models(self, request: Request) -> Response:
        query = request.query_params
        names = list(self.bench.models) if query.get("endpoint", "chat") == "chat" else []
        size, at = int(float(query.get("page_size") or 20)), int(query.get("page_token") or 0)
        page: Json = {"models": [self._shown_model(name) for name in names[at : at + size]]}
        if at + size < len(names):
            page["next_page_token"] = str(at + size)
        return json_response(page)

    async def _model(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.bench.models:
            raise Problem("model", model=name)
        return json_response(self._shown_model(name))

    def _shown_model(self, name: str) -> Json:
        works = [shown for key, shown in _FEATURES.items() if self.bench.brain.act(name, "sync", key) == "works"]
        return {
            "name": name,
            "is_deprecated": False,
            "endpoints": ["chat"],
            "finetuned": False,
            "context_length": 128_000,
            "tokenizer_url": "",
            "default_endpoints": [],
            "features": [*works, "safety_modes", "strict_tools"],
            "sampling_defaults": {"temperature": 0.3, "k": 0, "p": 0.75, "frequency_penalty": 0, "presence_penalty": 0},
        }


def limit_headers(limits: Limits | None) -> dict[str, str]:
    """What is left of the calls in a minute and of those in a month; there is no reset, and 429 comes without them."""
    if limits is None:
        return {}
    return {
        "x-endpoint-monthly-call-limit": limits.tokens,
        "x-trial-endpoint-call-limit": limits.requests,
        "x-trial-endpoint-call-remaining": limits.requests_left,
    }


def _rejection(problem: Problem) -> str:
    match problem.capability:
        case "cite":
            return "RAG is not supported for this model."
        case "in.text" | "out.text":
            return f"model '{problem.model}' is not supported by the chat API"
        case "file":
            return f"dataset type '{problem.param}' is not supported"
    what = _LACKS.get(problem.capability, problem.capability)
    return f"{what} is not supported by the provided model: {problem.model}"
