"""Chat completions, and APIs with choices alike: what servers and gateways do to messages, chunks and calls."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from ..wire import event
from .base import Asked, Json, Shown, asks, oddity, says, shows, streamed, told

CHATS = ("openai_chat", "mistral")
DONE = b"data: [DONE]\n\n"
MARK = "<|channel|>commentary"
TOOLED = ("openai_chat", "openai_responses", "anthropic", "gemini", "ollama", "mistral", "cohere", "cloudflare")


def refusal(
    status: int, message: str, kind: str = "invalid_request_error", param: str | None = None, code: Any = None
) -> Shown:
    """An error as OpenAI's API words it."""
    return told(status, {"error": {"message": message, "type": kind, "param": param, "code": code}})


def told_in(choice: Json) -> Json:
    """What a choice says: its message, or its delta."""
    said: Json = choice.get("message") or choice.get("delta") or {}
    return said


def saying(change: Callable[[Json], None]) -> Callable[[Json], list[Json]]:
    """Changes what each choice says."""

    def changed(value: Json) -> list[Json]:
        for choice in value.get("choices") or ():
            change(told_in(choice))
        return [value]

    return changed


@shows("01-error-line-then-done", "openai_chat", "mistral", "cohere")
def error_line(asked: Asked, shown: Shown) -> Shown:
    """The failure stands in a field that server-sent events do not have."""
    if not (asked.formatted and shown.streamed):
        return shown
    error = {"code": 500, "message": "The server failed to generate.", "type": "server_error"}
    return shown.with_parts([b"error: " + msgspec.json.encode(error) + b"\n\n", DONE])


@says("03-harmony-marks-in-tool-names", *TOOLED)
def marked_names(asked: Asked) -> None:
    for call in asked.said.calls:
        call.name += MARK


@asks("04-template-refuses-tool-results", "openai_chat", "mistral", "ollama", "cohere", "cloudflare")
def no_results(asked: Asked) -> Shown | None:
    if not asked.read.results:
        return None
    message = "Template error: syntax error: Conversation roles must alternate user/assistant/user/assistant/..."
    body: Json = {"error": message, "error_type": "template_error"}
    match asked.wire:
        case "mistral":
            body = {"object": "error", "message": message, "type": "template_error", "code": 3000}
        case "cohere":
            body = {"message": message}
        case "cloudflare":
            body = {"success": False, "errors": [{"code": 5006, "message": message}], "messages": [], "result": {}}
    return told(422, body)


@shows("10-summary-chunk-repeats-arguments", "openai_chat")
def summary(asked: Asked, shown: Shown) -> Shown:
    """Each piece of a call has its id; after the last, the whole arguments come once more, encoded twice."""
    if not shown.streamed or not asked.said.calls:
        return shown
    ids = [f"call_{call.id}" for call in asked.said.calls]

    def changed(value: Json) -> list[Json]:
        before: list[Json] = []
        for choice in value.get("choices") or ():
            for call in told_in(choice).get("tool_calls") or ():
                call["id"] = ids[call["index"]]
            if choice.get("finish_reason"):
                again = [
                    {
                        "index": at,
                        "id": ids[at],
                        "type": "function",
                        "function": {"arguments": json.dumps(call.arguments)},
                    }
                    for at, call in enumerate(asked.said.calls)
                ]
                before.append(value | {"choices": [choice | {"delta": {"tool_calls": again}, "finish_reason": None}]})
        return [*before, value]

    return shown.each(changed)


@shows("10-summary-chunk-repeats-arguments", "cohere", "anthropic")
def summary_event(asked: Asked, shown: Shown) -> Shown:
    """The whole arguments once more, before the call ends."""
    if not shown.streamed or not asked.said.calls:
        return shown
    calls = iter(asked.said.calls)
    calling = False

    def changed(value: Json) -> list[Json]:
        nonlocal calling
        calling |= (value.get("content_block") or {}).get("type") == "tool_use"
        at = {"index": value.get("index")}
        if value["type"] == "tool-call-end":
            function = {"function": {"arguments": json.dumps(next(calls).arguments)}}
            return [{"type": "tool-call-delta", **at, "delta": {"message": {"tool_calls": function}}}, value]
        if value["type"] == "content_block_stop" and calling:
            calling = False
            delta = {"type": "input_json_delta", "partial_json": json.dumps(next(calls).arguments)}
            return [{"type": "content_block_delta", **at, "delta": delta}, value]
        return [value]

    return shown.each(changed)


