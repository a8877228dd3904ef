"""How Mistral's chat completions show an answer, whole and as a stream.

Sources: https://docs.mistral.ai/api/endpoint/chat, /capabilities/completion/usage, /capabilities/reasoning, /capabilities/citations; the
types of the mistralai package. Calls come whole in the last piece of a stream, and so does the usage, unasked.
"""

import time
from collections.abc import Iterator
from typing import Any

from . import speech
from .mistral_reading import references
from .question import Answer, Token, Usage
from .wire import Json, event

_FINISH = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "tools": "tool_calls",
    "none": None,
    "garbage": "unknown_reason",
}


def whole(answer: Answer, id: str, messages: list[Json]) -> Json:
    """The body of a plain answer."""
    chunks = [*thoughts(answer), {"type": "text", "text": answer.text}, *_reference(answer, messages)]
    message: Json = {
        "role": "assistant",
        "tool_calls": calls(answer),
        "content": chunks if len(chunks) > 1 else answer.text,
    }
    choice = {"index": 0, "finish_reason": _FINISH[answer.finish], "message": message}
    if answer.logprobs is not None:
        choice["logprobs"] = _logprobs(answer, answer.logprobs)
    return _head(answer, id, "chat.completion") | _usage(answer) | {"choices": [choice]}


def events(answer: Answer, id: str, messages: list[Json]) -> Iterator[bytes]:
    """The same as a stream."""
    head = _head(answer, id, "chat.completion.chunk")

    def chunk(delta: Json, finish: str | None = None, **more: Any) -> bytes:
        return event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish} | more]})

    yield chunk({"content": ""} if "stream.role" in answer.lacks else {"role": "assistant", "content": ""})
    for piece in speech.pieces(answer.thinking):
        yield chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": piece}]}]})
    at = 0
    for piece in speech.pieces(answer.text):
        count = len(speech.tokens(piece))
        shown = {} if answer.logprobs is None else {"logprobs": _logprobs(answer, answer.logprobs[at : at + count])}
        at += count
        yield chunk({"content": piece}, **shown)
    for reference in _reference(answer, messages):
        yield chunk({"content": [reference]})
    head |= _usage(answer)
    made = calls(answer)
    for call in made or () if "stream.calls" in answer.lacks else ():
        del call["index"]
    yield chunk({"content": ""} | ({"tool_calls": made} if made else {}), _FINISH[answer.finish])
    if "stream.ends" not in answer.lacks:
        yield b"data: [DONE]\n\n"


def thoughts(answer: Answer) -> list[Json]:
    """The thinking as a chunk of its own."""
    if not answer.thinking:
        return []
    return [{"type": "thinking", "thinking": [{"type": "text", "text": answer.thinking}], "closed": True}]


def calls(answer: Answer) -> list[Json] | None:
    """The calls, which have no type."""
    made = [
        {"id": call_id(call.id), "function": {"name": call.name, "arguments": call.arguments}, "index": at}
        for at, call in enumerate(answer.calls)
    ]
    return made or None


def call_id(id: str) -> str:
    """Nine letters and digits, no more and no less."""
    return id[-9:].rjust(9, "0")


def usage(counted: Usage) -> Json:
    return {
        "prompt_tokens": counted.input,
        "total_tokens": counted.input + counted.output,
        "completion_tokens": counted.output,
    }


def _usage(answer: Answer) -> Json:
    return {"usage": usage(answer.usage)} if answer.usage else {}


def _head(answer: Answer, id: str, kind: str) -> Json:
    return {"id": id, "object": kind, "created": int(time.time()), "model": answer.model}


def _reference(answer: Answer, messages: list[Json]) -> list[Json]:
    """The ids of the sources that hold what was quoted; a wrong one is of a source that nobody gave."""
    if not answer.citations:
        return []
    if "cite" in answer.broken:
        return [{"type": "reference", "reference_ids": "unknown"}]
    given = {
        id: text
        for message in messages
        if message.get("role") == "tool"
        for id, text in references(str(message["content"])).items()
    }
    quoted = answer.citations[0].text
    found = [int(id) if id.isdecimal() else id for id, text in given.items() if quoted in text]
    return [{"type": "reference", "reference_ids": found or [7000 + answer.citations[0].document]}]


def _logprobs(answer: Answer, tokens: list[Token]) -> Any:
    if "logprobs" in answer.broken:
        return {"content": "unavailable"}

    def one(text: str, logprob: float) -> Json:
        return {"token": text, "logprob": logprob, "bytes": list(text.encode()), "token_id": sum(text.encode())}

    return {
        "content": [
            one(token.text, token.logprob) | {"top_logprobs": [one(*top) for top in token.top]} for token in tokens
        ]
    }
