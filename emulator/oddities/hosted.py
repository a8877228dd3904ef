"""What single services do: Anthropic's blocks and counts, Gemini's parts and blocks, the events of Responses, Ollama's lines."""

import asyncio

from ..wire import event
from .base import Asked, Json, Shown, asks, says, shows, streamed, told
from .chat import DONE, told_in

_SMALL = 1000  # tokens: a cap below it is spent on thoughts


@shows("32-responses-completed-without-output", "openai_responses")
def no_output(asked: Asked, shown: Shown) -> Shown:
    """The text stands in the events alone."""

    def changed(value: Json) -> list[Json]:
        if value.get("type") in ("response.completed", "response.incomplete"):
            value["response"]["output"] = []
        return [value]

    return shown.each(changed) if shown.streamed else shown


@shows("62-responses-arguments-in-done-only", "openai_responses")
def arguments_in_done(asked: Asked, shown: Shown) -> Shown:
    def changed(value: Json) -> list[Json]:
        if value["type"] == "response.function_call_arguments.delta":
            return []
        items = (
            [value["item"]]
            if value["type"] == "response.output_item.done"
            else (value.get("response") or {}).get("output") or ()
        )
        for item in items:
            if item["type"] == "function_call":
                item["arguments"] = ""
        return [value]

    return shown.each(changed) if shown.streamed else shown


@shows("76-responses-only-deltas", "openai_responses")
def only_deltas(asked: Asked, shown: Shown) -> Shown:
    """Made from chat completions: no items, no numbers."""
    answer = asked.said
    if not shown.streamed or answer.calls or answer.queries or answer.drawn:
        return shown
    kept = ("response.created", "response.output_text.delta", "response.completed", "response.incomplete")

    def changed(value: Json) -> list[Json]:
        if value["type"] not in kept:
            return []
        value.pop("sequence_number")
        if "response" in value:
            value["response"]["output"] = []
        return [value]

    return shown.each(changed)


@shows("35-pause-turn", "anthropic")
def paused(asked: Asked, shown: Shown) -> Shown:
    """https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons#pause-turn."""

    def changed(value: Json) -> list[Json]:
        for place in (value, value.get("delta") or {}):
            if place.get("stop_reason"):
                place["stop_reason"] = "pause_turn"
        return [value]

    return shown.each(changed) if asked.said.queries else shown


_FAILED = {"type": "web_search_tool_result_error", "error_code": "unavailable"}


@says("49-anthropic-search-failed", "anthropic", "openai_responses")
def from_memory(asked: Asked) -> None:
    """The model asked, got nothing, and answers from memory."""
    answer = asked.said
    if answer.queries:
        answer.sources.clear()
        answer.text = "I could not search the web just now. As far as I remember, the harbour was open."


@shows("49-anthropic-search-failed", "anthropic")
def search_failed(asked: Asked, shown: Shown) -> Shown:
    def changed(value: Json) -> list[Json]:
        for block in [*(value.get("content") or ()), value.get("content_block") or {}]:
            if block.get("type") == "web_search_tool_result":
                block["content"] = _FAILED
        return [value]

    return shown.each(changed)


@shows("49-anthropic-search-failed", "openai_responses")
def search_call_failed(asked: Asked, shown: Shown) -> Shown:
    """https://platform.openai.com/docs/api-reference/responses/object: the status of a web search call may be "failed"."""

    def changed(value: Json) -> list[Json]:
        if value.get("type") == "response.web_search_call.completed":
            return []
        listed = value.get("output") or (value.get("response") or {}).get("output") or ()
        for item in [*listed, value.get("item") or {}]:
            if item.get("type") == "web_search_call" and item.get("status") == "completed":
                item["status"] = "failed"
        return [value]

    return shown.each(changed)


