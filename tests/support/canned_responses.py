"""Questions and answers of the Responses API, made by hand after its documentation."""

from __future__ import annotations

from typing import Any

import msgspec

from providers.chat import Ask, Media, Message, Text, Tool, ToolCall, ToolResult
from tests.support.driving import sse

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
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
USAGE = {
    "input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 3},
}  # fmt: skip

CASES: dict[str, Ask] = {
    "text": HELLO,
    "max_tokens": Ask.text("x", max_tokens=16),
    "logprobs": Ask.text("x", top_logprobs=2),
    "json": Ask.text("x", json=True),
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
    "drawing": Ask.text("x", outputs=("image",)),
    "drawing with text": Ask.text("x", outputs=("text", "image")),
    "system": Ask((Message("system", (Text("Be brief."),)), Message("user", (Text("x"),)))),
    "thinking": Ask.text("x", thinking=True),
    "no thinking": Ask.text("x", thinking=False),
    "stream": STREAMED,
    "turns": Ask((
        Message("user", (Text("x"),)),
        Message("assistant", (Text("I call."), ToolCall("square_root", {"number": 4}, '{"number": 4}', "call_1"))),
        Message("user", (ToolResult("2", "", "call_1"),)), Message("user", (Text("And?"),)),
    ), tools=(TOOL,)),
}  # fmt: skip


def said(text: str, **more: Any) -> dict[str, Any]:
    """An output item that is a message."""
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": [], **more}
    return {
        "id": f"msg_{text}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "phase": "final_answer",
        "content": [part],
    }


THOUGHT: dict[str, Any] = {
    "id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "The user greets."}], "content": [],
    "encrypted_content": "gAAA",
}  # fmt: skip
CALLED: dict[str, Any] = {
    "id": "fc_1", "type": "function_call", "status": "completed", "name": "square_root", "call_id": "call_1",
    "arguments": '{"number": 132413}',
}  # fmt: skip
SEARCHED: dict[str, Any] = {
    "id": "ws_1", "type": "web_search_call", "status": "completed",
    "action": {
        "type": "search", "query": "PM of Canada", "queries": ["PM of Canada"], "sources": [{"type": "url", "url": "https://pm.test"}],
    },
}  # fmt: skip
CITED = {"type": "url_citation", "url": "https://pm.test", "title": "PM", "start_index": 0, "end_index": 6}
LOGPROB = {
    "token": "Hello",
    "bytes": [72],
    "logprob": -0.1,
    "top_logprobs": [{"token": "Hi", "bytes": [72], "logprob": -2.5}],
}


def whole(*output: dict[str, Any], status: str = "completed", reason: str = "", **more: Any) -> dict[str, Any]:
    """A response."""
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-x", "status": status, "error": None,
        "incomplete_details": {"reason": reason} if reason else None, "output": list(output), "usage": USAGE, "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "text": {"format": {"type": "text"}}, "temperature": 1.0, "top_p": 1.0, "metadata": {}, **more,
    }  # fmt: skip


def events(*output: dict[str, Any], end: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The events that a stream of these items brings, with the whole response as the last one unless another end is given."""
    begun = {**whole(), "status": "in_progress", "usage": None}
    told: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for index, item in enumerate(output):
        place = {"output_index": index, "item_id": item["id"]}
        told.append({"type": "response.output_item.added", "output_index": index, "item": _empty(item)})
        told += [{**delta, **place} for delta in _deltas(item)]
        told.append({"type": "response.output_item.done", "output_index": index, "item": item})
    told.append(end or {"type": "response.completed", "response": whole(*output)})
    return [{**event, "sequence_number": number} for number, event in enumerate(told)]


def _empty(item: dict[str, Any]) -> dict[str, Any]:
    blank: dict[str, dict[str, Any]] = {
        "message": {"content": []},
        "reasoning": {"summary": []},
        "function_call": {"arguments": ""},
    }
    return {**item, **blank.get(item["type"], {})} | ({} if item["type"] == "reasoning" else {"status": "in_progress"})


def _deltas(item: dict[str, Any]) -> list[dict[str, Any]]:
    match item["type"]:
        case "message":
            text, notes = item["content"][0]["text"], item["content"][0]["annotations"]
            made = [
                {"type": "response.output_text.delta", "content_index": 0, "delta": half, "logprobs": []}
                for half in (text[: len(text) // 2], text[len(text) // 2 :])
            ]
            added = [{"type": "response.output_text.annotation.added", "content_index": 0, "annotation_index": i, "annotation": note}
                     for i, note in enumerate(notes)]  # fmt: skip
            blank = {"type": "output_text", "text": "", "annotations": []}
            part = {"type": "response.content_part.added", "content_index": 0, "part": blank}
            done = {"type": "response.output_text.done", "content_index": 0, "text": text, "logprobs": []}
            return [part, *made, *added, done]
        case "reasoning":
            text = item["summary"][0]["text"]
            part = {
                "type": "response.reasoning_summary_part.added",
                "summary_index": 0,
                "part": {"type": "summary_text", "text": ""},
            }
            return [part, {"type": "response.reasoning_summary_text.delta", "summary_index": 0, "delta": text}]
        case "function_call":
            return [
                {"type": "response.function_call_arguments.delta", "delta": item["arguments"][:5]},
                {"type": "response.function_call_arguments.delta", "delta": item["arguments"][5:]},
                {"type": "response.function_call_arguments.done", "arguments": item["arguments"]},
            ]
        case _:
            return [{"type": f"response.{item['type']}.completed"}]


TALK = sse(events(THOUGHT, said("Hello"), CALLED))
WHOLE = whole(THOUGHT, said("Hello"), CALLED)


def error(code: str, message: str, kind: str = "invalid_request_error", param: str | None = None) -> dict[str, Any]:
    """The body of a refusal."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
