"""How Mistral's API words its failures.

Sources: https://docs.mistral.ai/resources/error-glossary, /resources/changelogs (unknown fields are refused), /api; the error types of
the mistralai package; bodies that users quoted: github.com/mistralai/client-ts/issues/169, client-python/issues/441,
charmbracelet/crush/issues/1590, earendil-works/pi/issues/3096, nearai/ironclaw/issues/1241, raycast/extensions/issues/31107,
tmc/langchaingo/issues/1233, partITech/php-mistral/issues/76, agent0ai/agent-zero/issues/539. The wording "... is not enabled for this
model" is the API's own for images and for reasoning; for what nobody quoted it is taken over with the field's or feature's name.
"""

from collections.abc import Collection, Iterable
from typing import Any

from starlette.responses import Response

from .problem import Problem
from .wire import Json, json_response

Loc = tuple[str | int, ...]

_CREDIT = "Inactive subscription or usage limit reached"
_GENERAL = {
    "model": (400, "Invalid model: {model}", "invalid_model", "1500"),
    "credit": (402, _CREDIT, "payment_required", None),
    "rate": (429, "Rate limit exceeded", "rate_limited", "1300"),
    "server": (500, "Internal server error", "internal_server_error", "1000"),
    "unavailable": (503, "Service unavailable.", "unreachable_backend", "1100"),
    "overloaded": (429, "Service tier capacity exceeded for this model.", "service_tier_capacity_exceeded", "3505"),
}
_LACKS = {
    "in.image": "Image input",
    "in.audio": "Audio input",
    "in.document": "Document input",
    "file": "File input",
    "json": "JSON response format",
    "schema": "JSON schema response format",
    "tools": "Function calling",
    "seed": "random_seed",
    "thinking": "reasoning_effort",
    "web_search": "web_search",
    "cite": "Citing references",
    "batch": "Batch inference",
}


class Refusal(Problem):
    """A failure with a type and a code of its own."""

    def __init__(self, message: str, type: str, code: str, status: int = 400) -> None:
        super().__init__("bad_request", message)
        self.type, self.code, self.status = type, code, status


class Invalid(Problem):
    """A request whose form is wrong: the details are those of the validator, pydantic."""

    def __init__(self, *details: Json) -> None:
        super().__init__("bad_request", details[0]["msg"])
        self.details = list(details)


def detail(type: str, loc: Iterable[str | int], msg: str, value: Any, ctx: Json | None = None) -> Json:
    shown = {"type": type, "loc": list(loc), "msg": msg, "input": value}
    return shown | ({"ctx": ctx} if ctx else {})


def forbid(value: Json, known: Collection[str], loc: Loc) -> None:
    """Refuses all fields that are not known."""
    extra = [name for name in value if name not in known]
    if extra:
        raise Invalid(
            *(detail("extra_forbidden", (*loc, name), "Extra inputs are not permitted", value[name]) for name in extra)
        )


def need(value: Json, name: str, loc: Loc) -> Any:
    """A required field."""
    if name not in value:
        raise Invalid(detail("missing", (*loc, name), "Field required", value))
    return value[name]


def one_of(value: Any, known: Collection[str], loc: Loc) -> Any:
    """One of a few words."""
    if value not in known:
        *most, last = (f"'{one}'" for one in known)
        expected = f"{', '.join(most)} or {last}" if most else last
        raise Invalid(detail("enum", loc, f"Input should be {expected}", value, {"expected": expected}))
    return value


def tagged(value: Any, field: str, known: Collection[str], loc: Loc) -> Any:
    """The tag that tells what an object is."""
    tag = value.get(field) if isinstance(value, dict) else None
    if tag is None:
        raise Invalid(detail("union_tag_not_found", loc, f"Unable to extract tag using discriminator '{field}'", value))
    if tag not in known:
        expected = ", ".join(f"'{one}'" for one in known)
        told = f"Input tag '{tag}' found using '{field}' does not match any of the expected tags: {expected}"
        raise Invalid(
            detail(
                "union_tag_invalid",
                loc,
                told,
                value,
                {"discriminator": f"'{field}'", "tag": tag, "expected_tags": expected},
            )
        )
    return tag


def response(problem: Problem, request_id: str, *, conversation: bool = False) -> Response:
    """The API's answer; the conversations' endpoint has a form of its own."""
    status, body = _worded(problem, request_id)
    if conversation and "detail" in body and isinstance(body["detail"], list):
        body = {
            "object": "Error",
            "detail": body["detail"],
            "message": body["detail"],
            "type": "invalid_request_error",
            "code": 3001,
        }
    elif conversation and body.get("object") == "error":
        body = {
            "object": "Error",
            "message": body["message"],
            "type": "invalid_request_error",
            "code": int(body["code"] or 3000),
        }
    headers = {"mistral-correlation-id": request_id, "x-kong-request-id": request_id}
    if problem.retry_after is not None:
        headers["retry-after"] = f"{max(1, round(problem.retry_after))}"
    return json_response(body, status, headers)


def _worded(problem: Problem, request_id: str) -> tuple[int, Json]:
    match problem:
        case Invalid():
            return 422, {"detail": problem.details}
        case Refusal():
            return problem.status, _error(problem.status, problem.message, problem.type, problem.code)
    match problem.kind:
        case "auth":
            return 401, {"detail": "Unauthorized"}
        case "not_found" if problem.message.startswith("Unknown request URL"):
            return 404, {"message": "no Route matched with those values", "request_id": request_id}
        case "not_found":
            return 404, {"detail": problem.message}
        case "bad_request":
            return 422, {"detail": [detail("value_error", ("body",), f"Value error, {problem.message}", None)]}
        case "rejected":
            return _rejection(problem, request_id)
    status, message, kind, code = _GENERAL[problem.kind]
    return status, _error(status, message.format(model=problem.model), kind, code)


def _rejection(problem: Problem, request_id: str) -> tuple[int, Json]:
    """The error for a model that has not got the capability."""
    match problem.capability:
        case "in.text" | "out.text":  # a model of another endpoint is as good as none
            return _worded(Problem("model", model=problem.model), request_id)
        case "file" if not problem.model:  # at the upload, where no model is told
            return _worded(Problem("not_found", "Unknown request URL"), request_id)
        case "tools.forced" | "tools.none" | "tools.named" as capability:
            field = ("body", *(problem.param or "tool_choice").split("."))
            allowed, sent = {
                "tools.forced": ("'auto' or 'none'", "any"), "tools.none": ("'auto' or 'any'", "none"),
                "tools.named": ("'auto', 'none' or 'any'", {"type": "function"}),
            }[capability]  # fmt: skip
            return _worded(Invalid(detail("enum", field, f"Input should be {allowed}", sent)), request_id)
        case "thinking" if problem.param == "prompt_mode":
            lacking = "Reasoning prompt mode"
        case capability:
            lacking = _LACKS.get(capability, capability)
    return 400, _error(400, f"{lacking} is not enabled for this model", "invalid_request_invalid_args", "3051")


def _error(status: int, message: str, kind: str, code: str | None) -> Json:
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code, "raw_status_code": status}
