"""Cohere's first chat: one message and a history, streamed as lines or as events."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Request
from providers.chat import Ask, Citation, Document, Media, Message, Source, Text, Tool, ToolCall, ToolResult, Usage
from providers.wire import cohere_v1 as wire
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool(
    "root",
    "Roots",
    {"type": "object", "properties": {"number": {"type": "number", "description": "of what"}}, "required": ["number"]},
)
META = {
    "api_version": {"version": "1"},
    "billed_units": {"input_tokens": 3, "output_tokens": 2},
    "tokens": {"input_tokens": 9, "output_tokens": 3},
}
WHOLE = {
    "response_id": "r", "text": "Hello", "generation_id": "g", "chat_history": [{"role": "USER", "message": "Say hello."}],
    "finish_reason": "COMPLETE", "meta": META,
}  # fmt: skip
EVENTS: list[dict[str, Any]] = [
    {"is_finished": False, "event_type": "stream-start", "generation_id": "g"},
    {"is_finished": False, "event_type": "text-generation", "text": "Hel"},
    {"is_finished": False, "event_type": "text-generation", "text": "lo"},
    {
        "is_finished": False,
        "event_type": "citation-generation",
        "citations": [{"start": 0, "end": 5, "text": "Hello", "document_ids": ["doc_0"]}],
    },
    {
        "is_finished": True,
        "event_type": "stream-end",
        "finish_reason": "COMPLETE",
        "response": {**WHOLE, "citations": [{"start": 0, "end": 5, "text": "Hello", "document_ids": ["doc_0"]}]},
    },
]


def lines(*told: Any) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in told)


def sse(*told: Any) -> bytes:
    return b"".join(b"event: %b\ndata: %b\n\n" % (t["event_type"].encode(), msgspec.json.encode(t)) for t in told)


@pytest.mark.parametrize(
    "ask",
    [
        HELLO, STREAMED, Ask.text("Fruit?", json=True), Ask.text("Fruit?", schema={"type": "object"}), Ask.text("Root?", tools=(TOOL,)),
        Ask.text("Count.", max_tokens=9, seed=7, stop=("7",), sampling=(("p", 0.5), ("temperature", 0.0))), Ask.text("News?", web_search=True),
        Ask.text("Ducks?", Document("Quack.", "Facts")),
        Ask((Message("system", (Text("Be brief."),)), Message("user", (Text("Hi"),)), Message("assistant", (Text("Ho"),)), Message("user", (Text("He"),)))),
    ],
    ids=lambda ask: "+".join(sorted(ask.features)),
)  # fmt: skip
def test_what_is_asked_is_read_back(ask: Ask) -> None:
    assert wire.read(request_of(wire, ask)) == ("m", ask)


def test_results_of_tools_stand_beside_the_message() -> None:
    call = ToolCall("root", {"number": 4}, "", "1")
    ask = Ask(
        (*Ask.text("Root of 4?").messages, Message("assistant", (call,)), Message("user", (ToolResult("2", "", "1"),))),
        tools=(TOOL,),
    )
    body = body_of(wire, ask)
    assert body["chat_history"][-1] == {
        "role": "CHATBOT",
        "message": "",
        "tool_calls": [{"name": "root", "parameters": {"number": 4}}],
    }
    assert body["tool_results"] == [
        {"call": {"name": "root", "parameters": {"number": 4}}, "outputs": [{"result": "2"}]}
    ]
    read = wire.read(request_of(wire, ask))[1]
    assert read.messages[-1].parts == (ToolResult('[{"result":"2"}]', "root"),)
    assert read.messages[1].parts == (ToolCall("root", {"number": 4}),)


def test_types_are_pythons() -> None:
    defined = body_of(wire, Ask.text("x", tools=(TOOL,)))["tools"][0]["parameter_definitions"]
    assert defined == {"number": {"description": "of what", "type": "float", "required": True}}
    body = {
        "message": "x",
        "tools": [{"name": "t", "parameter_definitions": {"a": {"type": "List[str]"}, "b": {"type": "str"}}}],
    }
    (tool,) = wire.read(Request("POST", f"{BASE}/v1/chat", msgspec.json.encode(body)))[1].tools
    assert [p["type"] for p in tool.parameters["properties"].values()] == ["array", "string"]


def test_what_cannot_be_said_is_not_sent() -> None:
    for ask in (
        Ask.text("x", tools=(TOOL,), tool_choice="required"),
        Ask.text("x", top_logprobs=1),
        Ask.text("x", Media("image", "image/png", b"x")),
    ):
        with pytest.raises(NotExpressible):
            request_of(wire, ask)


def test_an_answer_and_a_stream() -> None:
    whole = reply_to(wire, HELLO, WHOLE)
    assert (whole.text, whole.finish, whole.usage, whole.unknown, whole.cut) == ("Hello", "stop", Usage(9, 3), (), "")
    for body in (lines(*EVENTS), sse(*EVENTS)):
        told = reply_to(wire, STREAMED, body)
        assert (told.text, told.finish, told.usage, told.unknown, told.cut) == ("Hello", "stop", Usage(9, 3), (), "")
        assert told.citations == (Citation("doc_0", "Hello", 0, 5),)
    assert reply_to(wire, STREAMED, lines(*EVENTS[:3])).cut
    assert reply_to(wire, STREAMED, b"").cut == "the stream is empty"


def test_citations_point_at_the_documents_of_the_question() -> None:
    asked = Ask.text("Ducks?", Document("Moo.", "Cows"), Document("Quack.", "Ducks"))
    cited = [{"start": 0, "end": 5, "text": "Quack", "document_ids": [name]} for name in ("doc_1", "Ducks", "doc_7")]
    body = {**WHOLE, "text": "Quack", "citations": cited, "documents": [{"id": "doc_1", "snippet": "Quack."}]}
    assert [c.document for c in reply_to(wire, asked, body).citations] == [1, 1, "doc_7"]


def test_a_search() -> None:
    body = {
        **WHOLE, "search_queries": [{"text": "news", "generation_id": "g"}], "search_results": [],
        "documents": [{"id": "web-search_0", "url": "https://a.example", "title": "A", "snippet": "x"}],
    }  # fmt: skip
    told = reply_to(wire, Ask.text("x", web_search=True), body)
    assert (told.searches, told.sources) == (("news",), (Source("https://a.example", "A"),))


def test_calls() -> None:
    call = {"name": "root", "parameters": {"number": 4}}
    whole = reply_to(wire, HELLO, {**WHOLE, "text": "", "tool_calls": [call]})
    assert (whole.calls, whole.finish) == ((ToolCall("root", {"number": 4}, '{"number":4}'),), "tool_calls")
    told = [
        EVENTS[0],
        {"event_type": "tool-calls-generation", "tool_calls": [call]},
        {**EVENTS[-1], "response": {"tool_calls": [call], "meta": META}},
    ]
    assert reply_to(wire, STREAMED, lines(*told)).calls == whole.calls


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("COMPLETE", "stop"),
        ("STOP_SEQUENCE", "stop_sequence"),
        ("MAX_TOKENS", "length"),
        ("ERROR_TOXIC", "content_filter"),
        ("NEW", "other"),
    ],
)
def test_finish_reasons(raw: str, finish: str) -> None:
    assert reply_to(wire, HELLO, {**WHOLE, "finish_reason": raw}).finish == finish


def test_errors() -> None:
    error = reply_to(
        wire, HELLO, {"message": "invalid request: message must be at least 1 token long"}, status=400
    ).error
    assert error
    assert error.kind == "request"
    limited = reply_to(
        wire, HELLO, {"message": "You are using a Trial key, which is limited to 40 API calls / minute."}, status=429
    ).error
    assert limited
    assert limited.kind == "rate"
    for raw in ("ERROR", "USER_CANCEL", "ERROR_LIMIT"):
        assert reply_to(wire, HELLO, {**WHOLE, "finish_reason": raw}).error


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"<html>", b'{"text": 1}', b'{"text": "x", "meta": 1}', b'{"event_type": "a"}\n{']
)
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


def test_requests_of_other_wires() -> None:
    for url, body in (("/v2/chat", b'{"messages": []}'), ("/v1/chat", b'{"messages": []}'), ("/v1/chat", b"[")):
        with pytest.raises(Misfit):
            wire.read(Request("POST", BASE.removesuffix("/v1") + url, body))


@given(st.data())
def test_nothing_but_its_own_errors(data: st.DataObject) -> None:
    spoilt = changed(WHOLE, data.draw(st.sampled_from(places(WHOLE))), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, HELLO, msgspec.json.encode(spoilt)))
    told = changed(EVENTS, data.draw(st.sampled_from(places(EVENTS)[1:])), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, STREAMED, lines(*told)))
