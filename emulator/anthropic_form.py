"""How Anthropic's Messages show an answer: content blocks, and the events that tell of them one by one.

Sources: https://platform.claude.com/docs/en/api/messages, /docs/en/build-with-claude/streaming, .../citations,
.../extended-thinking, /docs/en/agents-and-tools/tool-use/web-search-tool; the types of the anthropic package.
"""

import base64
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import msgspec

from . import speech
from .question import Answer, Citation, Source, Usage
from .wire import Json, event

_STOP = {
    "stop": "end_turn",
    "stop_sequence": "stop_sequence",
    "length": "max_tokens",
    "tools": "tool_use",
    "none": None,
    "garbage": "unknown_reason",
}


def whole(answer: Answer, id: str, *, shows_thinking: bool) -> Json:
    """The message."""
    message: Json = {
        "id": id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": list(_blocks(answer, shows_thinking=shows_thinking)),
        "stop_reason": _STOP[answer.finish],
        "stop_sequence": answer.stopped_by if answer.finish == "stop_sequence" else None,
    }
    if answer.usage:
        message["usage"] = _usage(answer.usage, len(answer.queries))
    return message


def signature(thinking: str) -> str:
    """What the API authenticates its thinking with."""
    return base64.b64encode(sha256(b"emulated " + thinking.encode()).digest()).decode()


def events(message: Json, lacks: frozenset[str] = frozenset()) -> Iterator[bytes]:
    """The message as a stream, without what it `lacks`."""
    begun: Json = message | {"content": [], "stop_reason": None, "stop_sequence": None}
    if "usage" in message:
        begun["usage"] = message["usage"] | {"output_tokens": 1}
    if "stream.role" in lacks:
        del begun["role"]
    yield _told("message_start", message=begun)
    yield _told("ping")
    for index, block in enumerate(message["content"]):
        blank, deltas = _PARTS.get(block["type"], _at_once)(block)
        yield _told("content_block_start", index=index, content_block=blank)
        for delta in deltas:
            yield _told("content_block_delta", index=index, delta=delta)
        yield _told("content_block_stop", index=index)
    end: Json = {"delta": {"stop_reason": message["stop_reason"], "stop_sequence": message["stop_sequence"]}}
    if "usage" in message:
        end["usage"] = message["usage"]
    yield _told("message_delta", **end)
    if "stream.ends" not in lacks:
        yield _told("message_stop")


Parts = tuple[Json, list[Json]]


def _text_parts(block: Json) -> Parts:
    deltas = [{"type": "text_delta", "text": piece} for piece in speech.pieces(block["text"])]
    cited = [{"type": "citations_delta", "citation": citation} for citation in block.get("citations") or ()]
    return block | {"text": ""} | ({"citations": []} if "citations" in block else {}), [*deltas, *cited]


def _thinking_parts(block: Json) -> Parts:
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in speech.pieces(block["thinking"])]
    return block | {"thinking": "", "signature": ""}, [
        *deltas,
        {"type": "signature_delta", "signature": block["signature"]},
    ]


def _call_parts(block: Json) -> Parts:
    given = block["input"]
    text = given if isinstance(given, str) else msgspec.json.encode(given).decode()
    return block | {"input": {}}, [
        {"type": "input_json_delta", "partial_json": piece} for piece in ("", *speech.pieces(text, 6))
    ]


def _at_once(block: Json) -> Parts:
    return block, []


_PARTS: dict[str, Callable[[Json], Parts]] = {
    "text": _text_parts,
    "thinking": _thinking_parts,
    "tool_use": _call_parts,
    "server_tool_use": _call_parts,
}


def _blocks(answer: Answer, *, shows_thinking: bool) -> Iterator[Json]:
    if answer.thinking:
        shown = answer.thinking if shows_thinking else ""
        yield {"type": "thinking", "thinking": shown, "signature": signature(answer.thinking)}
    for at, query in enumerate(answer.queries):
        id = f"srvtoolu_{at:024d}"
        yield {"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": query}}
        yield {
            "type": "web_search_tool_result",
            "tool_use_id": id,
            "content": [_result(source) for source in answer.sources],
        }
    if answer.text:
        block: Json = {"type": "text", "text": answer.text}
        if answer.citations or answer.sources:
            block["citations"] = [
                *map(_citation, answer.citations),
                *(_web_citation(source) for source in answer.sources),
            ]
        yield block
    for call in answer.calls:
        yield {"type": "tool_use", "id": f"toolu_{call.id}", "name": call.name, "input": _arguments(call.arguments)}


def _arguments(text: str) -> Any:
    """The input as an object; what is no JSON stays the text that it is."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _result(source: Source) -> Json:
    hidden = base64.b64encode(source.snippet.encode()).decode()
    return {
        "type": "web_search_result",
        "url": source.url,
        "title": source.title,
        "encrypted_content": hidden,
        "page_age": None,
    }


def _web_citation(source: Source) -> Json:
    index = base64.b64encode(source.url.encode()).decode()
    told = {"url": source.url, "title": source.title, "encrypted_index": index, "cited_text": source.snippet}
    return {"type": "web_search_result_location", **told}


def _citation(citation: Citation) -> Json:
    where = {
        "cited_text": citation.text,
        "document_index": citation.document,
        "document_title": citation.title or None,
        "file_id": None,
    }
    if citation.paged:
        forward = citation.start <= citation.end
        return {
            "type": "page_location",
            **where,
            "start_page_number": 1 if forward else 2,
            "end_page_number": 2 if forward else 1,
        }
    return {"type": "char_location", **where, "start_char_index": citation.start, "end_char_index": citation.end}


def _usage(usage: Usage, searches: int) -> Json:
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": usage.output,
        "output_tokens_details": {"thinking_tokens": usage.thinking},
        "service_tier": "standard",
    } | ({"server_tool_use": {"web_search_requests": searches, "web_fetch_requests": 0}} if searches else {})


def _told(kind: str, **fields: Any) -> bytes:
    return event({"type": kind, **fields}, kind)
