"""Mistral's chat completions: what is sent, what is read, and that the official SDK does the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Request, Response
from providers.chat import (
    Ask,
    Citation,
    Document,
    Limit,
    Media,
    Message,
    Text,
    TokenLogprob,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from providers.wire import mistral
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.mutating import VALUES, changed, places, survives

HOME = "https://api.mistral.ai/v1"
HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
SCHEMA = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
CALL = ToolCall("square_root", {"number": 132413}, '{"number": 132413}', "call_1")
CALLED = {"id": "call_1", "index": 0, "function": {"name": "square_root", "arguments": '{"number": 132413}'}}
COUNTED = {"prompt_tokens": 11, "total_tokens": 14, "completion_tokens": 3}
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Greet."}], "closed": True}


def answer(content: Any = "", *, finish: str = "stop", logprobs: Any = None, **message: Any) -> dict[str, Any]:
    choice = {
        "index": 0,
        "finish_reason": finish,
        "message": {"role": "assistant", "tool_calls": None, "content": content, **message},
    }
    choice |= {"logprobs": logprobs} if logprobs else {}
    return {
        "id": "1",
        "created": 1,
        "model": "mistral-x",
        "usage": COUNTED,
        "object": "chat.completion",
        "choices": [choice],
    }


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    body = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "mistral-x",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return body | ({"usage": COUNTED} if finish else {"p": "abc"})


def events(*all_events: dict[str, Any]) -> bytes:
    return b"".join(b"data: %b\n\n" % msgspec.json.encode(e) for e in all_events) + b"data: [DONE]\n\n"


WHOLE = answer([THOUGHT, {"type": "text", "text": "Hello"}], finish="tool_calls", tool_calls=[CALLED])
PARTS: list[dict[str, Any]] = [
    chunk(role="assistant", content=""),
    chunk(content=[{**THOUGHT, "closed": False}]),
    chunk(content="Hel"),
    chunk(content=[{"type": "text", "text": "lo"}]),
    chunk("tool_calls", content="", tool_calls=[CALLED]),
]


# What is sent.

CHAT = [
    HELLO,
    STREAMED,
    Ask.text("x", max_tokens=16),
    Ask.text("x", seed=42),
    Ask.text("x", stop=("is",)),
    Ask.text("x", top_logprobs=2),
    Ask.text("x", json=True),
    Ask.text("x", schema=SCHEMA, strict=True),
    Ask.text("x", tools=(TOOL,)),
    Ask.text("x", thinking=True),
    Ask.text("x", tools=(TOOL,), tool_choice="required"),
    Ask.text("x", tools=(TOOL,), tool_choice="required", named_tool=TOOL.name),
    Ask.text("x", tools=(TOOL,), parallel=False),
    Ask.text("x", tools=(TOOL,), tool_choice="none"),
    Ask.text("x", thinking=False),
    Ask.text("x", Media("image", "image/png", b"\x89PNG")),
    Ask.text("x", Media("image", "image/png", url="https://x.test/a.png")),
    Ask.text("x", Media("audio", "audio/mpeg", b"ID3")),
    Ask.text("x", Media("audio", "audio/wav", url="https://x.test/a.wav")),
    Ask.text("x", Media("document", "application/pdf", b"%PDF")),
    Ask.text("x", Media("document", "application/pdf", url="https://x.test/a.pdf")),
    Ask((Message("system", (Text("Be brief."),)), *HELLO.messages)),
    Ask(
        (
            *HELLO.messages,
            Message("assistant", (CALL,)),
            Message("user", (ToolResult("363.89", "square_root", "call_1"),)),
        ),
        tools=(TOOL,),
    ),
]


@pytest.mark.parametrize("ask", CHAT)
def test_what_was_sent_is_read_back(ask: Ask) -> None:
    request = next(mistral.ask(ask, "mistral-x", HOME))
    assert request.url == f"{HOME}/chat/completions"
    assert mistral.matches(request)
    assert mistral.read(request) == ("mistral-x", ask)


def test_every_field_of_the_wire_is_sent_by_some_question() -> None:
    assert set().union(*(ask.features for ask in CHAT)) == mistral.fields() - {"web_search", "batch", "file"}


@pytest.mark.parametrize(
    "ask",
    [
        Ask.text("x", Document("Quack.")),
        Ask.text("x", Media("video", "video/mp4", b"x")),
        Ask.text("x", web_search=True, top_logprobs=2),
    ],
)
def test_what_the_wire_has_no_field_for_is_not_sent(ask: Ask) -> None:
    with pytest.raises(NotExpressible):
        request_of(mistral, ask)


@pytest.mark.parametrize(
    ("url", "body", "ours"),
    [
        (f"{HOME}/chat/completions", b'{"messages": []}', True),
        ("https://x.test/chat/completions", b'{"messages": [], "random_seed": 1}', True),
        ("https://x.test/chat/completions", b'{"messages": [], "seed": 1}', False),
        ("https://x.test/v1/conversations", b'{"items": []}', False),
        ("https://notmistral.ai/chat/completions", b'{"messages": []}', False),
        ("https://x.test/chat/completions", b"no json", False),
    ],
)
def test_a_chat_completion_is_mistrals_by_its_host_or_by_a_field_of_its_own(url: str, body: bytes, ours: bool) -> None:
    assert mistral.matches(Request("POST", url, body)) is ours


def test_other_requests_are_not_of_this_wire() -> None:
    for path, body in (("/fim/completions", b"{}"), ("/conversations", b"{}"), ("/chat/completions", b"{}")):
        with pytest.raises(Misfit):
            mistral.read(Request("POST", HOME + path, body))


# What is read.


@pytest.mark.parametrize(("ask", "body"), [(HELLO, WHOLE), (STREAMED, events(*PARTS))])
def test_thinking_text_and_calls_are_told_apart(ask: Ask, body: Any) -> None:
    reply = reply_to(mistral, ask, body)
    assert (reply.thinking, reply.text, reply.calls) == ("Greet.", "Hello", (CALL,))
    assert (reply.finish, reply.finish_raw, reply.usage) == ("tool_calls", "tool_calls", Usage(11, 3))
    assert (reply.model, reply.unknown, reply.cut, reply.error) == ("mistral-x", (), "", None)


def test_a_streamed_call_needs_no_type_which_its_documentation_leaves_out() -> None:
    (call,) = reply_to(mistral, STREAMED, events(*PARTS)).calls
    assert call == CALL
    streamed = reply_to(mistral, STREAMED, events(*PARTS)).streamed
    assert streamed and (streamed.defects, streamed.untyped) == ((), True)
    typed = chunk("tool_calls", tool_calls=[{**CALLED, "type": "function"}])
    streamed = reply_to(mistral, STREAMED, events(*PARTS[:-1], typed)).streamed
    assert streamed and (streamed.defects, streamed.untyped) == ((), False)
    nameless = chunk("tool_calls", tool_calls=[{**CALLED, "id": ""}])
    streamed = reply_to(mistral, STREAMED, events(*PARTS[:-1], nameless)).streamed
    assert streamed and streamed.defects == ("the first piece of a call has no id",)


@pytest.mark.parametrize("stream", [False, True])
def test_a_reference_points_at_a_document(stream: bool) -> None:
    content = [{"type": "text", "text": "Quack"}, {"type": "reference", "reference_ids": [0, "facts"]}]
    body: Any = events(chunk(content=content), chunk("stop", content="")) if stream else answer(content)
    reply = reply_to(mistral, STREAMED if stream else HELLO, body)
    assert (reply.text, reply.citations, reply.unknown) == ("Quack", (Citation(0), Citation("facts")), ())


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("model_length", "length"),
        ("tool_calls", "tool_calls"),
        ("error", "error"),
    ],
)
def test_each_finish_reason_has_its_meaning(raw: str, finish: str) -> None:
    assert reply_to(mistral, HELLO, answer("x", finish=raw)).finish == finish


def test_log_probabilities_have_alternatives() -> None:
    top = [{"token": "Hi", "logprob": -0.5, "bytes": [72]}, {"token": "Yo", "logprob": -1.5, "bytes": [89]}]
    reply = reply_to(mistral, HELLO, answer("Hi", logprobs={"content": [{**top[0], "top_logprobs": top}]}))
    assert reply.logprobs == (TokenLogprob("Hi", -0.5, (("Hi", -0.5), ("Yo", -1.5))),)


def test_rate_limits_are_read_from_the_headers() -> None:
    told: dict[str, Any] = {"x_ratelimit_limit_req_60_second": "360", "x_ratelimit_remaining_req_60_second": "222"}
    assert reply_to(mistral, HELLO, answer("Hi"), **told).limits == (Limit("req-60-second", 360, 222),)


def test_a_turn_and_the_name_of_a_result_are_echoed() -> None:
    turn = reply_to(mistral, HELLO, WHOLE).turn
    assert turn
    body = body_of(
        mistral, Ask((*HELLO.messages, turn, Message("user", (ToolResult("363.89", "square_root", "call_1"),))))
    )
    assert body["messages"][1]["tool_calls"][0]["function"] == CALLED["function"]
    assert body["messages"][2] == {"role": "tool", "tool_call_id": "call_1", "name": "square_root", "content": "363.89"}


def test_unknown_things_are_listed_and_break_nothing() -> None:
    reply = reply_to(
        mistral, HELLO, {**answer([{"type": "dance"}, {"type": "text", "text": "Hi"}]), "weather": "sunny"}
    )
    assert reply.text == "Hi"
    assert "weather" in reply.unknown and any("dance" in path for path in reply.unknown)


def test_a_stream_without_its_end_mark_is_cut() -> None:
    body = events(*PARTS[:3]).removesuffix(b"data: [DONE]\n\n")
    assert reply_to(mistral, STREAMED, body).cut


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            400,
            {
                "object": "error",
                "message": "Image input is not enabled for this model",
                "type": "invalid_request_invalid_args",
                "code": "3051",
            },
            "request",
        ),
        (
            400,
            {"object": "error", "message": "Invalid model: bad model", "type": "invalid_model", "code": "1500"},
            "model",
        ),
        (401, {"detail": "Unauthorized"}, "auth"),
        (500, {"object": "error", "message": "Service unavailable.", "code": "3000"}, "server"),
        (
            422,
            {
                "detail": [
                    {
                        "type": "enum",
                        "loc": ["body", "tools", 0, "type"],
                        "msg": "Input should be 'function'",
                        "input": "x",
                    }
                ]
            },
            "request",
        ),
    ],
)
def test_an_error_is_read_in_the_providers_words(status: int, body: dict[str, Any], kind: str) -> None:
    error = reply_to(mistral, HELLO, body, status=status).error
    assert error and (error.status, error.kind) == (status, kind)


# Hostile input.


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"\xff\xfe",
        {"choices": "x"},
        answer(7),
        answer("x", finish=3),  # type: ignore[arg-type]
        answer([{"type": "reference", "reference_ids": "x"}]),
    ],
)
def test_what_is_no_answer_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        reply_to(mistral, HELLO, body)


REQUEST = body_of(
    mistral, Ask(CHAT[-1].messages, tools=(TOOL,), schema=SCHEMA, thinking=True, top_logprobs=2, stop=("is",), seed=1)
)
CITED = answer(
    [THOUGHT, {"type": "text", "text": "Hello"}, {"type": "reference", "reference_ids": [1]}], tool_calls=[CALLED]
)


@given(st.sampled_from(places(CITED)), st.sampled_from(places(PARTS)[1:]), st.sampled_from(places(REQUEST)), VALUES)
def test_whatever_stands_in_a_field_raises_nothing_but_our_own_errors(
    whole: Any, piece: Any, asked: Any, value: Any
) -> None:
    assert survives(lambda: reply_to(mistral, HELLO, msgspec.json.encode(changed(CITED, whole, value))))
    assert survives(lambda: reply_to(mistral, STREAMED, events(*changed(PARTS, piece, value))))
    assert survives(
        lambda: mistral.read(
            Request("POST", f"{HOME}/chat/completions", msgspec.json.encode(changed(REQUEST, asked, value)))
        )
    )


def test_the_list_of_models_is_read() -> None:
    driver = mistral.models(BASE)
    assert next(driver).url == f"{BASE}/models"
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, b'{"object": "list", "data": [{"id": "b"}, {"id": "a"}]}'))
    assert done.value.value == ["a", "b"]


# The official SDK as the oracle.
