"""Refusals that name a limit, a wording or a form, and requests that have to come back as they were answered."""

import base64
from collections import Counter
from typing import Any

from .base import Asked, Json, Shown, asks, instead, oddity, says, shows, told
from .chat import CHATS, refusal, told_in

_SIGNED = base64.b64encode(b"context_engineering_is_the_way_to_go").decode()
_TEXTS = ("openai_chat", "openai_responses", "anthropic", "gemini", "ollama", "mistral", "cohere", "cloudflare")


def assistants(asked: Asked) -> list[Json]:
    """The turns in which the assistant called."""
    turns = asked.body.get("messages") or ()
    return [
        turn for turn in turns if isinstance(turn, dict) and turn.get("role") == "assistant" and turn.get("tool_calls")
    ]


@asks("06-thought-signature", "openai_chat")
def unsigned(asked: Asked) -> Shown | None:
    """As the API behind it, it refuses calls that come back without their signature, in a list."""
    calls = [turn["tool_calls"][0] for turn in assistants(asked)]
    if all(((call.get("extra_content") or {}).get("google") or {}).get("thought_signature") for call in calls):
        return None
    return told(400, [{"error": {"code": 400, "message": _UNSIGNED, "status": "INVALID_ARGUMENT"}}])


_UNSIGNED = (
    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing "
    "thought_signature may lead to degraded model performance."
)


@shows("06-thought-signature", "openai_chat")
def signed(asked: Asked, shown: Shown) -> Shown:
    first = True

    def changed(value: Json) -> list[Json]:
        nonlocal first
        for choice in value.get("choices") or ():
            for call in (told_in(choice).get("tool_calls") or ())[:1]:
                if first:
                    call["extra_content"] = {"google": {"thought_signature": _SIGNED}}
                first = False
        return [value]

    return shown.each(changed)


@asks("06-thought-signature", "gemini")
def unsigned_parts(asked: Asked) -> Shown | None:
    turns = [
        [part for part in turn.get("parts") or () if "functionCall" in part]
        for turn in asked.body.get("contents") or ()
    ]
    if all(parts[0].get("thoughtSignature") or parts[0].get("thought_signature") for parts in turns if parts):
        return None
    return told(400, {"error": {"code": 400, "message": _UNSIGNED, "status": "INVALID_ARGUMENT"}})


@shows("06-thought-signature", "gemini")
def signed_parts(asked: Asked, shown: Shown) -> Shown:
    def changed(value: Json) -> list[Json]:
        for candidate in value.get("candidates") or ():
            for part in candidate["content"].get("parts") or ():
                if "functionCall" in part:
                    part["thoughtSignature"] = _SIGNED
        return [value]

    return shown.each(changed)


@instead("07-max-completion-tokens", "openai_chat")
def other_cap(asked: Asked) -> Shown | None:
    if asked.body.get("max_tokens") is None:
        return None
    message = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    )
    return refusal(400, message, param="max_tokens", code="unsupported_parameter")


@asks("08-one-image-a-request", *_TEXTS)
def one_medium(asked: Asked) -> Shown | None:
    """One medium of a kind, as https://docs.vllm.ai has it for --limit-mm-per-prompt."""
    counts = Counter(media.modality for media in asked.read.media)
    many = next((modality for modality, count in counts.items() if count > 1), None)
    if many is None:
        return None
    message = f"At most 1 {many}(s) may be provided in one request."
    return worded(asked.wire, 400, message)


def worded(wire: str, status: int, message: str) -> Shown:
    """A refusal in the form of the wire's API."""
    body: Json = {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": status}
    match wire:
        case "openai_chat" | "openai_responses":
            return refusal(status, message, "BadRequestError", code=status)
        case "anthropic":
            body = {"type": "error", "error": {"type": "invalid_request_error", "message": message}}
        case "gemini":
            body = {"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT"}}
        case "ollama":
            body = {"error": message}
        case "cohere":
            body = {"message": message}
        case "cloudflare":
            body = {"success": False, "errors": [{"code": 5006, "message": message}], "messages": [], "result": {}}
    return told(status, body)


