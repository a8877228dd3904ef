"""Workers AI's /ai/run: what is sent and what is read, in the forms that its documentation and its recordings show."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Request, Response
from providers.chat import Ask, Media, Message, Text, Tool, ToolCall, ToolResult, Usage
from providers.wire import cloudflare
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.mutating import VALUES, changed, places, survives

MODEL = "@cf/meta/llama-4-scout-17b-16e-instruct"
HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
SCHEMA = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
CALL = ToolCall("square_root", {"number": 132413}, '{"number":132413}', "call_1")
COUNTED = {"prompt_tokens": 86, "completion_tokens": 3, "total_tokens": 89}
CALLED = {"id": "call_1", "type": "function", "function": {"name": "square_root", "arguments": '{"number":132413}'}}


def answer(**result: Any) -> dict[str, Any]:
    return {"result": {"usage": COUNTED, **result}, "success": True, "errors": [], "messages": []}


def events(*all_events: dict[str, Any], end: bool = True) -> bytes:
    return b"".join(b"data: %b\n\n" % msgspec.json.encode(e) for e in all_events) + (
        b"data: [DONE]\n\n" if end else b""
    )


LAST = {"response": "", "usage": COUNTED}
PARTS: list[dict[str, Any]] = [
    {"response": "Hel", "tool_calls": [], "p": "abcdef"},
    {"response": "lo", "tool_calls": [], "p": "abc"},
    {"tool_calls": [{"id": "call_1", "type": "function", "index": 0, "function": {"name": "square_root"}}], "p": "a"},
    {"tool_calls": [{"index": 0, "function": {"arguments": '{"number":132'}}]},
    {"tool_calls": [{"index": 0, "function": {"arguments": "413}"}}]},
    LAST,
]


# What is sent.

ROUND = [
    HELLO, STREAMED, Ask.text("x", max_tokens=16), Ask.text("x", seed=42), Ask.text("x", json=True), Ask.text("x", schema=SCHEMA),
    Ask.text("x", tools=(TOOL,)), Ask.text("x", Media("image", "image/png", b"\x89PNG")),
    Ask((Message("system", (Text("Be brief."),)), *HELLO.messages)),
    Ask((*HELLO.messages, Message("assistant", (CALL,)), Message("user", (ToolResult("363.89", "square_root", "call_1"),))), tools=(TOOL,)),
    Ask((*HELLO.messages, Message("assistant", (CALL, ToolCall("f", {}, "{}", "call_2"))),
         Message("user", (ToolResult("363.89", "square_root", "call_1"), ToolResult("2", "f", "call_2"))))),
]  # fmt: skip


@pytest.mark.parametrize("ask", ROUND)
def test_what_was_sent_is_read_back(ask: Ask) -> None:
    request = request_of(cloudflare, ask, MODEL)
    assert request.url == f"{BASE}/ai/run/{MODEL}"
    assert cloudflare.matches(request)
    assert cloudflare.read(request) == (MODEL, ask)


def test_every_field_of_the_wire_is_sent_by_some_question() -> None:
    assert set().union(*(ask.features for ask in ROUND)) == cloudflare.fields()


@pytest.mark.parametrize(
    "ask",
    [Ask.text("x", stop=("is",)), Ask.text("x", tools=(TOOL,), tool_choice="required"), Ask.text("x", top_logprobs=2),
     Ask.text("x", Media("image", "image/png", url="https://x.test/a.png"))],
)  # fmt: skip
def test_what_the_wire_has_no_field_for_is_not_sent(ask: Ask) -> None:
    with pytest.raises(NotExpressible):
        request_of(cloudflare, ask)


def test_a_call_of_the_past_is_read_from_the_content_of_the_assistant() -> None:
    body = {"messages": [
        {"role": "user", "content": "x"}, {"role": "assistant", "content": '{"number": 132413}', "tool_call_id": "call_1"},
        {"role": "tool", "content": "363.89", "tool_call_id": "call_1"},
    ]}  # fmt: skip
    _, asked = cloudflare.read(Request("POST", f"{BASE}/ai/run/{MODEL}", msgspec.json.encode(body)))
    assert asked.messages[1:] == (
        Message("assistant", (ToolCall("", {"number": 132413}, '{"number": 132413}', "call_1"),)),
        Message("user", (ToolResult("363.89", "", "call_1"),)),
    )


def test_a_plain_prompt_is_a_message() -> None:
    assert cloudflare.read(Request("POST", f"{BASE}/ai/run/a%20b", b'{"prompt": "x"}')) == ("a b", Ask.text("x"))


def test_other_requests_are_not_of_this_wire() -> None:
    assert not cloudflare.matches(Request("GET", f"{BASE}/ai/models/search"))
    for path, body in (("/ai/v1/chat/completions", b"{}"), (f"/ai/run/{MODEL}", b"no json")):
        with pytest.raises(Misfit):
            cloudflare.read(Request("POST", BASE + path, body))


# What is read.


@pytest.mark.parametrize(
    ("ask", "body"), [(HELLO, answer(response="Hello", tool_calls=[CALLED])), (STREAMED, events(*PARTS))]
)
def test_text_calls_and_usage_are_read_and_no_finish_reason_is_made_up(ask: Ask, body: Any) -> None:
    reply = reply_to(cloudflare, ask, body)
    assert (reply.text, reply.calls, reply.usage) == ("Hello", (CALL,), Usage(86, 3))
    assert (reply.finish, reply.finish_raw, reply.unknown, reply.cut, reply.error) == (None, "", (), "", None)


def test_calls_in_the_short_form_have_their_arguments_as_an_object() -> None:
    calls = [{"name": "f", "arguments": {"a": 1}}, {"name": "g", "arguments": {"b": 2}}]
    expected = [("f", {"a": 1}), ("g", {"b": 2})]
    assert [(c.name, c.arguments) for c in reply_to(cloudflare, HELLO, answer(tool_calls=calls)).calls] == expected
    assert [
        (c.name, c.arguments) for c in reply_to(cloudflare, STREAMED, events({"tool_calls": calls}, LAST)).calls
    ] == expected


def test_an_answer_in_json_mode_is_its_text() -> None:
    assert reply_to(cloudflare, HELLO, answer(response={"is_fruit": True})).text == '{"is_fruit":true}'


def test_a_streamed_token_that_is_no_string_is_its_text() -> None:
    assert (
        reply_to(
            cloudflare, STREAMED, events({"response": '{"a":'}, {"response": True}, {"response": 7}, {"response": "}"})
        ).text
        == '{"a":true7}'
    )


def test_a_result_may_be_plain_text() -> None:
    assert (
        reply_to(cloudflare, HELLO, {"result": "Hello", "success": True, "errors": [], "messages": []}).text == "Hello"
    )


@pytest.mark.parametrize("stream", [False, True])
def test_newer_models_answer_in_the_form_of_chat_completions(stream: bool) -> None:
    said = {"role": "assistant", "content": "Hello", "reasoning_content": "Greet."}
    choice = {"index": 0, "finish_reason": "length", "delta" if stream else "message": said}
    body: Any = events({"choices": [choice]}) if stream else answer(id="1", object="chat.completion", choices=[choice])
    reply = reply_to(cloudflare, STREAMED if stream else HELLO, body)
    assert (reply.text, reply.thinking, reply.finish, reply.unknown) == ("Hello", "Greet.", "length", ())


def test_thinking_within_tags_is_set_apart() -> None:
    reply = reply_to(cloudflare, HELLO, answer(response="<think>Greet.</think>Hi"))
    assert (reply.thinking, reply.text) == ("Greet.", "Hi")


def test_unknown_things_are_listed_and_break_nothing() -> None:
    reply = reply_to(cloudflare, HELLO, {**answer(response="Hi", mood=1), "weather": "sunny"})
    assert (reply.text, reply.unknown) == ("Hi", ("result.mood", "weather"))


def test_a_stream_without_its_end_mark_is_cut() -> None:
    reply = reply_to(cloudflare, STREAMED, events(*PARTS[:2], end=False))
    assert (reply.text, bool(reply.cut)) == ("Hello", True)


def test_a_turn_is_echoed() -> None:
    turn = reply_to(cloudflare, HELLO, answer(tool_calls=[CALLED])).turn
    assert turn
    body = body_of(
        cloudflare, Ask((*HELLO.messages, turn, Message("user", (ToolResult("363.89", "square_root", "call_1"),))))
    )
    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "tool_call_id": "call_1",
            "content": '{"name":"square_root","arguments":{"number":132413}}',
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "363.89"},
    ]


# Errors.


def refusal(code: int, said: str) -> dict[str, Any]:
    return {"result": None, "success": False, "errors": [{"code": code, "message": said}], "messages": []}


@pytest.mark.parametrize(
    ("status", "code", "said", "kind"),
    [(401, 10000, "Authentication error", "auth"), (400, 7000, "No route for that URI", "model")],
)
def test_an_error_is_read_from_the_envelope(status: int, code: int, said: str, kind: str) -> None:
    error = reply_to(cloudflare, HELLO, refusal(code, said), status=status).error
    assert error and (error.status, error.message, error.code, error.kind) == (status, said, str(code), kind)


def test_an_error_inside_a_200_is_an_error() -> None:
    error = reply_to(cloudflare, HELLO, refusal(5024, "JSON Mode couldn't be met")).error
    assert error and (error.status, error.message) == (500, "JSON Mode couldn't be met")
    assert reply_to(cloudflare, HELLO, {"result": None, "success": False}).error
    error = reply_to(
        cloudflare, STREAMED, events({"response": "He"}, {"errors": [{"message": "upstream gave up"}]})
    ).error
    assert error and (error.status, error.kind) == (500, "server")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"\xff\xfe",
        {"result": 7},
        answer(tool_calls=[7]),
        answer(usage=[1]),
        answer(usage={"prompt_tokens": "many"}),
        answer(choices="x"),
        {"result": {}, "errors": [], "success": True},
    ],
)
def test_what_is_no_answer_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        reply_to(cloudflare, HELLO, body)


WHOLE = answer(
    response="Hello",
    tool_calls=[CALLED],
    choices=[{"message": {"content": "x", "reasoning_content": "y"}, "finish_reason": "stop"}],
)
REQUEST = body_of(cloudflare, Ask(ROUND[-1].messages, tools=(TOOL,), schema=SCHEMA))


@given(st.sampled_from(places(WHOLE)), st.sampled_from(places(PARTS)[1:]), st.sampled_from(places(REQUEST)), VALUES)
def test_whatever_stands_in_a_field_raises_nothing_but_our_own_errors(
    whole: Any, piece: Any, asked: Any, value: Any
) -> None:
    assert survives(lambda: reply_to(cloudflare, HELLO, msgspec.json.encode(changed(WHOLE, whole, value))))
    assert survives(lambda: reply_to(cloudflare, STREAMED, events(*changed(PARTS, piece, value))))
    assert survives(
        lambda: cloudflare.read(
            Request("POST", f"{BASE}/ai/run/m", msgspec.json.encode(changed(REQUEST, asked, value)))
        )
    )


def test_the_list_of_models_is_read_page_by_page() -> None:
    driver = cloudflare.models(BASE)
    assert next(driver).url == f"{BASE}/ai/models/search?page=1&per_page=100&hide_experimental=false"
    first = {"success": True, "result": [{"id": str(n), "name": f"@cf/m-{n:03}"} for n in range(100)]}
    assert "page=2" in driver.send(Response(200, {}, msgspec.json.encode(first))).url
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, b'{"success": true, "result": [{"name": "@cf/a"}]}'))
    assert done.value.value[:2] == ["@cf/a", "@cf/m-000"]
