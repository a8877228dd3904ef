"""Ollama's /api/chat: what is sent, what is read, and that the official SDK does the same."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import ollama as sdk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Request, Response
from providers.chat import Ask, Media, Message, Text, TokenLogprob, Tool, ToolCall, ToolResult, Usage
from providers.wire import ollama
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.loopback import Canned, serving
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool(
    "square_root", "Roots", {"type": "object", "required": ["number"], "properties": {"number": {"type": "number"}}}
)
SCHEMA = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
PNG = Media("image", "image/png", b"\x89PNG")
CALL = ToolCall("square_root", {"number": 132413}, '{"number":132413}', "call_1")
END = {
    "done": True, "done_reason": "stop", "total_duration": 9, "load_duration": 1, "prompt_eval_count": 18, "prompt_eval_duration": 2,
    "eval_count": 3, "eval_duration": 4,
}  # fmt: skip
CALLED = {"id": "call_1", "function": {"index": 0, "name": "square_root", "arguments": {"number": 132413}}}


def line(
    content: str = "", *, last: bool = False, message: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, **(message or {})}
    return (
        {"model": "m:1b", "created_at": "2026-05-04T22:46:17.7Z", "message": said, "done": False}
        | (END if last else {})
        | more
    )


def lines(*all_lines: dict[str, Any]) -> bytes:
    return b"".join(msgspec.json.encode(item) + b"\n" for item in all_lines)


WHOLE = line("Hello", last=True, message={"thinking": "Greet.", "tool_calls": [CALLED]})
PARTS = [
    line(message={"thinking": "Gre"}),
    line(message={"thinking": "et."}),
    line("Hel"),
    line("lo"),
    line(message={"tool_calls": [CALLED]}),
    line(last=True),
]


# What is sent.

ROUND = [
    HELLO, STREAMED, Ask.text("x", max_tokens=16), Ask.text("x", seed=42), Ask.text("x", stop=("is",)), Ask.text("x", top_logprobs=2),
    Ask.text("x", json=True), Ask.text("x", schema=SCHEMA), Ask.text("x", tools=(TOOL,)), Ask.text("x", thinking=True),
    Ask.text("x", thinking=False), Ask.text("x", PNG), Ask((Message("system", (Text("Be brief."),)), *HELLO.messages)),
    Ask((*HELLO.messages, Message("assistant", (CALL,)), Message("user", (ToolResult("363.89", "square_root", "call_1"),))), tools=(TOOL,)),
]  # fmt: skip


@pytest.mark.parametrize("ask", ROUND)
def test_what_was_sent_is_read_back(ask: Ask) -> None:
    request = request_of(ollama, ask, "m:1b")
    assert ollama.matches(request)
    assert ollama.read(request) == ("m:1b", ask)


def test_every_field_of_the_wire_is_sent_by_some_question() -> None:
    assert set().union(*(ask.features for ask in ROUND)) == ollama.fields()


@pytest.mark.parametrize(
    "ask",
    [
        Ask.text("x", tools=(TOOL,), tool_choice="required"),
        Ask.text("x", Media("image", "image/png", url="https://x.test/a.png")),
    ],
)
def test_what_the_wire_has_no_field_for_is_not_sent(ask: Ask) -> None:
    with pytest.raises(NotExpressible):
        request_of(ollama, ask)


def test_a_request_that_does_not_say_streams() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "options": {"stop": "is"}}
    _, asked = ollama.read(Request("POST", "http://localhost:11434/api/chat", msgspec.json.encode(body)))
    assert (asked.stream, asked.stop) == (True, ("is",))


def test_other_requests_are_not_of_this_wire() -> None:
    assert not ollama.matches(Request("POST", "http://localhost:11434/api/generate"))
    for path, body in (("/api/pull", b"{}"), ("/api/chat", b"no json")):
        with pytest.raises(Misfit):
            ollama.read(Request("POST", f"http://localhost{path}", body))


# What is read.


@pytest.mark.parametrize(("ask", "body"), [(HELLO, WHOLE), (STREAMED, lines(*PARTS))])
def test_thinking_text_and_calls_are_told_apart(ask: Ask, body: Any) -> None:
    reply = reply_to(ollama, ask, body)
    assert (reply.thinking, reply.text, reply.calls) == ("Greet.", "Hello", (CALL,))
    assert (reply.usage, reply.model, reply.unknown, reply.cut, reply.error) == (Usage(18, 3), "m:1b", (), "", None)


def test_a_stop_on_a_call_is_tool_calls_since_the_wire_has_no_reason_of_its_own() -> None:
    reply = reply_to(ollama, HELLO, WHOLE)
    assert (reply.finish, reply.finish_raw) == ("tool_calls", "stop")


@pytest.mark.parametrize(("raw", "finish"), [("stop", "stop"), ("length", "length"), ("load", "other")])
def test_each_done_reason_has_its_meaning(raw: str, finish: str) -> None:
    assert reply_to(ollama, HELLO, line("x", last=True, done_reason=raw)).finish == finish


def test_thinking_that_the_server_left_in_the_text_is_set_apart() -> None:
    reply = reply_to(ollama, STREAMED, lines(line("<think>Gre"), line("et.</think>\n\nHi"), line(last=True)))
    assert (reply.thinking, reply.text) == ("Greet.", "Hi")


def test_log_probabilities_have_alternatives() -> None:
    top = [{"token": "Hi", "logprob": -0.5, "bytes": [72]}, {"token": "Yo", "logprob": -1.5, "bytes": [89]}]
    reply = reply_to(ollama, STREAMED, lines(line("Hi", logprobs=[{**top[0], "top_logprobs": top}]), line(last=True)))
    assert reply.logprobs == (TokenLogprob("Hi", -0.5, (("Hi", -0.5), ("Yo", -1.5))),)
    assert reply.unknown == ()


def test_a_streamed_turn_is_echoed_as_the_plain_one() -> None:
    plain, streamed = reply_to(ollama, HELLO, WHOLE).turn, reply_to(ollama, STREAMED, lines(*PARTS)).turn
    assert plain and streamed and plain.raw == streamed.raw
    ask = Ask(
        (*HELLO.messages, plain, Message("user", (ToolResult("363.89", "square_root", "call_1"),))), tools=(TOOL,)
    )
    assert body_of(ollama, ask)["messages"][1:] == [
        {"role": "assistant", "content": "Hello", "thinking": "Greet.",
         "tool_calls": [{"id": "call_1", "function": {"name": "square_root", "arguments": {"number": 132413}}}]},
        {"role": "tool", "content": "363.89", "tool_name": "square_root", "tool_call_id": "call_1"},
    ]  # fmt: skip


def test_unknown_things_are_listed_and_break_nothing() -> None:
    reply = reply_to(ollama, HELLO, line("Hi", last=True, weather="sunny", message={"mood": 1}))
    assert (reply.text, reply.unknown) == ("Hi", ("message.mood", "weather"))


def test_an_answer_that_is_never_done_is_cut() -> None:
    reply = reply_to(ollama, STREAMED, lines(*PARTS[:-1]))
    assert (reply.text, reply.finish, bool(reply.cut)) == ("Hello", None, True)
    assert reply_to(ollama, STREAMED, b"").cut


# Errors.


@pytest.mark.parametrize("status", [500, 200])
def test_an_error_is_read_alike_from_a_status_and_from_a_line_of_a_stream(status: int) -> None:
    said = "Failed to create new sequence: failed to process inputs: image: unknown format"
    body = lines(line("He"), {"error": said}) if status == 200 else {"error": said}
    error = reply_to(ollama, STREAMED, body, status=status).error
    assert error and (error.status, error.message, error.kind) == (500, said, "request")


def test_a_missing_model_says_nothing_of_the_question() -> None:
    error = reply_to(ollama, HELLO, {"error": "model 'bad_model' not found"}, status=404).error
    assert error and error.kind == "model"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"\xff\xfe",
        {"message": "hello"},
        line("x", done=1),
        line(message={"content": 7}),
        line(message={"tool_calls": [7]}),
        line(logprobs=[{"token": 1}]),
        line(eval_count="many"),
    ],
)
def test_what_is_no_answer_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        reply_to(ollama, HELLO, body)


def test_an_html_page_is_a_bad_reply() -> None:
    with pytest.raises(BadReply, match="HTML"):
        reply_to(ollama, STREAMED, b"<html>", content_type="text/html")


REQUEST = body_of(
    ollama, Ask.text("x", PNG, tools=(TOOL,), schema=SCHEMA, thinking=True, top_logprobs=2, seed=1, stop=("is",))
)
TOKENS = [{"token": "Hi", "logprob": -0.5, "top_logprobs": [{"token": "Hi", "logprob": -0.5}]}]


@given(st.sampled_from(places([*PARTS, line(logprobs=TOKENS)])[1:]), st.sampled_from(places(REQUEST)), VALUES)
def test_whatever_stands_in_a_field_raises_nothing_but_our_own_errors(piece: Any, asked: Any, value: Any) -> None:
    odd = changed([*PARTS, line(logprobs=TOKENS)], piece, value)
    assert survives(lambda: reply_to(ollama, STREAMED, b"\n".join(msgspec.json.encode(item) for item in odd)))
    assert survives(lambda: reply_to(ollama, HELLO, msgspec.json.encode(odd[piece[0]])))
    assert survives(
        lambda: ollama.read(Request("POST", f"{BASE}/api/chat", msgspec.json.encode(changed(REQUEST, asked, value))))
    )


def test_the_list_of_models_is_read() -> None:
    driver = ollama.models("http://localhost:11434")
    assert next(driver).url == "http://localhost:11434/api/tags"
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, b'{"models": [{"name": "b:1b", "model": "b:1b"}, {"name": "a:1b"}]}'))
    assert done.value.value == ["a:1b", "b:1b"]


# The official SDK as the oracle.

USER = {"role": "user", "content": "x"}
DECLARED = {
    "type": "function",
    "function": {"name": "square_root", "description": "Roots", "parameters": TOOL.parameters},
}
ORACLES: dict[str, tuple[Ask, dict[str, Any]]] = {
    "options": (Ask.text("x", max_tokens=16, seed=42, stop=("is",)), {"options": {"num_predict": 16, "seed": 42, "stop": ["is"]}}),
    "logprobs": (Ask.text("x", top_logprobs=2), {"logprobs": True, "top_logprobs": 2}),
    "json": (Ask.text("x", json=True), {"format": "json"}),
    "schema": (Ask.text("x", schema=SCHEMA), {"format": SCHEMA}),
    "tools": (Ask.text("x", tools=(TOOL,)), {"tools": [DECLARED]}),
    "thinking": (Ask.text("x", thinking=False), {"think": False}),
    "image": (Ask.text("x", PNG), {"messages": [{**USER, "images": [base64.b64encode(PNG.data).decode()]}]}),
    "result": (
        Ask((Message("user", (Text("x"),)), Message("user", (ToolResult("363.89", "square_root"),)))),
        {"messages": [USER, {"role": "tool", "content": "363.89", "tool_name": "square_root"}]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_the_official_sdk_sends_the_same(name: str, stream: bool) -> None:
    ask, options = ORACLES[name]
    canned = Canned(lines(*PARTS), "application/x-ndjson") if stream else Canned(msgspec.json.encode(WHOLE))
    with serving(canned) as server:
        asked: dict[str, Any] = {"model": "m", "messages": [USER], "stream": stream, **options}
        told = sdk.Client(host=server.url).chat(**asked)
        _ = list(told) if stream else told
    sent = server.asked[0].json()
    if not sent["tools"]:
        del sent["tools"]  # the SDK sends an empty list where there are no tools
    assert server.asked[0].path == "/api/chat"
    assert sent == body_of(ollama, msgspec.structs.replace(ask, stream=stream))


@pytest.mark.parametrize("stream", [False, True])
def test_the_official_sdk_reads_the_same(stream: bool) -> None:
    canned = Canned(lines(*PARTS), "application/x-ndjson") if stream else Canned(msgspec.json.encode(WHOLE))
    with serving(canned) as server:
        asked: dict[str, Any] = {"model": "m", "messages": [USER], "stream": stream}
        told: Any = sdk.Client(host=server.url).chat(**asked)
        chunks = list(told) if stream else [told]
    ours = reply_to(ollama, STREAMED if stream else HELLO, canned.body)
    assert "".join(chunk.message.content or "" for chunk in chunks) == ours.text
    assert "".join(chunk.message.thinking or "" for chunk in chunks) == ours.thinking
    calls = [call.function for chunk in chunks for call in chunk.message.tool_calls or []]
    assert [(call.name, call.arguments) for call in calls] == [(call.name, call.arguments) for call in ours.calls]
    assert (chunks[-1].done_reason, Usage(chunks[-1].prompt_eval_count, chunks[-1].eval_count)) == (
        ours.finish_raw,
        ours.usage,
    )


def test_the_official_sdk_also_takes_an_error_within_a_stream_for_one() -> None:
    with (
        serving(Canned(lines(line("He"), {"error": "image: unknown format"}), "application/x-ndjson")) as server,
        pytest.raises(sdk.ResponseError),
    ):
        list(sdk.Client(host=server.url).chat(model="m", messages=[USER], stream=True))