@asks("13-only-text-or-image-url", "openai_chat", "mistral")
def text_or_image(asked: Asked) -> Shown | None:
    if all(media.modality == "image" for media in asked.read.media):
        return None
    message = "Invalid value: content blocks are expected to be either text or image_url type."
    return (
        worded(asked.wire, 400, message)
        if asked.wire == "mistral"
        else refusal(400, message, param="messages.[0].content")
    )


_LOST: dict[str, tuple[int, Any]] = {
    "openai_chat": (404, {"error": {"message": "Invalid URL (POST /chat/completions)", "type": "invalid_request_error", "param": None,
                                    "code": None}}),
    "openai_responses": (404, {"error": {"message": "Invalid URL (POST /responses)", "type": "invalid_request_error", "param": None,
                                         "code": None}}),
    "anthropic": (404, {"type": "error", "error": {"type": "not_found_error", "message": "Not Found"}}),
    "gemini": (404, "Not Found"),
    "ollama": (404, "404 page not found"),
    "mistral": (404, {"message": "no Route matched with those values"}),
    "cohere": (404, {"message": "404 page not found"}),
    "cloudflare": (404, {"success": False, "errors": [{"code": 7000, "message": "No route for that URI"}], "messages": [], "result": None}),
}  # fmt: skip


@instead("14-wrong-url-404", *_TEXTS)
def wrong_address(asked: Asked) -> Shown:
    return told(*_LOST[asked.wire])


@instead("14-wrong-url-405", *_TEXTS)
def wrong_method(asked: Asked) -> Shown:
    """As Starlette says that the path is there for others."""
    return told(405, {"detail": "Method Not Allowed"})


@instead("47-anthropic-envelope-in-200", *_TEXTS)
def envelope(asked: Asked) -> Shown:
    return told(200, {"code": 500, "msg": "404 NOT_FOUND", "success": False})


@asks("20-logprobs-500", "openai_chat", "openai_responses", "gemini", "ollama", "mistral", "cohere")
def minus_infinity(asked: Asked) -> Shown | None:
    return told(500, "Internal Server Error") if asked.read.top_logprobs is not None else None


oddity(
    "21-stop-is-in-the-text",
    "openai_chat",
    "anthropic",
    "gemini",
    "ollama",
    "mistral",
    "cohere",
    acts={"stop": "wrong"},
)


@asks("23-reasoning-must-come-back", "openai_chat")
def unreasoned(asked: Asked) -> Shown | None:
    missing = [
        at
        for at, turn in enumerate(asked.body.get("messages") or ())
        if turn in assistants(asked) and not turn.get("reasoning_content")
    ]
    if not missing:
        return None
    return refusal(400, f"Missing `reasoning_content` field in the assistant message at message index {missing[0]}.")


@shows("23-reasoning-must-come-back", "openai_chat")
def reasoning(asked: Asked, shown: Shown) -> Shown:
    """The model thinks before it calls."""
    if not asked.said.calls:
        return shown
    first = True

    def changed(value: Json) -> list[Json]:
        nonlocal first
        for choice in value.get("choices") or ():
            if first:
                told_in(choice)["reasoning_content"] = "I had better call the function."
            first = False
        return [value]

    return shown.each(changed)


@says("23-reasoning-must-come-back", "anthropic")
def thinks(asked: Asked) -> None:
    if asked.said.calls:
        asked.said.thinking = "I had better call the function."


@asks("23-reasoning-must-come-back", "anthropic")
def unthought(asked: Asked) -> Shown | None:
    """https://platform.claude.com/docs/en/build-with-claude/extended-thinking: thinking blocks are passed back with tool results."""
    for at, turn in enumerate(asked.body.get("messages") or ()):
        blocks = turn["content"] if isinstance(turn.get("content"), list) else []
        if any(block.get("type") == "tool_use" for block in blocks) and blocks[0].get("type") != "thinking":
            message = f"messages.{at}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`."
            return worded("anthropic", 400, message)
    return None