@shows("51-anthropic-counts-at-the-end", "anthropic")
def counts_at_the_end(asked: Asked, shown: Shown) -> Shown:
    def changed(value: Json) -> list[Json]:
        if value["type"] == "message_start" and "usage" in value["message"]:
            value["message"]["usage"] = {"input_tokens": 0, "output_tokens": 0}
        return [value]

    return shown.each(changed) if shown.streamed else shown


@shows("31-gemini-malformed-call", "gemini")
def malformed_call(asked: Asked, shown: Shown) -> Shown:
    """What the model wrote was no call; of a stream the content is missing altogether."""
    if not asked.said.calls:
        return shown
    last = shown.values()[-1]
    content: Json = {} if shown.streamed else {"content": {}}
    return _gemini(shown, last | {"candidates": [content | {"finishReason": "MALFORMED_FUNCTION_CALL", "index": 0}]})


def _gemini(shown: Shown, value: Json) -> Shown:
    """One value in place of all."""
    return shown.with_parts([event(value).replace(b"\n\n", b"\r\n\r\n")]) if shown.streamed else told(200, value)


@shows("57-gemini-prompt-blocked", "gemini")
def blocked(asked: Asked, shown: Shown) -> Shown:
    if not (asked.formatted or asked.read.web_search):
        return shown
    blocked: Json = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    return _gemini(
        shown,
        blocked | {"usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}, "modelVersion": asked.said.model},
    )


_THINKERS = ("gemini", "openai_chat", "openai_responses", "anthropic", "mistral", "ollama", "cohere")


@asks("58-gemini-cap-spent-in-thoughts", *_THINKERS)
def seedless(asked: Asked) -> Shown | None:
    asked.read.seed = None
    return None


@says("58-gemini-cap-spent-in-thoughts", *_THINKERS)
def spent(asked: Asked) -> None:
    """A small cap is spent before a word is said."""
    answer, cap = asked.said, asked.read.max_tokens
    if cap is None or cap >= _SMALL:
        return
    answer.text, answer.finish, answer.logprobs = "", "length", [] if answer.logprobs is not None else None
    answer.calls.clear()
    if answer.usage:
        answer.usage.output = answer.usage.thinking = cap


@shows("79-gemini-thoughts-and-text-in-parts", "gemini")
def in_parts(asked: Asked, shown: Shown) -> Shown:
    """A thought that nobody asked for, then the text in several parts of one content."""
    if asked.said.calls:
        return shown
    thoughts: list[Json] = [{"text": "The user wants an answer. I have one.", "thought": True}]

    def changed(value: Json) -> list[Json]:
        for candidate in value.get("candidates") or ():
            parts: list[Json] = []
            for part in candidate["content"].get("parts") or ():
                text = part.get("text", "")
                if len(text) < 2 or part.get("thought"):
                    parts.append(part)
                    continue
                half = len(text) // 2
                parts += [*thoughts, {"text": text[:half]}, part | {"text": text[half:]}]
                thoughts.clear()
            if parts:
                candidate["content"]["parts"] = parts
        return [value]

    return shown.each(changed)


@asks("66-ollama-load", "ollama")
def loading(asked: Asked) -> Shown | None:
    """The first request of each mode loads the model, and no more."""
    if asked.read.stream in asked.memory:
        return None
    asked.memory[asked.read.stream] = True
    said = {"message": {"role": "assistant", "content": ""}} if asked.path.endswith("chat") else {"response": ""}
    loaded = (
        {"model": asked.body["model"], "created_at": "2026-01-01T00:00:00Z"}
        | said
        | {"done": True, "done_reason": "load"}
    )
    shown = told(200, loaded)
    return shown.with_parts([shown.parts[0] + b"\n"]).typed("application/x-ndjson") if asked.read.stream else shown


@shows("68-ollama-cached-prompt-not-counted", "ollama")
def cached(asked: Asked, shown: Shown) -> Shown:
    key = (asked.read.stream, tuple(asked.read.turns))
    if key not in asked.memory:
        asked.memory[key] = True
        return shown
    return shown.each(lambda value: [{name: one for name, one in value.items() if name != "prompt_eval_count"}])


@says("42-filter-took-the-answer", "openai_chat", "anthropic", "gemini", "openai_responses")
def taken(asked: Asked) -> None:
    if asked.formatted or asked.read.stop:
        answer = asked.said
        answer.text, answer.finish, answer.logprobs = "", "length", None


@shows("42-filter-took-the-answer", "openai_chat", "anthropic", "gemini", "openai_responses")
def filtered(asked: Asked, shown: Shown) -> Shown:
    """The answer was cut to nothing; the reason says why."""
    if not (asked.formatted or asked.read.stop):
        return shown

    def changed(value: Json) -> list[Json]:
        for choice in value.get("choices") or ():
            if choice.get("finish_reason"):
                choice["finish_reason"] = "content_filter"
            if "message" in choice:
                told_in(choice)["content"] = None
        for candidate in value.get("candidates") or ():
            candidate["finishReason"] = "RECITATION"
            candidate.pop("content", None)
        for place in (value, value.get("delta") or {}):
            if place.get("stop_reason"):
                place["stop_reason"] = "refusal"
        for place in (value, value.get("response") or {}):
            if place.get("incomplete_details"):
                place["incomplete_details"] = {"reason": "content_filter"}
        return [value]

    return shown.each(changed)


_BUSY = 2.0  # seconds
_ROUTED = ("openai_chat", "anthropic", "openai_responses", "gemini")


@shows("26-busy-provider-within-200", *_ROUTED)
def busy(asked: Asked, shown: Shown) -> Shown:
    """What is behind the gateway is busy for a while, and the status does not tell: JSON meets a 429, a schema a 502."""
    if not asked.formatted:
        return shown
    rate = asked.read.schema is None
    loop = asyncio.get_running_loop()
    if loop.time() - asked.memory.setdefault((shown.streamed, rate), loop.time()) >= (asked.measure or _BUSY):
        return shown
    code, message = (
        (429, "The model is temporarily rate-limited upstream. Please retry shortly.")
        if rate
        else (502, "Upstream was lost.")
    )
    match asked.wire:
        case "anthropic":
            failure = {"type": "rate_limit_error" if rate else "overloaded_error", "message": message}
            value: Json = {"type": "error", "error": failure}
            return streamed([event(value, "error")]) if shown.streamed else told(200, value)
        case "gemini":
            return _gemini(
                shown,
                {
                    "error": {
                        "code": code,
                        "message": message,
                        "status": "RESOURCE_EXHAUSTED" if rate else "UNAVAILABLE",
                    }
                },
            )
        case "openai_responses":
            return _failed(shown, {"code": "rate_limit_exceeded" if rate else "server_error", "message": message})
    error = {
        "code": code,
        "message": "Provider returned error",
        "metadata": {"raw": message, "provider_name": "Emulated"},
    }
    value = {"id": "gen-1", "object": "chat.completion", "created": 1, "model": asked.said.model, "choices": []}
    if rate:
        return streamed([event({"error": error}), DONE]) if shown.streamed else told(200, {"error": error})
    said = "delta" if shown.streamed else "message"
    value["choices"] = [
        {"index": 0, "error": error, "finish_reason": "error", said: {"role": "assistant", "content": ""}}
    ]
    return streamed([event(value | {"object": "chat.completion.chunk"}), DONE]) if shown.streamed else told(200, value)


def _failed(shown: Shown, error: Json) -> Shown:
    """https://platform.openai.com/docs/api-reference/responses-streaming/response/failed."""
    values = shown.values()
    whole = values[-1]["response"] if shown.streamed else values[0]
    response = whole | {"status": "failed", "error": error, "output": [], "usage": None, "incomplete_details": None}
    if not shown.streamed:
        return told(200, response)
    return streamed(
        [
            shown.parts[0],
            event({"type": "response.failed", "sequence_number": 1, "response": response}, "response.failed"),
        ]
    )
