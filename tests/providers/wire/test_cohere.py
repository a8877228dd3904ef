"""Cohere's /v2/chat: what is sent, what is read, and that the official SDK does the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Quirks, Request, Response
from providers.chat import (
    Ask,
    Citation,
    Document,
    Media,
    Message,
    Text,
    TokenLogprob,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from providers.wire import cohere
from tests.support.driving import BASE, body_of, reply_to, request_of, sse
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
SCHEMA = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
PNG = Media("image", "image/png", b"\x89PNG")
CALL = ToolCall("square_root", {"number": 132413}, '{"number": 132413}', "call_1")
COUNTED = {
    "billed_units": {"input_tokens": 5, "output_tokens": 2},
    "tokens": {"input_tokens": 500, "output_tokens": 20},
}
CITED = {
    "start": 29, "end": 35, "text": "Quack.", "type": "TEXT_CONTENT", "content_index": 0,
    "sources": [{"type": "document", "id": "Facts", "document": {"id": "Facts", "snippet": "...", "title": "Facts"}}],
}  # fmt: skip


def message(
    *content: dict[str, Any], finish: str = "COMPLETE", usage: Any = COUNTED, logprobs: Any = None, **more: Any
) -> dict[str, Any]:
    said = {"role": "assistant", "content": list(content), **more}
    body = {"id": "1", "message": said, "finish_reason": finish, "usage": usage}
    return body | ({"logprobs": logprobs} if logprobs else {})


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


START = {
    "id": "1", "type": "message-start",
    "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}},
}  # fmt: skip


def event(kind: str, inner: dict[str, Any], index: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": kind, "index": index, "delta": {"message": inner}, **more}


def end(finish: str = "COMPLETE", **more: Any) -> dict[str, Any]:
    return {"type": "message-end", "delta": {"finish_reason": finish, "usage": COUNTED, **more}}


def pieces(index: int, call_id: str, *arguments: str) -> list[dict[str, Any]]:
    function = {"name": "square_root", "arguments": ""}
    return [
        event("tool-call-start", {"tool_calls": {"id": call_id, "type": "function", "function": function}}, index),
        *(event("tool-call-delta", {"tool_calls": {"function": {"arguments": a}}}, index) for a in arguments),
        {"type": "tool-call-end", "index": index},
    ]


TALK = [
    START,
    event("content-start", {"content": {"type": "thinking", "thinking": ""}}),
    event("content-delta", {"content": {"thinking": "Greet."}}),
    {"type": "content-end", "index": 0},
    event("content-start", {"content": {"type": "text", "text": ""}}, 1),
    event("content-delta", {"content": {"text": "Hel"}}, 1),
    event("content-delta", {"content": {"text": "lo"}}, 1),
    event("citation-start", {"citations": CITED}),
    {"type": "citation-end", "index": 0},
    {"type": "content-end", "index": 1},
    *pieces(0, "call_1", '{"number": 13', "2413}"),
    end("TOOL_CALL"),
]
DONE = b"data: [DONE]\n\n"
FUNCTION = {"name": "square_root", "arguments": '{"number": 132413}'}
WHOLE = message(
    {"type": "thinking", "thinking": "Greet."}, text("Hello"), finish="TOOL_CALL", citations=[CITED],
    tool_calls=[{"id": "call_1", "type": "function", "function": FUNCTION}],
)  # fmt: skip


# What is sent.

ROUND = [
    HELLO, STREAMED, Ask.text("x", max_tokens=16), Ask.text("x", seed=42), Ask.text("x", stop=("is",)), Ask.text("x", top_logprobs=0),
    Ask.text("x", json=True), Ask.text("x", schema=SCHEMA), Ask.text("x", tools=(TOOL,)), Ask.text("x", thinking=True),
    Ask.text("x", tools=(TOOL,), tool_choice="required"), Ask.text("x", tools=(TOOL,), tool_choice="none"), Ask.text("x", thinking=False),
    Ask.text("x", PNG), Ask.text("x", Media("image", "image/png", url="https://x.test/a.png")),
    Ask.text("x", Document("Quack.", "Facts"), Document("No title.")),
    Ask((Message("system", (Text("Be brief."),)), *HELLO.messages)),
    Ask((*HELLO.messages, Message("assistant", (CALL,)), Message("user", (ToolResult("363.89", "square_root", "call_1"),))), tools=(TOOL,)),
]  # fmt: skip


@pytest.mark.parametrize("ask", ROUND)
def test_what_was_sent_is_read_back(ask: Ask) -> None:
    request = request_of(cohere, ask, "command-x")
    assert cohere.matches(request)
    assert cohere.read(request) == ("command-x", ask)


def test_every_field_of_the_wire_is_sent_by_some_question() -> None:
    assert set().union(*(ask.features for ask in ROUND)) == cohere.fields()


@pytest.mark.parametrize(
    "ask",
    [
        Ask.text("x", web_search=True),
        Ask.text("x", Media("audio", "audio/mpeg", b"x")),
        Ask.text("x", outputs=("image",)),
    ],
)
def test_what_the_wire_has_no_field_for_is_not_sent(ask: Ask) -> None:
    with pytest.raises(NotExpressible):
        request_of(cohere, ask)


def test_calls_follow_the_schema_strictly_where_the_provider_wants_it() -> None:
    assert (
        body_of(cohere, Ask.text("x", tools=(TOOL,)), quirks=Quirks(options={"strict_tools": True}))["strict_tools"]
        is True
    )


def test_other_spellings_of_a_request_are_read() -> None:
    body = {
        "model": "m", "messages": [{"role": "user", "content": [text("x"), {"type": "document", "document": {"data": "Loose."}}]}],
        "documents": ["Plain.", {"data": {"title": "T", "text": "Told."}}], "tools": [{"type": "function", "function": {"name": "f"}}],
        "tool_choice": "required", "response_format": {"type": "json_schema", "json_schema": SCHEMA},
    }  # fmt: skip
    _, asked = cohere.read(Request("POST", "https://api.cohere.com/v2/chat", msgspec.json.encode(body)))
    assert [p.text for p in asked.parts() if isinstance(p, Document)] == ["Loose.", "Plain.", "Told."]
    assert (asked.tool_choice, asked.schema, asked.stream) == ("required", SCHEMA, False)


def test_other_requests_are_not_of_this_wire() -> None:
    assert not cohere.matches(Request("POST", f"{BASE}/v2/embed"))
    with pytest.raises(Misfit):
        cohere.read(Request("POST", f"{BASE}/chat/completions", b"{}"))
    with pytest.raises(Misfit):
        cohere.read(Request("POST", f"{BASE}/v2/chat", b"no json"))


# What is read.


@pytest.mark.parametrize(("ask", "body"), [(HELLO, WHOLE), (STREAMED, sse(TALK) + DONE)])
def test_thinking_text_calls_and_citations_are_told_apart(ask: Ask, body: Any) -> None:
    reply = reply_to(cohere, ask, body)
    assert (reply.thinking, reply.text, reply.calls) == ("Greet.", "Hello", (CALL,))
    assert (reply.finish, reply.finish_raw, reply.usage) == ("tool_calls", "TOOL_CALL", Usage(500, 20))
    assert reply.citations == (Citation("Facts", "Quack.", 29, 35),)
    assert (reply.unknown, reply.cut, reply.error) == ((), "", None)


def test_a_citation_points_at_the_place_of_its_document_in_the_question() -> None:
    ask = Ask.text("x", Document("No title."), Document("Quack.", "Facts"))
    assert reply_to(cohere, ask, WHOLE).citations[0].document == 1


def test_a_citation_of_a_tools_result_is_none_of_a_document() -> None:
    source = {"type": "tool", "id": "call_1:0", "tool_output": {"content": "363.89"}}
    reply = reply_to(cohere, HELLO, message(text("363.89"), citations=[{**CITED, "sources": [source]}]))
    assert (reply.citations, reply.unknown) == ((), ())


@pytest.mark.parametrize("stream", [False, True])
def test_the_plan_for_tools_is_thinking(stream: bool) -> None:
    plan = [
        START,
        event("tool-plan-delta", {"tool_plan": "I will "}),
        event("tool-plan-delta", {"tool_plan": "root."}),
        end("TOOL_CALL"),
    ]
    reply = (
        reply_to(cohere, STREAMED, sse(plan)) if stream else reply_to(cohere, HELLO, message(tool_plan="I will root."))
    )
    assert (reply.thinking, reply.text) == ("I will root.", "")
    assert reply.turn and reply.turn.raw["tool_plan"] == "I will root."


def test_two_calls_of_a_stream_are_two() -> None:
    body = sse([START, *pieces(0, "a", '{"number": 1}'), *pieces(1, "b", '{"number"', ": 2}"), end("TOOL_CALL")])
    assert [(c.id, c.arguments) for c in reply_to(cohere, STREAMED, body).calls] == [
        ("a", {"number": 1}),
        ("b", {"number": 2}),
    ]


def test_arguments_that_are_no_object_are_kept_as_sent() -> None:
    broken = sse([START, *pieces(0, "a", '{"number": '), end("TOOL_CALL")])
    assert reply_to(cohere, STREAMED, broken).calls == (ToolCall("square_root", None, '{"number": ', "a"),)


@pytest.mark.parametrize("stream", [False, True])
def test_log_probabilities_are_read_and_those_of_one_chunk_summed(stream: bool) -> None:
    items = [
        {"text": "Hel", "token_ids": [1], "logprobs": [-0.5]},
        {"text": "lo!", "token_ids": [2, 3], "logprobs": [-1.0, -0.25]},
    ]
    deltas = [event("content-delta", {"content": {"text": item["text"]}}, logprobs=item) for item in items]
    reply = (
        reply_to(cohere, STREAMED, sse([START, *deltas, end()]))
        if stream
        else reply_to(cohere, HELLO, message(text("Hello!"), logprobs=items))
    )
    assert reply.logprobs == (TokenLogprob("Hel", -0.5), TokenLogprob("lo!", -1.25))
    assert reply.unknown == ()


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("COMPLETE", "stop"),
        ("STOP_SEQUENCE", "stop_sequence"),
        ("MAX_TOKENS", "length"),
        ("TOOL_CALL", "tool_calls"),
        ("BRAND_NEW", "other"),
    ],
)
def test_each_finish_reason_has_its_meaning(raw: str, finish: str) -> None:
    assert reply_to(cohere, HELLO, message(text("x"), finish=raw)).finish == finish
    assert reply_to(cohere, STREAMED, sse([START, end(raw)])).finish == finish


def test_a_call_that_ends_with_complete_stays_a_stop_since_the_wire_has_its_own_reason() -> None:
    body = {**WHOLE, "finish_reason": "COMPLETE"}
    assert reply_to(cohere, HELLO, body).finish == "stop"


def test_billed_tokens_are_shown_where_no_others_are_counted() -> None:
    assert reply_to(
        cohere, HELLO, message(usage={"billed_units": {"input_tokens": 5.0, "output_tokens": 2.0}})
    ).usage == Usage(5, 2)
    assert reply_to(cohere, HELLO, message(usage={})).usage is None


def test_a_streamed_turn_is_echoed_as_the_plain_one() -> None:
    plain, streamed = reply_to(cohere, HELLO, WHOLE).turn, reply_to(cohere, STREAMED, sse(TALK)).turn
    assert plain and streamed and plain.raw == streamed.raw
    ask = Ask(
        (*HELLO.messages, plain, Message("user", (ToolResult("363.89", "square_root", "call_1"),))), tools=(TOOL,)
    )
    echoed = body_of(cohere, ask)["messages"][1:]
    assert echoed[0]["tool_calls"] == WHOLE["message"]["tool_calls"]
    assert echoed[0]["content"] == WHOLE["message"]["content"]
    assert echoed[1] == {"role": "tool", "tool_call_id": "call_1", "content": "363.89"}


def test_unknown_things_are_listed_and_break_nothing() -> None:
    reply = reply_to(cohere, HELLO, {**message(text("Hi"), {"type": "dance", "steps": 2}), "weather": "sunny"})
    assert (reply.text, reply.unknown) == ("Hi", ("message.content[].steps", "weather"))
    odd = sse([START, {"type": "vibe", "delta": {"x": 1}}, event("content-delta", {"content": {"text": "Hi"}}), end()])
    reply = reply_to(cohere, STREAMED, odd)
    assert (reply.text, reply.unknown, reply.cut) == ("Hi", ("delta.x",), "")


def test_a_stream_without_its_end_mark_is_cut() -> None:
    reply = reply_to(cohere, STREAMED, sse(TALK[:-1]))
    assert (reply.text, reply.finish, bool(reply.cut)) == ("Hello", None, True)
    assert reply_to(cohere, STREAMED, b"").cut


# Errors.


def test_an_error_is_read_in_the_providers_words() -> None:
    said = "invalid request: image content is not supported for this model"
    error = reply_to(cohere, HELLO, {"id": "1", "message": said}, status=400).error
    assert error and (error.status, error.message, error.kind) == (400, said, "request")
    error = reply_to(cohere, HELLO, {"id": "1", "message": "invalid api token"}, status=401).error
    assert error and error.kind == "auth"


def test_an_error_that_ends_a_stream_is_an_error() -> None:
    body = (
        sse(
            [
                START,
                event("content-delta", {"content": {"text": "Hi"}}),
                end("ERROR", error="No valid response generated."),
            ]
        )
        + DONE
    )
    reply = reply_to(cohere, STREAMED, body)
    assert reply.error and (reply.error.status, reply.error.message, reply.error.kind) == (
        500,
        "No valid response generated.",
        "generation",
    )


def test_a_finish_reason_of_a_failure_is_an_error() -> None:
    error = reply_to(cohere, HELLO, message(finish="TIMEOUT")).error
    assert error and error.kind == "server"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no json", b"<html>busy</html>", b"[]", b"\xff\xfe", message(text(7)),  # type: ignore[arg-type]
        message(usage=[1]), message(usage={"tokens": {"input_tokens": "many"}}), {"message": {}, "usage": 7}, {"message": {"content": 7}},
        {"message": {"tool_calls": [7]}}, message(finish=3),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_is_no_message_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        reply_to(cohere, HELLO, body)


@pytest.mark.parametrize(
    "line",
    [b"data: {", b"data: 1", b'data: {"type": 1}', b'data: {"type": "content-delta", "delta": []}', b"data: \xff"],
)
def test_what_is_no_event_is_a_bad_reply(line: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(cohere, STREAMED, line + b"\n\n")


REQUEST = body_of(
    cohere, Ask.text("x", PNG, Document("Quack."), tools=(TOOL,), schema=SCHEMA, thinking=True, top_logprobs=0)
)


@given(st.sampled_from(places(WHOLE)), st.sampled_from(places(TALK)[1:]), st.sampled_from(places(REQUEST)), VALUES)
def test_whatever_stands_in_a_field_raises_nothing_but_our_own_errors(
    whole: Any, piece: Any, asked: Any, value: Any
) -> None:
    assert survives(lambda: reply_to(cohere, HELLO, msgspec.json.encode(changed(WHOLE, whole, value))))
    lines = b"".join(b"data: %b\n\n" % msgspec.json.encode(e) for e in changed(TALK, piece, value))
    assert survives(lambda: reply_to(cohere, STREAMED, lines))
    assert survives(
        lambda: cohere.read(Request("POST", f"{BASE}/v2/chat", msgspec.json.encode(changed(REQUEST, asked, value))))
    )


# The list of models.


def test_the_list_of_models_is_read_page_by_page() -> None:
    driver = cohere.models(BASE)
    assert next(driver).url == f"{BASE}/v1/models?page_size=1000"
    assert driver.send(Response(200, {}, b'{"models": [{"name": "b"}], "next_page_token": "n"}')).url.endswith(
        "&page_token=n"
    )
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, b'{"models": [{"name": "a"}]}'))
    assert done.value.value == ["a", "b"]


# The official SDK as the oracle.