@instead("24-null-content-refused", "openai_chat", "mistral")
def null_content(asked: Asked) -> Shown | None:
    if all(turn.get("content") is not None for turn in assistants(asked)):
        return None
    message = "Invalid 'messages' in payload. 'content' field must be a string or an array of objects."
    return worded("mistral", 400, message) if asked.wire == "mistral" else told(400, {"error": message})


def _at_list(asked: Asked) -> int | None:
    turns = asked.body.get("messages") or ()
    return next((at for at, turn in enumerate(turns) if isinstance(turn.get("content"), list)), None)


@instead("27-only-strings-for-content", *CHATS, "cohere")
def only_strings(asked: Asked) -> Shown | None:
    at = _at_list(asked)
    if at is None:
        return None
    error = f"messages[{at}]: invalid type: sequence, expected a string at line 1 column 55"
    message = f"Failed to deserialize the JSON body into the target type: {error}"
    return worded(asked.wire, 400, message) if asked.wire in ("mistral", "cohere") else refusal(400, message)


@instead("43-unknown-variant", *CHATS)
def unknown_variant(asked: Asked) -> Shown | None:
    for at, turn in enumerate(asked.body.get("messages") or ()):
        for part in turn["content"] if isinstance(turn.get("content"), list) else ():
            if part.get("type") not in ("text", "image_url"):
                error = f"messages[{at}]: unknown variant `{part.get('type')}`, expected `text` or `image_url` at line 1 column 94"
                message = f"Failed to deserialize the JSON body into the target type: {error}"
                return worded("mistral", 422, message) if asked.wire == "mistral" else refusal(422, message)
    return None


@instead("72-cloudflare-json-mode-not-met", "cloudflare")
def not_met(asked: Asked) -> Shown | None:
    """https://developers.cloudflare.com/workers-ai/features/json-mode."""
    if (asked.body.get("response_format") or {}).get("type") not in ("json_object", "json_schema"):
        return None
    error = {"code": 5024, "message": "AiError: AiError: JSON Mode couldn't be met"}
    return told(400, {"success": False, "errors": [error], "messages": [], "result": {}})


@asks("72-cloudflare-json-mode-not-met", "openai_chat")
def not_generated(asked: Asked) -> Shown | None:
    """https://console.groq.com/docs/structured-outputs: what the model wrote is no JSON."""
    if not asked.formatted:
        return None
    message = "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details."
    error = {
        "message": message,
        "type": "invalid_request_error",
        "code": "json_validate_failed",
        "failed_generation": "{",
    }
    return told(400, {"error": error})


# The field that a closed model of pydantic does not have, by case.
_FORBIDDEN = {
    "extra-forbidden-seed": {"openai_chat": "seed", "mistral": "random_seed", "cohere": "seed"},
    "extra-forbidden-logprobs": {"openai_chat": "logprobs", "mistral": "logprobs", "cohere": "logprobs"},
    "extra-forbidden-stop": {"openai_chat": "stop", "mistral": "stop", "cohere": "stop_sequences"},
    "extra-forbidden-response-format": {
        "openai_chat": "response_format",
        "mistral": "response_format",
        "cohere": "response_format",
    },
}


def _forbids(name: str) -> Any:
    def refuse(asked: Asked) -> Shown | None:
        """https://docs.pydantic.dev/latest/errors/validation_errors/#extra_forbidden, as FastAPI answers with it."""
        if asked.body.get(name) is None:
            return None
        error = {
            "type": "extra_forbidden",
            "loc": ["body", name],
            "msg": "Extra inputs are not permitted",
            "input": asked.body[name],
        }
        return told(422, {"detail": [error]})

    return refuse


for _case, _fields in _FORBIDDEN.items():
    for _wire, _name in _fields.items():
        oddity(_case, _wire, instead=_forbids(_name))
