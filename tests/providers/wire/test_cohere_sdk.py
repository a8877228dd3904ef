"""Cohere's /v2/chat: the official SDK sends and reads the same."""

from __future__ import annotations

from typing import Any

import cohere as sdk
import msgspec
import pytest

from providers.chat import (
    Ask,
    Document,
    Message,
    Text,
    ToolResult,
)
from providers.wire import cohere
from tests.providers.wire.test_cohere import (
    CALL,
    DONE,
    FUNCTION,
    HELLO,
    PNG,
    SCHEMA,
    START,
    STREAMED,
    TALK,
    TOOL,
    WHOLE,
    end,
    message,
    text,
)
from tests.support.driving import body_of, reply_to, sse
from tests.support.loopback import Canned, serving

USER = {"role": "user", "content": "x"}
DECLARED = {
    "type": "function",
    "function": {"name": "square_root", "description": "Roots", "parameters": TOOL.parameters},
}
ORACLES: dict[str, tuple[Ask, dict[str, Any]]] = {
    "options": (
        Ask.text("x", max_tokens=16, seed=42, stop=("is",)),
        {"max_tokens": 16, "seed": 42, "stop_sequences": ["is"]},
    ),
    "logprobs": (Ask.text("x", top_logprobs=2), {"logprobs": True}),
    "json": (Ask.text("x", json=True), {"response_format": sdk.JsonObjectResponseFormatV2()}),
    "schema": (Ask.text("x", schema=SCHEMA), {"response_format": sdk.JsonObjectResponseFormatV2(json_schema=SCHEMA)}),
    "tools": (Ask.text("x", tools=(TOOL,), tool_choice="required"), {"tools": [DECLARED], "tool_choice": "REQUIRED"}),
    "documents": (
        Ask.text("x", Document("Quack.", "Facts")),
        {"documents": [sdk.Document(id="Facts", data={"title": "Facts", "snippet": "Quack."})]},
    ),
    "thinking": (Ask.text("x", thinking=False), {"thinking": sdk.Thinking(type="disabled")}),
    "image": (
        Ask.text("x", PNG),
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        text("x"),
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
                    ],
                }
            ]
        },
    ),
    "result": (
        Ask(
            (
                Message("user", (Text("x"),)),
                Message("assistant", (CALL,)),
                Message("user", (ToolResult("363.89", "", "call_1"),)),
            )
        ),
        {
            "messages": [
                USER,
                {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": FUNCTION}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "363.89"},
            ]
        },
    ),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_the_official_sdk_sends_the_same(name: str, stream: bool) -> None:
    ask, options = ORACLES[name]
    canned = (
        Canned(sse([START, end()]) + DONE, "text/event-stream")
        if stream
        else Canned(msgspec.json.encode(message(text("Hi"))))
    )
    with serving(canned) as server:
        client = sdk.ClientV2(api_key="x", base_url=server.url)
        asked: dict[str, Any] = {"model": "m", "messages": [USER], **options}
        _ = list(client.chat_stream(**asked)) if stream else client.chat(**asked)
    assert server.asked[0].path == "/v2/chat"
    assert server.asked[0].json() == body_of(cohere, msgspec.structs.replace(ask, stream=stream))


def test_the_official_sdk_reads_the_same_from_a_plain_reply() -> None:
    with serving(Canned(msgspec.json.encode(WHOLE))) as server:
        told = sdk.ClientV2(api_key="x", base_url=server.url).chat(model="m", messages=[USER])  # type: ignore[list-item]
    ours = reply_to(cohere, HELLO, WHOLE)
    assert (
        told.message.content and told.message.tool_calls and told.usage and told.usage.tokens and told.message.citations
    )
    assert [getattr(part, part.type) for part in told.message.content] == [ours.thinking, ours.text]
    call = told.message.tool_calls[0]
    assert call.function and (call.id, call.function.name, call.function.arguments) == (
        ours.calls[0].id,
        ours.calls[0].name,
        ours.calls[0].raw,
    )
    assert ours.usage and (told.usage.tokens.input_tokens, told.usage.tokens.output_tokens) == (
        ours.usage.input,
        ours.usage.output,
    )
    assert (told.finish_reason, told.message.citations[0].text) == (ours.finish_raw, ours.citations[0].quote)


def test_the_official_sdk_reads_the_same_from_a_stream() -> None:
    with serving(Canned(sse(TALK) + DONE, "text/event-stream")) as server:
        client = sdk.ClientV2(api_key="x", base_url=server.url)
        told: list[Any] = list(client.chat_stream(model="m", messages=[USER]))  # type: ignore[list-item]
    ours = reply_to(cohere, STREAMED, sse(TALK) + DONE)
    contents = [e.delta.message.content for e in told if e.type == "content-delta"]
    assert "".join(c.text or "" for c in contents) == ours.text
    assert "".join(c.thinking or "" for c in contents) == ours.thinking
    calls = [
        e.delta.message.tool_calls.function.arguments for e in told if e.type in ("tool-call-start", "tool-call-delta")
    ]
    assert "".join(calls) == ours.calls[0].raw
    last = next(e.delta for e in told if e.type == "message-end")
    assert ours.usage and (last.finish_reason, last.usage.tokens.output_tokens) == (ours.finish_raw, ours.usage.output)
