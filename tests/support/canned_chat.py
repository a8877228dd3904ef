"""Questions and answers of chat completions, made by hand after the documentation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from providers.chat import Ask, Document, Media, Message, Reply, Text, Tool, ToolCall, ToolResult
from providers.wire import openai_chat
from tests.support.driving import reply_to

SCHEMA = {
    "type": "object",
    "properties": {"is_fruit": {"type": "boolean"}},
    "required": ["is_fruit"],
    "additionalProperties": False,
}
TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
PNG = Media("image", "image/png", b"\x89PNG")
PICTURE = Media("image", "image/jpeg", url="https://x.test/a.jpg")
WAV = Media("audio", "audio/wav", b"RIFF")
PDF = Media("document", "application/pdf", b"%PDF-")
CALL = {"id": "call_1", "type": "function", "function": {"name": "square_root", "arguments": '{"number":4}'}}
CALLED = ToolCall("square_root", {"number": 4}, '{"number":4}', "call_1")
TURNS = Ask(
    (
        Message("system", (Text("Be brief."),)),
        Message("user", (Text("x"),)),
        Message("assistant", (Text("I call."), CALLED)),
        Message("user", (ToolResult("2", "square_root", "call_1"),)),
    ),
    tools=(TOOL,),
    tool_choice="none",
)
ASK = Ask.text("x")
STREAMED = Ask.text("x", stream=True)
SSE: dict[str, Any] = {"content_type": "text/event-stream"}
# One question per feature of the wire, by its name.
CASES: dict[str, Ask] = {
    "text": Ask.text("x"),
    "max_tokens": Ask.text("x", max_tokens=16),
    "seed": Ask.text("x", seed=42),
    "stop": Ask.text("x", stop=("is", "was")),
    "top_logprobs": Ask.text("x", top_logprobs=2),
    "json": Ask.text("x", json=True),
    "schema": Ask.text("x", schema=SCHEMA),
    "tools": Ask.text("x", tools=(TOOL,)),
    "tool_choice": Ask.text("x", tools=(TOOL,), tool_choice="required"),
    "named_tool": Ask.text("x", tools=(TOOL,), tool_choice="required", named_tool=TOOL.name),
    "parallel": Ask.text("x", tools=(TOOL,), parallel=False),
    "web_search": Ask.text("x", web_search=True),
    "image": Ask.text("x", PNG),
    "image/url": Ask.text("x", PICTURE),
    "audio": Ask.text("x", WAV),
    "document": Ask.text("x", PDF),
    "output/audio": Ask.text("x", outputs=("text", "audio")),
    "turns": TURNS,
    "stream": Ask.text("x", stream=True),
    "two results": Ask((Message("user", (ToolResult("1", "", "a"), ToolResult("2", "", "b"))),)),
}
# What some dialects have beyond.
BEYOND: dict[str, Ask] = {
    "audio/url": Ask.text("x", Media("audio", "audio/mpeg", url="https://x.test/a.mp3")),
    "video": Ask.text("x", Media("video", "video/mp4", b"mp4")),
    "video/url": Ask.text("x", Media("video", "video/mp4", url="https://x.test/a.mp4")),
    "document/url": Ask.text("x", Media("document", "application/pdf", url="https://x.test/a.pdf")),
    "documents": Ask.text("x", Document("Quack.", "q.txt")),
    "output/image": Ask.text("x", outputs=("image", "text")),
}
USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 5,
    "total_tokens": 15,
    "completion_tokens_details": {"reasoning_tokens": 2},
}


def whole(
    message: dict[str, Any] | None = None,
    finish: str | None = "stop",
    choice: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    said = {"role": "assistant", "content": "Hello.", **(message or {})}
    return {
        "id": "c1", "object": "chat.completion", "created": 1, "model": "gpt-x", "usage": USAGE,
        "choices": [{"index": 0, "message": said, "finish_reason": finish, **(choice or {})}], **more,
    }  # fmt: skip


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    told = [{"index": 0, "delta": delta, "finish_reason": finish}] if delta is not None else []
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-x", "choices": told, **more}


def sse(events: Iterable[dict[str, Any]], *, done: bool = True) -> bytes:
    body = b"".join(b"data: %b\n\n" % msgspec.json.encode(event) for event in events)
    return body + (b"data: [DONE]\n\n" if done else b"")


WHOLE = whole(
    {"content": "Hi.", "tool_calls": [CALL], "refusal": None, "annotations": []},
    "tool_calls",
    {
        "logprobs": {
            "content": [
                {
                    "token": "Hi",
                    "logprob": -0.5,
                    "bytes": [72],
                    "top_logprobs": [{"token": "Hi", "logprob": -0.5, "bytes": [72]}],
                }
            ]
        }
    },
)
STREAM = sse(
    [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "He"}),
        chunk({"content": "llo."}),
        chunk(
            {
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "square_root", "arguments": ""},
                    }
                ]
            }
        ),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"num'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": 'ber":4}'}}]}),
        chunk({}, "tool_calls"),
        chunk(usage=USAGE),
    ]
)


def plain(body: Any, **more: Any) -> Reply:
    """What is read from a whole answer."""
    return reply_to(openai_chat, ASK, body, **more)


def streamed(*events: dict[str, Any], done: bool = True, **more: Any) -> Reply:
    """What is read from a stream of these events."""
    return reply_to(openai_chat, STREAMED, sse(events, done=done), **SSE, **more)