_SAFE = {name: {"filtered": False, "severity": "safe"} for name in ("hate", "self_harm", "sexual", "violence")}


@shows("12-azure-filter-chunks", *CHATS)
def filter_chunks(asked: Asked, shown: Shown) -> Shown:
    """What the filter says of the prompt comes first, what it says of the answer last, in a choice without a delta."""
    prompt = {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _SAFE}]}
    if not shown.streamed:
        return shown.each(lambda value: [value | prompt])
    blank = {"id": "", "object": "", "created": 0, "model": ""}
    where = {"check_offset": 44, "start_offset": 44, "end_offset": 198}
    last: Json = {"index": 0, "finish_reason": None, "content_filter_offsets": where, "content_filter_results": _SAFE}
    return shown.with_parts(
        [
            event(blank | {"choices": []} | prompt),
            *shown.parts[:-1],
            event(blank | {"choices": [last]}),
            shown.parts[-1],
        ]
    )


@shows("17-json-in-reasoning", "openai_chat")
def reasoned(asked: Asked, shown: Shown) -> Shown:
    """The parser of thinking takes the JSON for a thought."""
    if not asked.formatted:
        return shown

    def moved(said: Json) -> None:
        if said.get("content") is not None:
            said["reasoning_content"] = said.pop("content")
            said["content"] = None

    return shown.each(saying(moved))


@says("17-json-in-reasoning", "anthropic", "mistral", "ollama", "cohere")
def thought(asked: Asked) -> None:
    answer = asked.said
    if asked.formatted and not answer.calls:
        answer.thinking, answer.text = answer.text, ""


@shows("17-json-in-reasoning", "gemini")
def thoughts(asked: Asked, shown: Shown) -> Shown:
    def changed(value: Json) -> list[Json]:
        for candidate in value.get("candidates") or ():
            for part in candidate["content"].get("parts") or ():
                part["thought"] = True
        return [value]

    return shown.each(changed) if asked.formatted else shown


