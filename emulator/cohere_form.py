"""How Cohere's chat shows an answer: the message with its content, and the events that tell of it one by one.

Sources: https://docs.cohere.com/reference/chat, /reference/chat-stream, /docs/streaming, /docs/tool-use-streaming, /docs/rag-citations,
/docs/reasoning; the types of the cohere package.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from . import speech
from .question import Answer, Citation, Token, Usage
from .wire import Json, event

_FINISH = {
    "stop": "COMPLETE",
    "stop_sequence": "STOP_SEQUENCE",
    "length": "MAX_TOKENS",
    "tools": "TOOL_CALL",
    "none": None,
    "garbage": "UNKNOWN_REASON",
}
# What the chat template adds to the tokens that are billed.
_TEMPLATE = 64
_DONE = b"data: [DONE]\n\n"


@dataclass(slots=True)
class Grounds:
    """What an answer may cite: documents by their id, and what tools gave, by the id of the call."""

    documents: dict[str, Json] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    outputs_cited: bool = False


def whole(answer: Answer, grounds: Grounds, id: str) -> Json:
    """The body of a plain answer."""
    message: Json = {"role": "assistant"}
    content: list[Json] = [{"type": "thinking", "thinking": answer.thinking}] if answer.thinking else []
    if answer.calls:
        if not answer.thinking:
            message["tool_plan"] = _plan(answer)
        message["tool_calls"] = [_call(call.id, call.name, call.arguments) for call in answer.calls]
    else:
        content.append({"type": "text", "text": answer.text})
    if content:
        message["content"] = content
    if citations := list(_citations(answer, grounds)):
        message["citations"] = citations
    body: Json = {"id": id, "message": message} | _end(answer)
    if answer.logprobs is not None:
        body["logprobs"] = _logprobs(answer, answer.logprobs)
    return body


def events(answer: Answer, grounds: Grounds, id: str) -> Iterator[bytes]:
    """The answer as a stream; citations come when the text is whole, as in the mode "accurate"."""
    begun = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield _told("message-start", id=id, delta={"message": begun})
    index = 0
    if answer.thinking:
        yield _told("content-start", index=index, delta=_message(content={"type": "thinking", "thinking": ""}))
        for piece in speech.pieces(answer.thinking):
            yield _told("content-delta", index=index, delta=_message(content={"thinking": piece}))
        yield _told("content-end", index=index)
        index += 1
    elif answer.calls:
        for piece in speech.pieces(_plan(answer)):
            yield _told("tool-plan-delta", delta=_message(tool_plan=piece))
    if not answer.calls:
        yield from _text_events(answer, grounds, index)
    for at, call in enumerate(answer.calls):
        yield _told("tool-call-start", index=at, delta=_message(tool_calls=_call(call.id, call.name, "")))
        for piece in speech.pieces(call.arguments, 6):
            yield _told("tool-call-delta", index=at, delta=_message(tool_calls={"function": {"arguments": piece}}))
        yield _told("tool-call-end", index=at)
    yield _told("message-end", delta=_end(answer))
    yield _DONE


def _text_events(answer: Answer, grounds: Grounds, index: int) -> Iterator[bytes]:
    yield _told("content-start", index=index, delta=_message(content={"type": "text", "text": ""}))
    at = 0
    for piece in speech.pieces(answer.text):
        delta: Json = {"index": index, "delta": _message(content={"text": piece})}
        if answer.logprobs is not None:
            count = len(speech.tokens(piece))
            delta["logprobs"] = _chunk(answer, answer.logprobs[at : at + count])
            at += count
        yield _told("content-delta", **delta)
    for number, citation in enumerate(_citations(answer, grounds)):
        yield _told("citation-start", index=number, delta=_message(citations=citation))
        yield _told("citation-end", index=number)
    yield _told("content-end", index=index)


def _message(**fields: Any) -> Json:
    return {"message": fields}


def _end(answer: Answer) -> Json:
    end: Json = {}
    if (reason := _FINISH[answer.finish]) is not None:
        end["finish_reason"] = reason
    if answer.usage:
        end["usage"] = _usage(answer.usage)
    return end


def _plan(answer: Answer) -> str:
    return f"I will use the {answer.calls[0].name} tool to answer the question."


def _call(id: str, name: str, arguments: str) -> Json:
    return {"id": f"{name}_{id}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _citations(answer: Answer, grounds: Grounds) -> Iterator[Json]:
    """Where the text rests on what was given; `start` and `end` count in the text of the answer."""
    index = 1 if answer.thinking else 0
    for citation in answer.citations:
        start, end = _span(citation, answer.text, grounds)
        # Of several documents only one is quoted, the others say nothing about this text.
        if start < 0:
            continue
        document = {"id": citation.title} | grounds.documents.get(citation.title, {})
        source = {"type": "document", "id": citation.title, "document": document}
        yield _citation(citation.text, start, end, source, index)
    for id, output in grounds.outputs.items():
        start = answer.text.find(output) if output else -1
        if grounds.outputs_cited and start >= 0:
            source = {"type": "tool", "id": f"{id}:0", "tool_output": {"content": output}}
            yield _citation(output, start, start + len(output), source, index)


def _span(citation: Citation, text: str, grounds: Grounds) -> tuple[int, int]:
    """A citation that is out of shape or out of place keeps the numbers that it came with."""
    if citation.start > citation.end or citation.title not in grounds.documents:
        return citation.start, citation.end
    start = text.find(citation.text)
    return start, start + len(citation.text)


def _citation(text: str, start: int, end: int, source: Json, index: int) -> Json:
    return {
        "start": start,
        "end": end,
        "text": text,
        "sources": [source],
        "content_index": index,
        "type": "TEXT_CONTENT",
    }


def _logprobs(answer: Answer, tokens: list[Token]) -> Any:
    return "unavailable" if "logprobs" in answer.broken else [_chunk(answer, [token]) for token in tokens]


def _chunk(answer: Answer, tokens: list[Token]) -> Any:
    """The tokens of a piece of text."""
    if "logprobs" in answer.broken:
        return "unavailable"
    text = "".join(token.text for token in tokens)
    ids = [crc32(token.text.encode()) % 256_000 for token in tokens]
    return {"text": text, "token_ids": ids, "logprobs": [token.logprob for token in tokens]}


def _usage(usage: Usage) -> Json:
    template = _TEMPLATE if usage.input > 0 else 0
    return {
        "billed_units": {"input_tokens": usage.input, "output_tokens": usage.output},
        "tokens": {"input_tokens": usage.input + template, "output_tokens": usage.output},
        "cached_tokens": 0,
    }


def _told(kind: str, **fields: Any) -> bytes:
    return event({"type": kind, **fields}, kind)
