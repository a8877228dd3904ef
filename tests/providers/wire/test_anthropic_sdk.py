"""The official SDK of Anthropic as the oracle of our driver: it sends the same, and reads the same."""

from __future__ import annotations

from typing import Any

import anthropic as sdk
import msgspec
import pytest

from providers.anthropic import provider
from providers.chat import Ask, Document, Message, Reply, Text
from providers.wire import anthropic
from tests.support.canned_anthropic import (
    CASES,
    CITED,
    HELLO,
    PNG,
    SCHEMA,
    STREAMED,
    TALK,
    TOOL,
    WHOLE,
    block,
    error,
    message,
    stream,
)
from tests.support.driving import reply_to, request_of
from tests.support.loopback import Canned, serving

USER = {"role": "user", "content": [{"type": "text", "text": "x"}]}
ORACLES: dict[str, tuple[Ask, dict[str, Any]]] = {
    "text": (Ask.text("x", max_tokens=16, stop=("is",)), {"messages": [USER], "max_tokens": 16, "stop_sequences": ["is"]}),
    "system": (
        Ask((Message("system", (Text("Be brief."),)), Message("user", (Text("x"),))), max_tokens=16),
        {"messages": [USER], "max_tokens": 16, "system": [{"type": "text", "text": "Be brief."}]},
    ),
    "tools": (
        Ask.text("x", max_tokens=16, tools=(TOOL,), tool_choice="required"),
        {"messages": [USER], "max_tokens": 16, "tool_choice": {"type": "any"},
         "tools": [{"name": "square_root", "description": "Roots", "input_schema": TOOL.parameters}]},
    ),
    "schema": (
        Ask.text("x", max_tokens=16, schema=SCHEMA),
        {"messages": [USER], "max_tokens": 16, "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    ),
    "search": (
        Ask.text("x", max_tokens=16, web_search=True),
        {"messages": [USER], "max_tokens": 16, "tools": [{"type": "web_search_20250305", "name": "web_search"}]},
    ),
    "media": (
        Ask.text("x", PNG, Document("Quack.", "Quackiland"), max_tokens=16),
        {"max_tokens": 16, "messages": [{"role": "user", "content": [
            *USER["content"],
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Quack."}, "title": "Quackiland",
             "citations": {"enabled": True}},
        ]}]},
    ),
    "thinking": (
        Ask.text("x", max_tokens=2048, thinking=True),
        {"messages": [USER], "max_tokens": 2048, "thinking": {"type": "enabled", "budget_tokens": 1024}},
    ),
    "turns": (
        msgspec.structs.replace(CASES["turns"], max_tokens=16),
        {"max_tokens": 16, "tool_choice": {"type": "auto"},
         "tools": [{"name": "square_root", "description": "Roots", "input_schema": TOOL.parameters}],
         "messages": [USER, {"role": "assistant", "content": [{"type": "text", "text": "I call."},
                             {"type": "tool_use", "id": "toolu_1", "name": "square_root", "input": {"number": 4}}]},
                      {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "2"}]}]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_the_official_sdk_sends_the_same_body(name: str, streamed: bool) -> None:
    ask, asked = ORACLES[name]
    ask = msgspec.structs.replace(ask, stream=streamed)
    with serving(Canned(TALK, "text/event-stream") if streamed else Canned(msgspec.json.encode(WHOLE))) as server:
        with sdk.Anthropic(base_url=server.url, api_key="k", max_retries=0) as client:
            answer = client.messages.create(model="claude-x", stream=streamed, **asked)
            list(answer)
        sent = server.asked[0].json()
    if not streamed:
        sent.pop("stream")  # we leave out what is the default
    ours = request_of(anthropic, ask, "claude-x")
    assert msgspec.json.decode(ours.body) == sent
    assert (ours.method, ours.path) == (server.asked[0].method, server.asked[0].path)
    assert server.asked[0].headers["anthropic-version"] == provider.headers["anthropic-version"]


TITLED = {**CITED, "document_title": "Q"}


def same(theirs: sdk.types.Message, ours: Reply) -> None:
    """The SDK's message and ours say the same."""
    assert "".join(b.text for b in theirs.content if b.type == "text") == ours.text
    assert "".join(b.thinking for b in theirs.content if b.type == "thinking") == ours.thinking
    assert [(b.name, b.input, b.id) for b in theirs.content if b.type == "tool_use"] == [
        (c.name, c.arguments, c.id) for c in ours.calls
    ]
    assert theirs.stop_reason == ours.finish_raw
    assert ours.usage and (theirs.usage.input_tokens, theirs.usage.output_tokens) == (
        ours.usage.input,
        ours.usage.output,
    )
    assert theirs.model == ours.model
    cited = [c for b in theirs.content if b.type == "text" for c in b.citations or []]
    assert [c.cited_text for c in cited if c.type == "char_location"] == [c.quote for c in ours.citations]
    assert ours.turn and [b.model_dump(exclude_none=True) for b in theirs.content] == [
        {k: v for k, v in b.items() if v is not None} for b in ours.turn.raw
    ]


@pytest.mark.parametrize("body", [WHOLE, message({"type": "text", "text": "Quack", "citations": [TITLED]}), message()])
def test_the_official_sdk_reads_the_same_from_a_message(body: dict[str, Any]) -> None:
    with (
        serving(Canned(msgspec.json.encode(body))) as server,
        sdk.Anthropic(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        theirs = client.messages.create(model="m", max_tokens=16, messages=[{"role": "user", "content": "x"}])
    same(theirs, reply_to(anthropic, HELLO, body))


CITING = stream(
    *block(0, {"type": "text", "text": "", "citations": []}, {"type": "citations_delta", "citation": TITLED},
           {"type": "text_delta", "text": "Quack"}),
)  # fmt: skip


@pytest.mark.parametrize("body", [TALK, CITING, stream(stop="max_tokens")])
def test_the_official_sdk_reads_the_same_from_a_stream(body: bytes) -> None:
    with serving(Canned(body, "text/event-stream")) as server:
        client = sdk.Anthropic(base_url=server.url, api_key="k", max_retries=0)
        with (
            client,
            client.messages.stream(model="m", max_tokens=16, messages=[{"role": "user", "content": "x"}]) as events,
        ):
            theirs = events.get_final_message()
    same(theirs, reply_to(anthropic, STREAMED, body))


def test_the_official_sdk_names_the_same_error() -> None:
    body = error("rate_limit_error", "Slow down.")
    with serving(Canned(msgspec.json.encode(body), status=429)) as server:
        client = sdk.Anthropic(base_url=server.url, api_key="k", max_retries=0)
        with client, pytest.raises(sdk.RateLimitError) as theirs:
            client.messages.create(model="m", max_tokens=16, messages=[{"role": "user", "content": "x"}])
    ours = reply_to(anthropic, HELLO, body, status=429).error
    assert ours and (ours.status, ours.kind) == (theirs.value.status_code, "rate")
    assert ours.message in str(theirs.value)
