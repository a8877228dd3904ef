"""Questions and answers of the Messages API, made by hand after its documentation."""

from __future__ import annotations

from typing import Any

import msgspec

from providers.chat import Ask, Document, Media, Message, Text, Tool, ToolCall, ToolResult
from tests.support.driving import sse

HELLO = Ask.text("Say hello.")
TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
SCHEMA = {
    "type": "object",
    "properties": {"is_fruit": {"type": "boolean"}},
    "required": ["is_fruit"],
    "additionalProperties": False,
}
PNG = Media("image", "image/png", b"\x89PNG")
USAGE = {"input_tokens": 10, "output_tokens": 5}


def message(*content: dict[str, Any], stop: str = "end_turn", **more: Any) -> dict[str, Any]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": list(content), "stop_reason": stop,
        "stop_sequence": None, "usage": USAGE, **more,
    }  # fmt: skip


def stream(*events: dict[str, Any], stop: str = "end_turn", end: bool = True) -> bytes:
    first = {**message(), "stop_reason": None, "usage": {"input_tokens": 10, "output_tokens": 1}}
    start: dict[str, Any] = {"type": "message_start", "message": first}
    last = {
        "type": "message_delta",
        "delta": {"stop_reason": stop, "stop_sequence": None},
        "usage": {"output_tokens": 5},
    }
    ending: list[dict[str, Any]] = [last, {"type": "message_stop"}] if end else []
    return sse([start, {"type": "ping"}, *events, *ending])


def block(index: int, first: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": first},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


STREAMED = msgspec.structs.replace(HELLO, stream=True)

TALK = stream(
    *block(0, {"type": "thinking", "thinking": "", "signature": ""}, {"type": "thinking_delta", "thinking": "The user "},
           {"type": "thinking_delta", "thinking": "greets."}, {"type": "signature_delta", "signature": "c2ln"}),
    *block(1, {"type": "text", "text": ""}, {"type": "text_delta", "text": "Hel"}, {"type": "text_delta", "text": "lo"}),
    *block(2, {"type": "tool_use", "id": "toolu_1", "name": "square_root", "input": {}}, {"type": "input_json_delta", "partial_json": ""},
           {"type": "input_json_delta", "partial_json": '{"number": 13'}, {"type": "input_json_delta", "partial_json": "2413}"}),
    stop="tool_use",
)  # fmt: skip
WHOLE = message(
    {"type": "thinking", "thinking": "The user greets.", "signature": "c2ln"}, {"type": "text", "text": "Hello"},
    {"type": "tool_use", "id": "toolu_1", "name": "square_root", "input": {"number": 132413}}, stop="tool_use",
)  # fmt: skip

CITED: dict[str, Any] = {
    "type": "char_location", "cited_text": "Quack.", "document_index": 0, "document_title": None,
    "start_char_index": 0, "end_char_index": 6,
}  # fmt: skip
FOUND = {
    "type": "web_search_result_location",
    "cited_text": "Carney",
    "url": "https://pm.test",
    "title": "PM",
    "encrypted_index": "x",
}
SEARCHED: list[dict[str, Any]] = [
    {"type": "server_tool_use", "id": "s_1", "name": "web_search", "input": {"query": "PM of Canada"}},
    {"type": "web_search_tool_result", "tool_use_id": "s_1", "content": [
        {"type": "web_search_result", "url": "https://pm.test", "title": "PM", "encrypted_content": "x", "page_age": None}]},
    {"type": "text", "text": "Carney"},
]  # fmt: skip


def error(kind: str, said: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": said}, "request_id": "req_1"}


CASES: dict[str, Ask] = {
    "text": HELLO,
    "max_tokens": Ask.text("x", max_tokens=16),
    "stop": Ask.text("x", stop=("is", "are")),
    "schema": Ask.text("x", schema=SCHEMA),
    "tools": Ask.text("x", tools=(TOOL,)),
    "forced": Ask.text("x", tools=(TOOL,), tool_choice="required"),
    "named": Ask.text("x", tools=(TOOL,), tool_choice="required", named_tool=TOOL.name),
    "serial": Ask.text("x", tools=(TOOL,), parallel=False),
    "no calls": Ask.text("x", tools=(TOOL,), tool_choice="none"),
    "search": Ask.text("x", web_search=True),
    "search beside tools": Ask.text("x", tools=(TOOL,), web_search=True),
    "image": Ask.text("x", PNG),
    "image url": Ask.text("x", Media("image", "image/png", url="https://x.test/a.png")),
    "pdf": Ask.text("x", Media("document", "application/pdf", b"%PDF")),
    "pdf url": Ask.text("x", Media("document", "application/pdf", url="https://x.test/a.pdf")),
    "documents": Ask.text("x", Document("Quack.", "Quackiland"), Document("Moo.")),
    "system": Ask((Message("system", (Text("Be brief."),)), Message("user", (Text("x"),)))),
    "thinking": Ask.text("x", thinking=True),
    "no thinking": Ask.text("x", thinking=False),
    "stream": STREAMED,
    "turns": Ask((
        Message("user", (Text("x"),)), Message("assistant", (Text("I call."), ToolCall("square_root", {"number": 4}, "", "toolu_1"))),
        Message("user", (ToolResult("2", "", "toolu_1"),)),
    ), tools=(TOOL,)),
}  # fmt: skip