@shows("18-calls-without-index", "openai_chat", "mistral")
def unnumbered(asked: Asked, shown: Shown) -> Shown:
    """Each call comes whole in a chunk of its own, and says not which it is."""
    calls = [
        {
            "id": call.id[-9:] if asked.wire == "mistral" else f"call_{call.id}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in asked.said.calls
    ]
    if not shown.streamed or not calls:
        return shown

    def changed(value: Json) -> Iterator[Json]:
        for choice in value.get("choices") or ():
            had = told_in(choice).pop("tool_calls", None)
            if choice.get("finish_reason"):
                head = choice | {"finish_reason": None}
                yield from (
                    value
                    | {"choices": [head | {"delta": {"role": "assistant", "content": None, "tool_calls": [call]}}]}
                    for call in calls
                )
            elif had is not None:
                return
        yield value

    return shown.each(changed)


@shows("18-calls-without-index", "ollama")
def unnumbered_lines(asked: Asked, shown: Shown) -> Shown:
    def changed(value: Json) -> list[Json]:
        for call in (value.get("message") or {}).get("tool_calls") or ():
            call["function"].pop("index", None)
        return [value]

    return shown.each(changed)


@shows("40-tool-calls-without-calls", "openai_chat")
def no_calls(asked: Asked, shown: Shown) -> Shown:
    """What was to be a call is text, but the reason tells of calls."""
    calls = asked.said.calls
    if not calls:
        return shown

    def changed(value: Json) -> list[Json]:
        for choice in value.get("choices") or ():
            said = told_in(choice)
            if "message" in choice:
                said.update(content=calls[0].arguments, tool_calls=[])
            elif said.get("tool_calls"):
                said["content"] = said.pop("tool_calls")[0]["function"]["arguments"]
        return [value]

    return shown.each(changed)


@asks("40-tool-calls-without-calls", "openai_chat")
def no_choice(asked: Asked) -> Shown | None:
    question = asked.read
    if not question.tools or question.tool_choice != "auto" or question.results:
        return None
    message = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    return told(400, {"error": {"message": message, "type": "BadRequestError", "param": None, "code": 400}})


@shows("70-mistral-references-among-the-text", "mistral")
def references(asked: Asked, shown: Shown) -> Shown:
    """Text comes as a list of chunks, with references whose ids are strings."""
    found = False

    def split(said: Json) -> None:
        nonlocal found
        text = said.get("content")
        if not isinstance(text, str) or not text:
            return
        half = len(text) // 2
        middle = [] if found else [{"type": "reference", "reference_ids": ["web_search:0"]}]
        found = True
        said["content"] = [{"type": "text", "text": text[:half]}, *middle, {"type": "text", "text": text[half:]}]

    return shown if asked.formatted or asked.said.calls else shown.each(saying(split))


_MOCK = " ".join(["This is an answer from the fixtures."] * 30)
_COUNTS = (9, 240)  # tokens


@says(
    "mock-with-constant-answers",
    "openai_chat",
    "mistral",
    "anthropic",
    "gemini",
    "ollama",
    "cohere",
    "openai_responses",
)
def constant(asked: Asked) -> None:
    """The same, whatever is asked."""
    answer = asked.said
    answer.text, answer.thinking, answer.finish, answer.stopped_by = _MOCK, "", "stop", ""
    answer.logprobs = None
    if answer.usage:
        answer.usage.input, answer.usage.output = _COUNTS
    for made in (answer.calls, answer.drawn, answer.citations, answer.queries, answer.sources):
        made.clear()


@asks(
    "mock-with-constant-answers",
    "openai_chat",
    "mistral",
    "anthropic",
    "gemini",
    "ollama",
    "cohere",
    "openai_responses",
)
def heedless(asked: Asked) -> Shown | None:
    asked.read.json, asked.read.schema = False, None
    return None


def _one_generator(asked: Asked) -> Shown | None:
    """One generator of random numbers for all requests: a seed holds for who is alone."""
    if asked.beside:
        asked.read.seed = None
    return None


oddity(
    "one-random-generator",
    "openai_chat",
    "gemini",
    "mistral",
    "ollama",
    "cohere",
    "cloudflare",
    asks=_one_generator,
    latency=0.03,
)


@shows("37-bom-crlf-no-space", "openai_chat")
def whole_in_the_first(asked: Asked, shown: Shown) -> Shown:
    """The whole answer in the first event; then the stream as others have it who write no space."""
    if not shown.streamed:
        return shown
    joined, rest = _joined(shown.values())
    whole = shown if asked.said.drawn or asked.said.sources else streamed([event(joined), *map(event, rest), DONE])
    return bare(asked, whole)


def _joined(chunks: list[Json]) -> tuple[Json, list[Json]]:
    """All deltas as one, and what stands in no choice."""
    text, calls, reason, tokens = "", dict[int, Json](), None, list[Any]()
    rest = [chunk for chunk in chunks if not chunk["choices"]]
    for chunk in chunks:
        for choice in chunk["choices"]:
            text += choice["delta"].get("content") or ""
            reason = choice["finish_reason"] or reason
            tokens += (choice.get("logprobs") or {}).get("content") or ()
            for call in choice["delta"].get("tool_calls") or ():
                kept = calls.setdefault(call["index"], call)
                if kept is not call:
                    kept["function"]["arguments"] += call["function"]["arguments"]
    delta: Json = {"role": "assistant", "content": text or None} | ({"tool_calls": [*calls.values()]} if calls else {})
    logprobs = {"content": tokens, "refusal": None} if tokens else None
    choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": logprobs}
    return chunks[0] | {"choices": [choice]}, rest


@shows("37-bom-crlf-no-space", "openai_responses", "anthropic", "gemini", "mistral", "cohere", "cloudflare")
def bare(asked: Asked, shown: Shown) -> Shown:
    """A byte-order mark, CRLF, and no space after the colon: https://html.spec.whatwg.org/multipage/server-sent-events.html."""
    if not shown.streamed:
        return shown
    parts = [_spaceless(part) for part in shown.parts]
    return shown.with_parts([b"\xef\xbb\xbf" + parts[0], *parts[1:]])


def _spaceless(part: bytes) -> bytes:
    lines = part.replace(b"\r\n", b"\n").split(b"\n")
    return b"\r\n".join(
        line.replace(b": ", b":", 1) if line.startswith((b"data: ", b"event: ")) else line for line in lines
    )
