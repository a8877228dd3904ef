"""How Workers AI shows an answer: in a form of its own, and, for its newer models, in that of chat completions.

Sources: the output schemas of https://developers.cloudflare.com/workers-ai/models/llama-3.3-70b-instruct-fp8-fast and
.../models/gemma-4-26b-a4b-it, .../features/json-mode, .../features/function-calling/traditional (`arguments` is an object);
https://blog.cloudflare.com/ai-side-channel-attack-mitigated (`p` pads the events). The own form has no finish reason.
"""

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from . import speech
from .question import Answer, Question, Token, Usage
from .wire import Json, event

_FINISH = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "tools": "tool_calls",
    "none": None,
    "garbage": "unknown_reason",
}
_PADDING = "abdefghijklmnopqrstuvwxyz0123456789"


def own(question: Question, answer: Answer) -> Json:
    """The result of a model with the own form; in JSON mode the response is the value itself."""
    as_value = question.json or question.schema is not None
    whole: Json = {"response": _value(answer.text) if as_value else answer.text}
    if answer.calls:
        whole["tool_calls"] = [{"arguments": _value(call.arguments), "name": call.name} for call in answer.calls]
    if answer.usage:
        whole["usage"] = _counts(answer.usage)
    return whole


def own_events(answer: Answer) -> Iterator[bytes]:
    """The same as a stream: pieces of the text, then the calls, then the usage."""
    for at, piece in enumerate(speech.pieces(answer.text)):
        yield event({"response": piece, "p": _PADDING[: at * 7 % 31 + 1]})
    if answer.calls:
        calls = [{"arguments": _value(call.arguments), "name": call.name} for call in answer.calls]
        yield event({"response": "", "tool_calls": calls})
    if answer.usage:
        yield event({"response": "", "usage": _counts(answer.usage)})
    if "stream.ends" not in answer.lacks:
        yield b"data: [DONE]\n\n"


def chat(answer: Answer, id: str) -> Json:
    """The result of a newer model: a chat completion."""
    message: Json = {"role": "assistant", "content": answer.text, "refusal": None}
    if answer.thinking:
        message["reasoning_content"] = answer.thinking
    if answer.calls:
        message |= {"content": None, "tool_calls": [_call(call.id, call.name, call.arguments) for call in answer.calls]}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": _logprobs(answer, answer.logprobs),
        "finish_reason": _FINISH[answer.finish],
    }
    return (
        _head("chat.completion", answer, id)
        | {"choices": [choice]}
        | ({"usage": _counts(answer.usage)} if answer.usage else {})
    )


def chat_events(question: Question, answer: Answer, id: str) -> Iterator[bytes]:
    """The same as a stream of chunks, which stand in no envelope."""
    head = _head("chat.completion.chunk", answer, id)

    def chunk(delta: Json, finish: str | None = None, logprobs: Any = None) -> bytes:
        return event(head | {"choices": [{"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}]})

    yield chunk({"content": ""} if "stream.role" in answer.lacks else {"role": "assistant", "content": ""})
    for piece in speech.pieces(answer.thinking):
        yield chunk({"reasoning_content": piece})
    for at, call in enumerate(answer.calls):
        place = {} if "stream.calls" in answer.lacks else {"index": at}
        yield chunk({"tool_calls": [place | _call(call.id, call.name, "")]})
        for piece in speech.pieces(call.arguments, 6):
            yield chunk({"tool_calls": [place | {"function": {"arguments": piece}}]})
    told = 0
    for piece in speech.pieces(answer.text):
        count = len(speech.tokens(piece))
        tokens = None if answer.logprobs is None else answer.logprobs[told : told + count]
        told += count
        yield chunk({"content": piece}, logprobs=_logprobs(answer, tokens))
    yield chunk({}, _FINISH[answer.finish])
    if question.usage_asked and answer.usage:
        yield event(head | {"choices": [], "usage": _counts(answer.usage)})
    if "stream.ends" not in answer.lacks:
        yield b"data: [DONE]\n\n"


def _value(text: str) -> Any:
    """JSON as what it says; what is no JSON stays the text that it is."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _head(kind: str, answer: Answer, id: str) -> Json:
    return {"id": id, "object": kind, "created": int(time.time()), "model": answer.model, "system_fingerprint": None}


def _call(id: str, name: str, arguments: str) -> Json:
    return {"id": f"chatcmpl-tool-{id}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _counts(usage: Usage) -> Json:
    return {"prompt_tokens": usage.input, "completion_tokens": usage.output, "total_tokens": usage.input + usage.output}


def _logprobs(answer: Answer, tokens: list[Token] | None) -> Any:
    if tokens is None:
        return None
    if "logprobs" in answer.broken:
        return {"content": "unavailable"}

    def one(text: str, logprob: float) -> Json:
        return {"token": text, "logprob": logprob, "bytes": list(text.encode())}

    return {
        "content": [
            one(token.text, token.logprob) | {"top_logprobs": [one(*top) for top in token.top]} for token in tokens
        ]
    }
