"""The Messages API: what is sent, and what is read. The official SDK has a file of its own."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis.strategies import sampled_from

from providers.anthropic import provider
from providers.base import BadReply, Misfit, NotExpressible, ProviderError, Quirks, Request, Response
from providers.chat import Ask, Citation, Document, Media, Message, Reply, Source, Text, ToolCall, ToolResult, Usage
from providers.wire import anthropic
from tests.support.canned_anthropic import (
    CASES,
    CITED,
    FOUND,
    HELLO,
    PNG,
    SCHEMA,
    SEARCHED,
    STREAMED,
    TALK,
    TOOL,
    USAGE,
    WHOLE,
    block,
    error,
    message,
    stream,
)
from tests.support.driving import BASE, JSON, body_of, reply_to, request_of, sse
from tests.support.mutating import changed, places

# What is sent.


@pytest.mark.parametrize("name", CASES)
def test_reading_a_request_gives_back_the_question(name: str) -> None:
    assert anthropic.read(request_of(anthropic, CASES[name])) == ("m", CASES[name])


def test_every_field_of_the_wire_is_in_a_round_trip() -> None:
    # Batches and files are asked for in requests of their own, which have their own tests.
    assert anthropic.fields() - {"batch", "file"} == frozenset().union(*(ask.features for ask in CASES.values()))


@pytest.mark.parametrize(
    "ask",
    [
        Ask.text("x", seed=1),
        Ask.text("x", json=True),
        Ask.text("x", top_logprobs=2),
        Ask.text("x", Media("audio", "audio/wav", b"x")),
    ],
)
def test_what_the_wire_has_no_field_for_is_not_sent(ask: Ask) -> None:
    with pytest.raises(NotExpressible):
        request_of(anthropic, ask)


def test_the_cap_on_tokens_is_always_sent_since_the_api_requires_it() -> None:
    assert body_of(anthropic, HELLO)["max_tokens"] == anthropic.FILLER


@pytest.mark.parametrize(
    ("model", "on", "off"),
    [
        ("claude-sonnet-5-5", "adaptive", "between_tools"), ("claude-opus-4-6", "adaptive", "disabled"),
        ("claude-haiku-4-5-20251001", "enabled", "disabled"),
    ],
)  # fmt: skip
def test_the_newest_models_think_adaptively_the_others_by_a_budget(model: str, on: str, off: str) -> None:
    for wanted, kind in ((True, on), (False, off)):
        request = request_of(anthropic, Ask.text("x", thinking=wanted), model, provider.quirks)
        assert msgspec.json.decode(request.body)["thinking"]["type"] == kind
        assert anthropic.read(request)[1].thinking is wanted


def test_an_echoed_turn_keeps_signatures_and_redacted_blocks() -> None:
    hidden = {"type": "redacted_thinking", "data": "ZW5j"}
    reply = reply_to(anthropic, HELLO, message(*WHOLE["content"], hidden, stop="tool_use"))
    assert reply.turn
    body = body_of(
        anthropic, Ask((*HELLO.messages, reply.turn, Message("user", (ToolResult("2", "", "toolu_1"),))), tools=(TOOL,))
    )
    assert body["messages"][1] == {"role": "assistant", "content": [*WHOLE["content"], hidden]}


def test_a_streamed_turn_is_echoed_as_the_plain_one() -> None:
    streamed, plain = reply_to(anthropic, STREAMED, TALK).turn, reply_to(anthropic, HELLO, WHOLE).turn
    assert streamed and plain
    assert streamed.raw == plain.raw


def test_a_document_without_leave_to_cite_is_no_document() -> None:
    body = body_of(anthropic, Ask.text("x", Document("Quack.")))
    del body["messages"][0]["content"][1]["citations"]
    _, asked = anthropic.read(Request("POST", f"{BASE}/messages", msgspec.json.encode(body)))
    assert asked.features == {"text"}


def test_the_short_forms_of_a_request_are_read() -> None:
    body = {
        "model": "m", "max_tokens": 64000, "system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}],
        "tool_choice": {"type": "tool", "name": "x"}, "tools": [{"type": "custom", "name": "x", "input_schema": {"type": "object"}}],
    }  # fmt: skip
    _, asked = anthropic.read(Request("POST", f"{BASE}/messages", msgspec.json.encode(body)))
    assert asked.messages == (Message("system", (Text("Be brief."),)), Message("user", (Text("Hi"),)))
    assert (asked.max_tokens, asked.tool_choice, asked.thinking) == (64000, "required", None)


def test_other_requests_are_no_messages() -> None:
    assert not anthropic.matches(Request("POST", "https://api.test/v1/threads/t_1/messages"))
    assert not anthropic.matches(Request("GET", "https://api.test/v1/messages"))
    with pytest.raises(Misfit):
        anthropic.read(Request("POST", "https://api.test/v1/chat/completions", b"{}"))
    with pytest.raises(Misfit):
        anthropic.read(Request("POST", f"{BASE}/messages", b"{}"))


# What is read.


@pytest.mark.parametrize(("ask", "body"), [(HELLO, WHOLE), (STREAMED, TALK)])
def test_thinking_text_and_calls_are_told_apart(ask: Ask, body: Any) -> None:
    reply = reply_to(anthropic, ask, body)
    assert (reply.thinking, reply.text) == ("The user greets.", "Hello")
    assert [(call.name, call.arguments, call.id) for call in reply.calls] == [
        ("square_root", {"number": 132413}, "toolu_1")
    ]
    assert (reply.finish, reply.finish_raw, reply.usage) == ("tool_calls", "tool_use", Usage(10, 5))
    assert (reply.model, reply.cut, reply.unknown, reply.error) == ("claude-x", "", (), None)


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("end_turn", "stop"), ("stop_sequence", "stop_sequence"), ("max_tokens", "length"), ("tool_use", "tool_calls"),
        ("refusal", "content_filter"), ("model_context_window_exceeded", "length"), ("pause_turn", "stop"), ("brand_new", "other"),
    ],
)  # fmt: skip
def test_each_stop_reason_has_its_meaning(raw: str, finish: str) -> None:
    assert reply_to(anthropic, HELLO, message(stop=raw)).finish == finish
    assert reply_to(anthropic, STREAMED, stream(stop=raw)).finish == finish


def test_a_call_that_ends_with_end_turn_stays_a_stop_since_the_wire_has_its_own_reason() -> None:
    assert (
        reply_to(anthropic, HELLO, message({"type": "tool_use", "id": "1", "name": "f", "input": {}})).finish == "stop"
    )


def test_cached_tokens_count_as_input_and_thinking_is_named() -> None:
    usage = {
        **USAGE,
        "cache_read_input_tokens": 1000,
        "cache_creation_input_tokens": 100,
        "output_tokens_details": {"thinking_tokens": 3},
    }
    assert reply_to(anthropic, HELLO, message(usage=usage)).usage == Usage(1110, 5, 3)


def test_a_citation_tells_where_in_the_answer_it_stands() -> None:
    reply = reply_to(
        anthropic,
        HELLO,
        message({"type": "text", "text": "It is "}, {"type": "text", "text": "Quack", "citations": [CITED]}),
    )
    assert reply.citations == (Citation(0, "Quack.", 6, 11),)
    assert reply.unknown == ()


def test_a_streamed_citation_is_the_same() -> None:
    body = stream(
        *block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": "It is "}),
        *block(1, {"type": "text", "text": "", "citations": []}, {"type": "citations_delta", "citation": CITED},
               {"type": "text_delta", "text": "Quack"}),
    )  # fmt: skip
    assert reply_to(anthropic, STREAMED, body).citations == (Citation(0, "Quack.", 6, 11),)


def test_a_web_page_is_a_source_not_a_citation() -> None:
    reply = reply_to(anthropic, HELLO, message({"type": "text", "text": "Carney", "citations": [FOUND]}))
    assert (reply.citations, reply.sources) == ((), (Source("https://pm.test", "PM"),))


def test_a_search_shows_its_query_and_its_pages() -> None:
    reply = reply_to(anthropic, HELLO, message(*SEARCHED))
    assert (reply.searches, reply.sources) == (("PM of Canada",), (Source("https://pm.test", "PM"),))
    assert (reply.text, reply.calls, reply.unknown) == ("Carney", (), ())


def test_a_streamed_search_is_the_same() -> None:
    query = [{"type": "input_json_delta", "partial_json": p} for p in ('{"query": ', '"PM of Canada"}')]
    body = stream(*block(0, {**SEARCHED[0], "input": {}}, *query), *block(1, SEARCHED[1]), *block(2, SEARCHED[2]))
    reply = reply_to(anthropic, STREAMED, body)
    assert (reply.searches, reply.sources) == (("PM of Canada",), (Source("https://pm.test", "PM"),))


def test_a_search_that_failed_shows_no_page() -> None:
    failed = {**SEARCHED[1], "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"}}
    assert reply_to(anthropic, HELLO, message(failed)).sources == ()


def test_redacted_thinking_never_reaches_the_text() -> None:
    reply = reply_to(
        anthropic, HELLO, message({"type": "redacted_thinking", "data": "ZW5j"}, {"type": "text", "text": "Hi"})
    )
    assert (reply.text, bool(reply.thinking), reply.unknown) == ("Hi", True, ())


def test_thinking_within_tags_is_set_apart() -> None:
    reply = reply_to(anthropic, HELLO, message({"type": "text", "text": "<think>greet</think>Hi"}))
    assert (reply.thinking, reply.text) == ("greet", "Hi")


def test_arguments_that_are_no_object_are_kept_as_sent() -> None:
    broken = block(
        0,
        {"type": "tool_use", "id": "1", "name": "f", "input": {}},
        {"type": "input_json_delta", "partial_json": '{"a": '},
    )
    assert reply_to(anthropic, STREAMED, stream(*broken)).calls == (ToolCall("f", None, '{"a": ', "1"),)
    plain = message({"type": "tool_use", "id": "1", "name": "f", "input": [1]})
    assert reply_to(anthropic, HELLO, plain).calls == (ToolCall("f", None, "[1]", "1"),)


def test_rate_limits_are_read_from_the_headers() -> None:
    reply = reply_to(
        anthropic,
        HELLO,
        message(),
        anthropic_ratelimit_requests_limit="50",
        anthropic_ratelimit_requests_remaining="49",
    )
    assert [(limit.name, limit.limit, limit.remaining) for limit in reply.limits] == [("requests", 50, 49)]


def test_unknown_things_are_listed_and_break_nothing() -> None:
    reply = reply_to(
        anthropic,
        HELLO,
        message({"type": "text", "text": "Hi", "mood": 1}, {"type": "dance", "steps": 2}, weather="sunny"),
    )
    assert (reply.text, reply.unknown) == ("Hi", ("content[].mood", "content[].steps", "weather"))
    odd = stream(
        {"type": "vibe", "x": 1},
        *block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": "Hi"}, {"type": "hum"}),
    )
    reply = reply_to(anthropic, STREAMED, odd)
    assert (reply.text, reply.unknown, reply.cut) == ("Hi", ("event vibe",), "")


def test_a_stream_without_its_end_mark_is_cut() -> None:
    reply = reply_to(
        anthropic,
        STREAMED,
        stream(*block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": "He"}), end=False),
    )
    assert (reply.text, reply.finish, bool(reply.cut)) == ("He", None, True)
    assert reply_to(anthropic, STREAMED, b"").cut


def test_a_stream_that_tells_why_it_ended_is_whole_without_its_end_mark() -> None:
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    spoken = block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": "He"})
    reply = reply_to(anthropic, STREAMED, stream(*spoken, end, end=False))
    assert (reply.text, reply.finish, reply.cut) == ("He", "stop", "")
    assert reply.streamed and not reply.streamed.end


# Errors.


@pytest.mark.parametrize(
    ("status", "kind", "said", "about"),
    [
        (401, "authentication_error", "invalid x-api-key", "auth"), (404, "not_found_error", "model: bad model", "model"),
        (529, "overloaded_error", "Overloaded", "server"), (429, "rate_limit_error", "This request would exceed your rate limit", "rate"),
        (400, "invalid_request_error", "tool_choice: Input should be 'auto'", "request"),
    ],
)  # fmt: skip
def test_an_error_is_read_alike_from_a_status_a_200_and_a_stream(status: int, kind: str, said: str, about: str) -> None:
    whole = reply_to(anthropic, HELLO, error(kind, said), status=status)
    assert whole.error
    assert (whole.error.status, whole.error.message, whole.error.type) == (status, said, kind)
    assert whole.error.kind == about
    assert reply_to(anthropic, HELLO, error(kind, said)).error == whole.error
    begun = stream(*block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": "He"}), end=False)
    assert reply_to(anthropic, STREAMED, begun + sse([error(kind, said)])).error == whole.error


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no json", b"<html>busy</html>", b"[]", b"\xff\xfe", b"[" * 100_000,
        message({"type": "text", "text": 7}), message(usage={"input_tokens": "many"}), message(usage=[1]), {"content": 7},
        {"content": [["x"]]}, message(stop=3),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_is_no_message_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        reply_to(anthropic, HELLO, body)


@pytest.mark.parametrize(
    "event",
    [
        b"data: {", b"data: 1", b'data: {"type": 1}', b'data: {"type": "content_block_delta", "index": "x", "delta": {}}',
        b'data: {"type": "content_block_start", "index": 0, "content_block": "x"}',
        b'data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": {}}}',
        b'data: {"type": "message_delta", "delta": {"content": 7}, "usage": 3}',
    ],
)  # fmt: skip
def test_what_is_no_event_is_a_bad_reply(event: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(anthropic, STREAMED, event + b"\n\n")


RICH = message(*WHOLE["content"], *SEARCHED, {"type": "text", "text": "Quack", "citations": [CITED, FOUND]})


EVENTS = [msgspec.json.decode(line[6:]) for line in TALK.decode().splitlines() if line.startswith("data: ")]
REQUEST = body_of(anthropic, Ask.text("x", PNG, Document("Quack."), tools=(TOOL,), schema=SCHEMA, thinking=True))


@given(sampled_from(places(RICH)), sampled_from(places(EVENTS)), sampled_from(places(REQUEST)), JSON)
def test_whatever_stands_in_a_field_raises_nothing_but_our_own_errors(
    whole: Any, event: Any, asked: Any, value: Any
) -> None:
    streamed = changed(EVENTS, event, value)
    data = b"".join(
        b"data: %b\n\n" % msgspec.json.encode(e) for e in (streamed if isinstance(streamed, list) else [streamed])
    )
    request = Request("POST", f"{BASE}/messages", msgspec.json.encode(changed(REQUEST, asked, value)))
    with suppress(ProviderError):
        assert isinstance(reply_to(anthropic, HELLO, changed(RICH, whole, value)), Reply)
    with suppress(ProviderError):
        assert isinstance(reply_to(anthropic, STREAMED, data), Reply)
    with suppress(ProviderError):
        assert anthropic.read(request)


# The list of models.


def test_the_list_of_models_is_read_page_by_page() -> None:
    driver = anthropic.models(BASE)
    assert next(driver).url == f"{BASE}/models?limit=1000"
    page = {"data": [{"type": "model", "id": "b"}], "has_more": True, "last_id": "b"}
    assert driver.send(Response(200, {}, msgspec.json.encode(page))).url.endswith("&after_id=b")
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, b'{"data": [{"id": "a"}], "has_more": false}'))
    assert done.value.value == ["a", "b"]


def test_a_refused_list_of_models_says_why() -> None:
    driver = anthropic.models(BASE)
    next(driver)
    with pytest.raises(BadReply, match="401: invalid x-api-key"):
        driver.send(Response(401, {}, msgspec.json.encode(error("authentication_error", "invalid x-api-key"))))


def test_a_search_tool_of_another_version_is_sent_where_the_provider_says_so() -> None:
    quirks = Quirks(options={"web_search": "web_search_20260209"})
    assert (
        body_of(anthropic, Ask.text("x", web_search=True), quirks=quirks)["tools"][0]["type"] == "web_search_20260209"
    )
