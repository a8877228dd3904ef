"""Answers of Cohere's wires."""

import json
from typing import Any

from tests.support.corpus_chat import CALLED
from tests.support.corpus_parts import LONG, YES, Bodies, sse


def cohere() -> Bodies:
    def dumps(text: str, finish: str = "COMPLETE", spent: int = 5, **more: Any) -> bytes:
        message = {"role": "assistant", "content": [{"type": "text", "text": text}], **more}
        usage = {
            "billed_units": {"input_tokens": 9, "output_tokens": spent},
            "tokens": {"input_tokens": 9, "output_tokens": spent},
        }
        return json.dumps({"id": "1", "finish_reason": finish, "message": message, "usage": usage}).encode()

    cited = [
        {
            "start": 0,
            "end": 8,
            "text": "ostrumel",
            "sources": [{"type": "document", "id": "0", "document": {"id": "0"}}],
        }
    ]
    events = [
        {"type": "message-start", "id": "1", "delta": {"message": {"role": "assistant", "content": []}}},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": YES}}}},
        {"type": "content-end", "index": 0},
        {
            "type": "message-end",
            "delta": {"finish_reason": "COMPLETE", "usage": {"tokens": {"input_tokens": 9, "output_tokens": 5}}},
        },
    ]
    return {
        "json": dumps(YES), "schema": dumps(YES), "tools": dumps("", "TOOL_CALL", tool_calls=CALLED), "max": dumps("Space", "MAX_TOKENS", 16),
        "stop": dumps("Canada ", "STOP_SEQUENCE"), "cite": dumps("ostrumel", citations=cited), "cite:bad": dumps("ostrumel"), "json:bad": dumps("No"),
        "json:stream": sse(events, named="type", done=False),
    }  # fmt: skip


def first_cohere() -> Bodies:
    """The chat as it was before its second version; a stream is one of lines, or of events."""

    def body(text: str, finish: str = "COMPLETE", spent: int = 5, **more: Any) -> dict[str, Any]:
        meta = {
            "api_version": {"version": "1"},
            "billed_units": {"input_tokens": 9, "output_tokens": spent},
            "tokens": {"input_tokens": 9, "output_tokens": spent},
        }
        return {
            "response_id": "r",
            "generation_id": "g",
            "text": text,
            "chat_history": [],
            "finish_reason": finish,
            "meta": meta,
            **more,
        }

    def dumps(*said: Any, **more: Any) -> bytes:
        return json.dumps(body(*said, **more)).encode()

    def events(*pieces: dict[str, Any], **ended: Any) -> list[dict[str, Any]]:
        begun = {"is_finished": False, "event_type": "stream-start", "generation_id": "g"}
        whole = body(**ended)
        last = {
            "is_finished": True,
            "event_type": "stream-end",
            "finish_reason": whole["finish_reason"],
            "response": whole,
        }
        return [begun, *({"is_finished": False, **piece} for piece in pieces), last]

    def say(text: str) -> dict[str, Any]:
        return {"event_type": "text-generation", "text": text}

    def lines(told: list[dict[str, Any]]) -> bytes:
        return b"".join(json.dumps(one).encode() + b"\n" for one in told)

    cited = [{"start": 0, "end": 8, "text": "ostrumel", "document_ids": ["doc_0"]}]
    called = [{"name": "square_root", "parameters": {"number": 132413}}]
    found = {
        "search_queries": [{"text": "who", "generation_id": "g"}],
        "documents": [{"id": "web-search_0", "url": "https://example.com", "title": "e"}],
    }
    return {
        "json": dumps(YES), "schema": dumps(YES), "calls": dumps("", tool_calls=called), "max": dumps("Space", "MAX_TOKENS", 16), "stop": dumps("Canada ", "STOP_SEQUENCE"),
        "cite": dumps("ostrumel", citations=cited), "search": dumps("X", **found),
        "json:bad": dumps("No"), "calls:bad": dumps("363"), "max:bad": dumps(LONG, spent=300), "cite:bad": dumps("ostrumel"), "search:bad": dumps("X"),
        "json:stream": lines(events(say('{"is_'), say('fruit": true}'), text=YES)),
        "calls:stream": lines(events({"event_type": "tool-calls-generation", "tool_calls": called}, text="", tool_calls=called)),
        "cite:stream": sse(events(say("ostrumel"), {"event_type": "citation-generation", "citations": cited}, text="ostrumel", citations=cited), named="event_type", done=False),
        "search:stream": sse(events({"event_type": "search-results", **found}, say("X"), text="X"), named="event_type", done=False),
        "cite:bad:stream": lines(events(say("ostrumel"), text="ostrumel")),
    }  # fmt: skip
