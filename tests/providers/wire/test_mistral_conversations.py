"""Mistral's conversations, the way to search the web: what is sent, what is read, and that the official SDK does the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistralai.client import Mistral

from providers.base import BadReply, Request
from providers.chat import Ask, Media, Message, Source, Text, Tool, ToolCall, ToolResult, Usage
from providers.wire import mistral
from tests.support.driving import body_of, reply_to
from tests.support.loopback import Canned, serving
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
HOME = "https://api.mistral.ai/v1"
TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
SCHEMA = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
CALL = ToolCall("square_root", {"number": 132413}, '{"number": 132413}', "call_1")


def events(*all_events: dict[str, Any]) -> bytes:
    return b"".join(f"event: {e['type']}\n".encode() + b"data: %b\n\n" % msgspec.json.encode(e) for e in all_events)


TALKS = [
    Ask.text("x", web_search=True), Ask.text("x", web_search=True, stream=True, max_tokens=16, seed=42, stop=("is",)),
    Ask.text("x", web_search=True, json=True), Ask.text("x", web_search=True, schema=SCHEMA, strict=True, thinking=True),
    Ask.text("x", Media("image", "image/png", b"\x89PNG"), web_search=True),
    Ask((Message("system", (Text("Be brief."),)), *HELLO.messages), web_search=True),
    Ask((*HELLO.messages, Message("assistant", (Text("Well."), CALL)), Message("user", (ToolResult("363.89", "square_root", "call_1"),)),
         Message("user", (Text("Sure?"),))), tools=(TOOL,), tool_choice="required", web_search=True),
]  # fmt: skip


@pytest.mark.parametrize("ask", TALKS)
def test_what_was_sent_is_read_back(ask: Ask) -> None:
    request = next(mistral.ask(ask, "mistral-x", HOME))
    assert request.url == f"{HOME}/conversations"
    assert mistral.matches(request)
    assert mistral.read(request) == ("mistral-x", ask)


def test_a_plain_input_is_a_message_of_the_user() -> None:
    body = b'{"model": "m", "inputs": "Who?", "tools": [{"type": "web_search_premium"}]}'
    assert mistral.read(Request("POST", f"{HOME}/conversations", body)) == ("m", Ask.text("Who?", web_search=True))


SEARCH = Ask.text("Who?", web_search=True)
PAGE = {
    "type": "tool_reference",
    "tool": "web_search",
    "title": "PM",
    "url": "https://pm.test",
    "favicon": None,
    "description": "...",
}
TOLD: dict[str, Any] = {
    "object": "conversation.response",
    "conversation_id": "conv_1",
    "usage": {
        "prompt_tokens": 11,
        "total_tokens": 14,
        "completion_tokens": 3,
        "connector_tokens": 9,
        "connectors": {"web_search": 1},
    },
    "outputs": [
        {
            "object": "entry",
            "type": "tool.execution",
            "created_at": "2025-12-28T14:28:36Z",
            "completed_at": "2025-12-28T14:28:37Z",
            "id": "t_1",
            "name": "web_search",
            "arguments": '{"query": "PM of Canada"}',
            "function": "web_search",
            "info": {},
        },
        {
            "object": "entry",
            "type": "message.output",
            "created_at": "2025-12-28T14:28:37Z",
            "completed_at": "2025-12-28T14:28:38Z",
            "id": "m_1",
            "model": "mistral-x",
            "role": "assistant",
            "content": [{"type": "text", "text": "Mark Carney"}, PAGE, {"type": "text", "text": "."}],
        },
        {
            "object": "entry",
            "type": "function.call",
            "id": "f_1",
            "tool_call_id": "call_1",
            "name": "square_root",
            "arguments": '{"number": 132413}',
        },
    ],
}
FLOW: list[dict[str, Any]] = [
    {"type": "conversation.response.started", "created_at": "2025-12-28T14:28:36Z", "conversation_id": "conv_1"},
    {
        "type": "tool.execution.started",
        "created_at": "2025-12-28T14:28:36Z",
        "output_index": 0,
        "id": "t_1",
        "name": "web_search",
        "arguments": "",
    },
    {
        "type": "tool.execution.delta",
        "output_index": 0,
        "id": "t_1",
        "name": "web_search",
        "arguments": '{"query": "PM of Canada"}',
    },
    {"type": "tool.execution.done", "output_index": 0, "id": "t_1", "name": "web_search", "info": {}},
    {
        "type": "message.output.delta",
        "output_index": 1,
        "content_index": 0,
        "id": "m_1",
        "model": "mistral-x",
        "role": "assistant",
        "content": "Mark ",
    },
    {
        "type": "message.output.delta",
        "output_index": 1,
        "id": "m_1",
        "role": "assistant",
        "content": {"type": "text", "text": "Carney"},
    },
    {
        "type": "message.output.delta",
        "output_index": 1,
        "content_index": 1,
        "id": "m_1",
        "role": "assistant",
        "content": PAGE,
    },
    {
        "type": "message.output.delta",
        "output_index": 1,
        "content_index": 2,
        "id": "m_1",
        "role": "assistant",
        "content": ".",
    },
    {
        "type": "function.call.delta",
        "output_index": 2,
        "id": "f_1",
        "name": "square_root",
        "tool_call_id": "call_1",
        "arguments": '{"number": ',
    },
    {
        "type": "function.call.delta",
        "output_index": 2,
        "id": "f_1",
        "name": "square_root",
        "tool_call_id": "call_1",
        "arguments": "132413}",
    },
    {"type": "conversation.response.done", "usage": TOLD["usage"]},
]


@pytest.mark.parametrize("stream", [False, True])
def test_a_search_shows_its_query_and_its_pages(stream: bool) -> None:
    reply = reply_to(mistral, msgspec.structs.replace(SEARCH, stream=stream), events(*FLOW) if stream else TOLD)
    assert (reply.text, reply.calls, reply.usage, reply.model) == ("Mark Carney.", (CALL,), Usage(11, 3), "mistral-x")
    assert (reply.searches, reply.sources, reply.citations) == (
        ("PM of Canada",),
        (Source("https://pm.test", "PM"),),
        (),
    )
    assert (reply.finish, reply.unknown, reply.cut, reply.error) == (None, (), "", None)


def test_a_conversations_stream_that_is_never_done_is_cut() -> None:
    assert reply_to(mistral, msgspec.structs.replace(SEARCH, stream=True), events(*FLOW[:-1])).cut


def test_an_error_within_a_conversations_stream_is_an_error() -> None:
    body = events(*FLOW[:3], {"type": "conversation.response.error", "message": "Rate limit exceeded", "code": 429})
    error = reply_to(mistral, msgspec.structs.replace(SEARCH, stream=True), body).error
    assert error and (error.status, error.message, error.kind) == (429, "Rate limit exceeded", "rate")


def test_a_refusal_of_the_search_is_read_wherever_it_was_asked() -> None:
    detail = {
        "detail": [
            {"type": "enum", "loc": ["body", "tools"], "msg": "Input should be 'function'", "input": "web_search"}
        ]
    }
    error = reply_to(mistral, SEARCH, detail, status=422).error
    assert error and "web_search" in error.message


@pytest.mark.parametrize("change", [{"outputs": [7]}, {"outputs": "x"}, {"usage": [1]}, {"outputs": [{"type": 7}]}])
def test_what_is_no_answer_is_a_bad_reply(change: dict[str, Any]) -> None:
    with pytest.raises(BadReply):
        reply_to(mistral, SEARCH, {**TOLD, **change})


START = body_of(mistral, msgspec.structs.replace(TALKS[-1], schema=SCHEMA, stop=("is",), seed=1))


@given(st.sampled_from(places(TOLD)), st.sampled_from(places(FLOW)[1:]), st.sampled_from(places(START)), VALUES)
def test_whatever_stands_in_a_conversation_raises_nothing_but_our_own_errors(
    whole: Any, piece: Any, asked: Any, value: Any
) -> None:
    assert survives(lambda: reply_to(mistral, SEARCH, msgspec.json.encode(changed(TOLD, whole, value))))
    assert survives(
        lambda: reply_to(
            mistral, SEARCH, b"".join(b"data: %b\n\n" % msgspec.json.encode(e) for e in changed(FLOW, piece, value))
        )
    )
    assert survives(
        lambda: mistral.read(
            Request("POST", f"{HOME}/conversations", msgspec.json.encode(changed(START, asked, value)))
        )
    )


@pytest.mark.parametrize("stream", [False, True])
def test_the_official_sdk_starts_the_same_conversation_and_reads_the_same(stream: bool) -> None:
    ask = Ask(
        (Message("system", (Text("Be brief."),)), Message("user", (Text("Who?"),))),
        web_search=True,
        max_tokens=16,
        seed=42,
        stream=stream,
    )
    options: dict[str, Any] = {
        "model": "m",
        "inputs": [{"type": "message.input", "role": "user", "content": "Who?"}],
        "store": False,
        "instructions": "Be brief.",
        "tools": [{"type": "web_search"}],
        "completion_args": {"max_tokens": 16, "random_seed": 42},
    }
    canned = Canned(events(*FLOW), "text/event-stream") if stream else Canned(msgspec.json.encode(TOLD))
    with serving(canned) as server:
        beta = Mistral(api_key="x", server_url=server.url).beta.conversations
        told: Any = list(beta.start_stream(**options)) if stream else beta.start(**options)
    sent = server.asked[0].json()
    for entry in sent["inputs"]:
        # Fields that the SDK adds of itself.
        assert (entry.pop("object", "entry"), entry.pop("prefix", False)) == ("entry", False)
    assert sent == body_of(mistral, ask)
    ours = reply_to(mistral, ask, canned.body)
    if stream:
        outputs = [e.data for e in told if e.data.type == "message.output.delta"]
        pieces = [e.content for e in outputs]
        usage = told[-1].data.usage
    else:
        pieces = next(entry.content for entry in told.outputs if entry.type == "message.output")
        usage = told.usage
    assert (
        "".join(p if isinstance(p, str) else p.text for p in pieces if isinstance(p, str) or p.type == "text")
        == ours.text
    )
    assert [p.url for p in pieces if not isinstance(p, str) and p.type == "tool_reference"] == [
        source.url for source in ours.sources
    ]
    assert Usage(usage.prompt_tokens, usage.completion_tokens) == ours.usage
