"""Errors, in any of the forms that providers tell them: by the status, or within a 200, be it the whole body, a field
of it, or an event of a stream.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import structs

from providers.base import BadReply, Response
from providers.chat import Reply
from providers.errors import FORM, GENERATION, REQUEST, classify
from providers.wire._json import loads
from providers.wire._limits import limits

# The status that the name of an error stands for. Anthropic: https://platform.claude.com/docs/en/api/errors; OpenAI:
# https://platform.openai.com/docs/guides/error-codes; Google: https://ai.google.dev/gemini-api/docs/troubleshooting.
STATUSES: Mapping[str, int] = {
    "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
    "not_found_error": 404, "request_too_large": 413, "rate_limit_error": 429, "api_error": 500, "timeout_error": 504,
    "overloaded_error": 529,
    "server_error": 500, "rate_limit_exceeded": 429, "insufficient_quota": 429, "vector_store_timeout": 504,
    "invalid_api_key": 401, "overloaded": 503, "slow_down": 503,
    "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429, "INTERNAL": 500, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
}  # fmt: skip


def failure(response: Response) -> Reply:
    """The reply for a response whose status tells of an error, whatever form its body has."""
    try:
        value = loads(response.body) if response.body.strip() else {}
    except BadReply:
        text = re.sub(rb"<[^>]*>|\s+", b" ", response.body)[:300].decode(errors="replace").strip()
        value = {"message": text or f"HTTP status {response.status}"}
        if response.body.lstrip()[:1] in (b"{", b"["):
            reply = failed(response.status, value, response)
            if reply.error and reply.error.kind in (REQUEST, FORM, GENERATION):
                msg = f"an error, {response.status}, whose body is no whole JSON: {text[:100]}"
                raise BadReply(msg) from None
            return reply
    return failed(response.status, value, response)


def failed(status: int, value: Any, response: Response | None = None) -> Reply:
    """The reply for an error told by a JSON value, be it a whole body, an `error` field or an event of a stream."""
    said = _said(value)
    error = classify(status, said.pop("message") or f"HTTP status {status}", **said)
    return Reply(status=status, error=error, limits=limits(response.headers) if response else ())


_EXTRA = re.compile(r"extra")  # pydantic's extra_forbidden, value_error.extra: the last name of the path is the field


def _said(value: Any) -> dict[str, str]:
    """message, type, code and param of an error in any of the forms that providers use."""
    if isinstance(value, list) and value:
        first, *others = (_said(item) for item in value)
        return {**first, "message": "; ".join([first["message"], *(other["message"] for other in others)])}
    if isinstance(value, str) or value is None:
        value = {"message": value or ""}
    if not isinstance(value, dict):
        value = {"message": str(value)}
    for key in ("error", "errors", "detail", "response"):
        if value.get(key) and not isinstance(value.get("message"), str):
            inner = _said(value[key])
            message = inner["message"] + _behind(value, inner["message"])
            return {**inner, "message": message, "code": inner["code"] or str(value.get("code") or "")}
    message = value.get("message") or value.get("msg") or ""
    if isinstance(message, dict | list):
        return _said(message)
    status = value.get("status") if isinstance(value.get("status"), str) else ""  # google.rpc.Code by its name
    loc = value.get("loc")  # pydantic's path of the field
    names = [name for name in loc if isinstance(name, str)] if isinstance(loc, list) else []
    extra = f" ({value['loc']}: {value.get('input')})" if "loc" in value else ""
    return {
        "message": f"{message}{extra}{_behind(value, message)}",
        "type_": str(value.get("type") or status),
        "code": str(value.get("code") or value.get("status") or ""),
        "param": str(value.get("param") or (names[-1] if names and _EXTRA.search(str(value.get("type"))) else "")),
        "place": ".".join(names),
    }


def _behind(value: dict[str, Any], message: str) -> str:
    """What the server behind a gateway said, which the gateway keeps apart (OpenRouter's `metadata.raw`,
    Pollinations' `details`).
    """
    for told in (value.get("metadata"), value.get("details")):
        inner = told.get("raw") or told.get("error") or told.get("message") if isinstance(told, dict) else None
        words = inner if isinstance(inner, str) else _said(inner)["message"] if inner else ""
        if words and words not in message:
            return f": {words[:1000]}"
    return ""


def trouble(value: Any, response: Response, *, event: str = "", answer: tuple[str, ...] = ("choices",)) -> Reply | None:
    """The reply for an error inside a 200; None where there is none. `answer` names the fields that an answer of the
    wire has: where one is there, only what is plainly an error is one.
    """
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and "error" in value[0]:
        value = value[0]
    if event == "error" and not isinstance(value, dict):
        return failed(500, value, response)
    if not isinstance(value, dict):
        return None
    told = value.get("error") or value.get("errors") or _of_choices(value)
    if told is True:  # a flag beside the words
        told = value
    if not told and not any(_is_answer(value, name) for name in answer):
        bare = event == "error" or "error" in (value.get("object"), value.get("type"), value.get("status"))
        bare = bare or value.get("success") is False
        bare = bare or ("object" not in value and bool(_words(value)))
        told = value if bare else None
    if not told:
        return None
    return failed(
        status_of(told, value), value if told in (value.get("error"), value.get("errors")) else told, response
    )


def _words(value: dict[str, Any]) -> Any:
    """What a bare error says; an object named `message` is one of a model's."""
    said = [value.get(key) for key in ("message", "msg")]
    return next((words for words in said if isinstance(words, str) and words), value.get("detail"))


def _is_answer(value: dict[str, Any], name: str) -> bool:
    """Whether a field of an answer is there; the words of an error are no message of a model."""
    return value.get(name) is not None and not (name == "message" and isinstance(value[name], str))


def _of_choices(value: dict[str, Any]) -> Any:
    """The error that a choice of a chat completion tells of, or why a stream was stopped early
    (https://console.groq.com/docs/errors).
    """
    choices = value.get("choices")
    found = [choice.get("error") for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []
    extra = value.get("x_groq")
    return next(filter(None, [*found, extra.get("error") if isinstance(extra, dict) else None]), None)


def status_of(*told: Any) -> int:
    """The HTTP status that an error names, by number or by its type; 400 where it is about the request, else 500."""
    objects = [item for item in told if isinstance(item, dict)]
    for item in objects:
        for key in ("status_code", "status", "code", "http_status_code"):
            named = str(item.get(key) or "")
            if named.isdecimal() and len(named) == 3 and 400 <= int(named) < 600:
                return int(named)
    names = [str(item.get(key)) for item in objects for key in ("type", "code", "status")]
    known = next((STATUSES[name] for name in names if name in STATUSES), 0)
    return known or (400 if any("invalid_request" in name for name in names) else 500)


# Finish reasons that tell of a generation that broke off, and the status that they stand for. DeepSeek:
# https://api-docs.deepseek.com/api/create-chat-completion; Z.ai: https://docs.z.ai/api-reference/llm/chat-completion;
# Mistral: https://docs.mistral.ai/api/#tag/chat; Cohere: https://docs.cohere.com/v2/reference/chat.
BROKEN: Mapping[str, int] = {
    "error": 500, "network_error": 502, "insufficient_system_resource": 503, "abort": 500, "aborted": 500,
    "cancelled": 500,
    "error_limit": 500, "timeout": 504, "user_cancel": 500, "malformed_response": 500, "failed": 500,
    "missing_thought_signature": 400, "server_error": 500, "engine_error": 500, "internal_error": 500,
}  # fmt: skip


def broken(raw: str, response: Response, said: Any = "") -> Reply:
    """The reply of a generation that broke off, as its finish reason tells."""
    words = said or ("failed to generate: " if raw.lower() == "malformed_response" else "finish reason ") + raw
    found = failed(BROKEN.get(raw.lower(), 500), words, response)
    return structs.replace(found, finish="error", finish_raw=raw, chunks=response.chunks)
