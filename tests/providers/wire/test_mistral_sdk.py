"""Mistral's chat completions: the official SDK sends and reads the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from mistralai.client import Mistral

from providers.chat import (
    Ask,
    Media,
    Message,
    Text,
    ToolResult,
    Usage,
)
from providers.wire import mistral
from tests.providers.wire.test_mistral import CALL, CALLED, HELLO, PARTS, SCHEMA, STREAMED, TOOL, WHOLE, answer, events
from tests.support.driving import body_of, reply_to
from tests.support.loopback import Canned, serving

USER = {"role": "user", "content": "x"}
DECLARED = {
    "type": "function",
    "function": {"name": "square_root", "description": "Roots", "parameters": TOOL.parameters},
}
FORM = {"type": "json_schema", "json_schema": {"name": "response", "schema": SCHEMA, "strict": True}}


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}, *parts]}]}


ORACLES: dict[str, tuple[Ask, dict[str, Any]]] = {
    "options": (
        Ask.text("x", max_tokens=16, seed=42, stop=("is",)),
        {"max_tokens": 16, "random_seed": 42, "stop": ["is"]},
    ),
    "logprobs": (Ask.text("x", top_logprobs=2), {"logprobs": True, "top_logprobs": 2}),
    "json": (Ask.text("x", json=True), {"response_format": {"type": "json_object"}}),
    "schema": (Ask.text("x", schema=SCHEMA), {"response_format": FORM}),
    "tools": (Ask.text("x", tools=(TOOL,), tool_choice="required"), {"tools": [DECLARED], "tool_choice": "any"}),
    "thinking": (Ask.text("x", thinking=True), {"reasoning_effort": "high"}),
    "image": (
        Ask.text("x", Media("image", "image/png", b"\x89PNG")),
        user({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}),
    ),
    "audio": (
        Ask.text("x", Media("audio", "audio/mpeg", b"ID3")),
        user({"type": "input_audio", "input_audio": "SUQz"}),
    ),
    "document": (
        Ask.text("x", Media("document", "application/pdf", url="https://x.test/a.pdf")),
        user({"type": "document_url", "document_url": "https://x.test/a.pdf"}),
    ),
    "result": (
        Ask(
            (
                Message("user", (Text("x"),)),
                Message("assistant", (CALL,)),
                Message("user", (ToolResult("363.89", "square_root", "call_1"),)),
            )
        ),
        {
            "messages": [
                USER,
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "call_1", "function": CALLED["function"]}],
                },
                {"role": "tool", "tool_call_id": "call_1", "name": "square_root", "content": "363.89"},
            ]
        },
    ),
}


def without(sent: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """What the SDK sent, less what it adds of itself: `stream` false, an unstrict tool and call index 0, an assistant's `prefix`."""
    plain = dict(sent)
    if plain.get("stream") is False and "stream" not in ours:
        del plain["stream"]
    for tool in plain.get("tools") or []:
        if tool.get("function", {}).get("strict") is False:
            del tool["function"]["strict"]
    for message in plain.get("messages", []):
        message.pop("prefix", None)
        for call in message.get("tool_calls") or []:
            call.pop("index", None)
    return plain


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_the_official_sdk_sends_the_same(name: str, stream: bool) -> None:
    ask, options = ORACLES[name]
    canned = Canned(events(*PARTS), "text/event-stream") if stream else Canned(msgspec.json.encode(answer("Hi")))
    with serving(canned) as server:
        chat = Mistral(api_key="x", server_url=server.url).chat
        asked: dict[str, Any] = {"model": "m", "messages": [USER], **options}
        _ = list(chat.stream(**asked)) if stream else chat.complete(**asked)
    ours = body_of(mistral, msgspec.structs.replace(ask, stream=stream))
    assert server.asked[0].path.split("?")[0].split("#")[0] == "/v1/chat/completions"
    assert without(server.asked[0].json(), ours) == ours


@pytest.mark.parametrize("stream", [False, True])
def test_the_official_sdk_reads_the_same(stream: bool) -> None:
    canned = Canned(events(*PARTS), "text/event-stream") if stream else Canned(msgspec.json.encode(WHOLE))
    with serving(canned) as server:
        chat = Mistral(api_key="x", server_url=server.url).chat
        asked: dict[str, Any] = {"model": "m", "messages": [USER]}
        told: list[Any] = [e.data for e in chat.stream(**asked)] if stream else [chat.complete(**asked)]
    said = [piece.choices[0].delta if stream else piece.choices[0].message for piece in told]
    pieces: list[Any] = [
        piece for m in said for piece in (m.content if isinstance(m.content, list) else [m.content or ""])
    ]
    ours = reply_to(mistral, STREAMED if stream else HELLO, canned.body)
    assert (
        "".join(p if isinstance(p, str) else p.text for p in pieces if isinstance(p, str) or p.type == "text")
        == ours.text
    )
    assert (
        "".join(t.text for p in pieces if not isinstance(p, str) and p.type == "thinking" for t in p.thinking)
        == ours.thinking
    )
    calls = [call for m in said for call in m.tool_calls or []]
    assert [(c.id, c.function.name, c.function.arguments) for c in calls] == [(c.id, c.name, c.raw) for c in ours.calls]
    assert told[-1].choices[0].finish_reason == ours.finish_raw
    assert Usage(told[-1].usage.prompt_tokens, told[-1].usage.completion_tokens) == ours.usage
