"""The Responses API: what is sent, and what is read. The official SDK has a file of its own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from providers.base import Misfit, NotExpressible, Quirks, Request
from providers.chat import (
    Ask,
    Citation,
    Document,
    Media,
    Message,
    Source,
    Text,
    TokenLogprob,
    ToolCall,
    ToolResult,
    Usage,
)
from providers.wire import openai_responses
from tests.support.canned_responses import (
    CALLED,
    CASES,
    CITED,
    HELLO,
    LOGPROB,
    SEARCHED,
    STREAMED,
    TALK,
    THOUGHT,
    TOOL,
    WHOLE,
    error,
    events,
    said,
    whole,
)
from tests.support.driving import BASE, body_of, reply_to, request_of, sse


def asked_by(**body: Any) -> Ask:
    return openai_responses.read(Request("POST", f"{BASE}/responses", msgspec.json.encode({"model": "m", **body})))[1]


# What is sent.


@pytest.mark.parametrize("name", CASES)
def test_reading_a_request_gives_back_the_question(name: str) -> None:
    assert openai_responses.read(request_of(openai_responses, CASES[name])) == ("m", strictly(CASES[name]))


def strictly(ask: Ask) -> Ask:
    """The question as it is sent: a schema is to be followed strictly unless the question says otherwise."""
    return ask if ask.schema is None else msgspec.structs.replace(ask, strict=True)


def test_every_field_of_the_wire_is_in_a_round_trip() -> None:
    # Batches and files are asked for in requests of their own, which have their own tests.
    assert openai_responses.fields() - {"batch", "file"} == frozenset().union(*(ask.features for ask in CASES.values()))


@pytest.mark.parametrize("ask", [Ask.text("x", seed=1), Ask.text("x", stop=("is",)), Ask.text("x", Document("Quack."))])
def test_what_the_wire_has_no_field_for_is_not_sent(ask: Ask) -> None:
    with pytest.raises(NotExpressible):
        request_of(openai_responses, ask)


def test_log_probabilities_are_asked_for_twice_since_the_number_alone_brings_none() -> None:
    body = body_of(openai_responses, Ask.text("x", top_logprobs=2))
    assert (body["top_logprobs"], body["include"]) == (2, ["message.output_text.logprobs"])


def test_a_recorded_question_with_a_sound_or_a_text_to_cite_is_read_and_put_again() -> None:
    for part in (Media("audio", "audio/mpeg", b"ID3"), Document("Quack.", "Quackiland")):
        ask = Ask.text("x", part)
        assert openai_responses.read(request_of(openai_responses, ask, quirks=Quirks(has=ask.features)))[1] == ask


def test_an_echoed_turn_keeps_the_reasoning_items() -> None:
    reply = reply_to(openai_responses, HELLO, WHOLE)
    assert reply.turn
    result = Message("user", (ToolResult("363.89", "", "call_1"),))
    body = body_of(openai_responses, Ask((*HELLO.messages, reply.turn, result), tools=(TOOL,)))
    assert body["input"][1:4] == [THOUGHT, said("Hello"), CALLED]
    assert body["input"][4] == {"type": "function_call_output", "call_id": "call_1", "output": "363.89"}


def test_a_streamed_turn_is_echoed_as_the_plain_one() -> None:
    streamed, plain = reply_to(openai_responses, STREAMED, TALK).turn, reply_to(openai_responses, HELLO, WHOLE).turn
    assert streamed and plain
    assert streamed.raw == plain.raw


def test_the_short_forms_of_a_request_are_read() -> None:
    assert asked_by(input="Hi").messages == (Message("user", (Text("Hi"),)),)
    asked = asked_by(
        instructions="Be brief.", input=[{"role": "developer", "content": "Now."}, {"role": "user", "content": "Hi"}]
    )
    assert [(m.role, m.parts) for m in asked.messages] == [
        ("system", (Text("Be brief."),)), ("system", (Text("Now."),)), ("user", (Text("Hi"),)),
    ]  # fmt: skip
    assert asked_by(input="x", include=["message.output_text.logprobs"]).top_logprobs == 0


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        ({"type": "function", "name": "f"}, "required"), ({"type": "allowed_tools", "mode": "required", "tools": []}, "required"),
        ({"type": "allowed_tools", "mode": "auto", "tools": []}, "auto"), ("none", "none"), (None, "auto"), ({"type": "mcp"}, "auto"),
    ],
)  # fmt: skip
def test_a_choice_of_tools_is_read_in_all_its_forms(choice: Any, meant: str) -> None:
    assert asked_by(input="x", tool_choice=choice).tool_choice == meant


def test_a_document_pasted_into_the_text_is_no_document() -> None:
    parts = [
        {"type": "input_text", "text": "Quack is the capital."},
        {"type": "input_text", "text": "Which is the capital?"},
    ]
    assert asked_by(input=[{"type": "message", "role": "user", "content": parts}]).features == {"text"}


def test_other_requests_are_no_responses() -> None:
    assert not openai_responses.matches(Request("GET", f"{BASE}/responses"))
    with pytest.raises(Misfit):
        openai_responses.read(Request("POST", f"{BASE}/chat/completions", b"{}"))
    with pytest.raises(Misfit):
        openai_responses.read(Request("POST", f"{BASE}/responses", b"no json"))


# What is read.


@pytest.mark.parametrize(("ask", "body"), [(HELLO, WHOLE), (STREAMED, TALK)])
def test_thinking_text_and_calls_are_told_apart(ask: Ask, body: Any) -> None:
    reply = reply_to(openai_responses, ask, body)
    assert (reply.thinking, reply.text) == ("The user greets.", "Hello")
    assert reply.calls == (ToolCall("square_root", {"number": 132413}, '{"number": 132413}', "call_1"),)
    assert (reply.finish, reply.finish_raw, reply.usage) == ("tool_calls", "completed", Usage(10, 5, 3))
    assert (reply.model, reply.cut, reply.unknown, reply.error) == ("gpt-x", "", (), None)


@pytest.mark.parametrize(
    ("status", "reason", "finish"),
    [
        ("completed", "", "stop"), ("incomplete", "max_output_tokens", "length"), ("incomplete", "content_filter", "content_filter"),
        ("incomplete", "brand_new", "other"), ("cancelled", "", None),
    ],
)  # fmt: skip
def test_each_status_has_its_meaning(status: str, reason: str, finish: str) -> None:
    body = whole(said("Hi"), status=status, reason=reason)
    assert reply_to(openai_responses, HELLO, body).finish == finish
    kind = "response.completed" if status == "completed" else "response.incomplete"
    assert (
        reply_to(openai_responses, STREAMED, sse(events(said("Hi"), end={"type": kind, "response": body}))).finish
        == finish
    )


def test_a_response_that_still_runs_has_no_finish_reason_and_is_no_answer_yet() -> None:
    reply = reply_to(openai_responses, HELLO, whole(status="in_progress"))
    assert (reply.finish, bool(reply.cut)) == (None, True)


def test_a_cap_spent_on_thinking_is_a_length() -> None:
    reply = reply_to(
        openai_responses, Ask.text("x", max_tokens=16), whole(THOUGHT, status="incomplete", reason="max_output_tokens")
    )
    assert (reply.text, reply.finish, reply.finish_raw) == ("", "length", "max_output_tokens")


def test_encrypted_thinking_stays_out_of_the_text() -> None:
    reply = reply_to(openai_responses, HELLO, whole({**THOUGHT, "summary": []}, said("Hi")))
    assert (reply.text, reply.thinking, reply.unknown) == ("Hi", "", ())


def test_open_reasoning_and_thinking_within_tags_are_thinking() -> None:
    opened = {
        "id": "rs_1",
        "type": "reasoning",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": "Open."}],
    }
    reply = reply_to(openai_responses, HELLO, whole(opened, said("<think>tagged</think>Hi")))
    assert (reply.thinking, reply.text) == ("Open.\ntagged", "Hi")


def test_a_search_shows_its_queries_and_its_pages() -> None:
    for ask, body in ((HELLO, whole(SEARCHED, said("Carney"))), (STREAMED, sse(events(SEARCHED, said("Carney"))))):
        reply = reply_to(openai_responses, ask, body)
        assert (reply.searches, reply.sources) == (("PM of Canada",), (Source("https://pm.test"),))
        assert (reply.text, reply.calls, reply.unknown) == ("Carney", (), ())


def test_a_web_page_that_is_noted_is_a_source_not_a_citation() -> None:
    for ask, body in (
        (HELLO, whole(said("Carney", annotations=[CITED]))), (STREAMED, sse(events(said("Carney", annotations=[CITED])))),
    ):  # fmt: skip
        reply = reply_to(openai_responses, ask, body)
        assert (reply.citations, reply.sources) == ((), (Source("https://pm.test", "PM"),))


def test_a_file_of_a_vector_store_is_a_citation() -> None:
    note = {"type": "file_citation", "file_id": "file_1", "filename": "quack.txt", "index": 4}
    reply = reply_to(openai_responses, HELLO, whole(said("Quack", annotations=[note])))
    assert (reply.citations, reply.unknown) == ((Citation("quack.txt"),), ())


def test_log_probabilities_come_with_their_alternatives() -> None:
    wanted = (TokenLogprob("Hello", -0.1, (("Hi", -2.5),)),)
    for ask, body in (
        (HELLO, whole(said("Hello", logprobs=[LOGPROB]))),
        (STREAMED, sse(events(said("Hello", logprobs=[LOGPROB])))),
    ):
        reply = reply_to(openai_responses, ask, body)
        assert (reply.logprobs, reply.unknown) == (wanted, ())


def test_a_drawing_is_a_picture() -> None:
    drawn = {
        "id": "ig_1",
        "type": "image_generation_call",
        "status": "completed",
        "result": "iVBORw==",
        "output_format": "webp",
    }
    for ask, body in ((HELLO, whole(drawn)), (STREAMED, sse(events(drawn)))):
        reply = reply_to(openai_responses, ask, body)
        assert (reply.media, reply.unknown) == ((Media("image", "image/webp", b"\x89PNG"),), ())


def test_a_refusal_of_content_is_apart_from_the_text() -> None:
    refused = {**said(""), "content": [{"type": "refusal", "refusal": "No."}]}
    reply = reply_to(openai_responses, HELLO, whole(refused))
    assert (reply.text, reply.refusal) == ("", "No.")


def test_arguments_that_are_no_object_are_kept_as_sent() -> None:
    assert reply_to(openai_responses, HELLO, whole({**CALLED, "arguments": "[1"})).calls == (
        ToolCall("square_root", None, "[1", "call_1"),
    )


def test_rate_limits_are_read_from_the_headers() -> None:
    reply = reply_to(
        openai_responses, HELLO, whole(), x_ratelimit_limit_requests="500", x_ratelimit_remaining_requests="499"
    )
    assert [(limit.name, limit.limit, limit.remaining) for limit in reply.limits] == [("requests", 500, 499)]


def test_unknown_things_are_listed_and_break_nothing() -> None:
    odd = {"id": "x", "type": "dance", "steps": 2}
    reply = reply_to(openai_responses, HELLO, whole({**said("Hi"), "mood": 1}, odd, weather="sunny"))
    assert (reply.text, reply.unknown) == ("Hi", ("output[].mood", "output[].steps", "weather"))
    strange: list[dict[str, Any]] = [
        {"type": "vibe"}, {"type": "response.tap_dance.delta", "delta": 3}, {"type": "response.web_search_call.searching"},
    ]  # fmt: skip
    reply = reply_to(openai_responses, STREAMED, sse(strange + events(said("Hi"))))
    assert (reply.text, reply.unknown, reply.cut) == ("Hi", ("event response.tap_dance.delta", "event vibe"), "")


def test_tools_that_were_not_asked_for_are_known() -> None:
    other = {
        "id": "ci_1",
        "type": "code_interpreter_call",
        "status": "completed",
        "code": "1+1",
        "container_id": "c",
        "outputs": [],
    }
    assert reply_to(openai_responses, HELLO, whole(other)).unknown == ()


def test_the_events_before_fill_in_for_a_last_event_without_output() -> None:
    end = {"type": "response.completed", "response": whole()}
    reply = reply_to(openai_responses, STREAMED, sse(events(THOUGHT, said("Hello"), CALLED, end=end)))
    assert (reply.thinking, reply.text, len(reply.calls), reply.cut) == ("The user greets.", "Hello", 1, "")


@pytest.mark.parametrize("kept", range(1, 17))
def test_a_stream_without_its_last_event_is_cut_but_what_came_is_kept(kept: int) -> None:
    told = events(THOUGHT, said("Hello"), CALLED)[:kept]
    reply = reply_to(openai_responses, STREAMED, sse(told))
    assert reply.cut and reply.finish is None
    whole_text = "".join(e["delta"] for e in told if e["type"] == "response.output_text.delta")
    whole_thought = "".join(e["delta"] for e in told if e["type"] == "response.reasoning_summary_text.delta")
    assert (reply.text, reply.thinking) == (whole_text, whole_thought)


def test_an_empty_stream_is_cut() -> None:
    assert reply_to(openai_responses, STREAMED, b"").cut


def test_a_plain_answer_to_a_streamed_question_is_read() -> None:
    reply = reply_to(openai_responses, STREAMED, whole(said("Hi")))
    assert (reply.text, reply.cut) == ("Hi", "")


# Errors.


@pytest.mark.parametrize(
    ("status", "body", "about"),
    [
        (401, error("invalid_api_key", "Incorrect API key provided: x."), "auth"),
        (400, error("model_not_found", "The requested model 'x' does not exist.", param="model"), "model"),
        (
            400,
            error("unsupported_parameter", "logprobs are not supported with reasoning models.", param="top_logprobs"),
            "request",
        ),
        (429, error("rate_limit_exceeded", "Rate limit reached for gpt-x"), "rate"),
        (500, error("server_error", "The server had an error."), "server"),
    ],
)
def test_an_error_is_read_alike_from_a_status_a_200_and_a_stream(status: int, body: dict[str, Any], about: str) -> None:
    found = reply_to(openai_responses, HELLO, body, status=status).error
    assert found and (found.status, found.message, found.kind) == (status, body["error"]["message"], about)
    told = {"code": body["error"]["code"], "message": body["error"]["message"]}
    failed = whole(status="failed", error=told)
    streams = (
        {"type": "error", **told, "param": None},
        {"type": "error", **body},
        {"type": "response.failed", "response": failed},
    )
    replies = [
        reply_to(openai_responses, HELLO, failed),
        *(reply_to(openai_responses, STREAMED, sse(events(end=end))) for end in streams),
    ]
    assert [(r.error.status, r.error.message, r.error.kind) for r in replies if r.error] == [
        (status, found.message, about)
    ] * 4


def test_a_failure_that_tells_nothing_is_an_error_of_the_server() -> None:
    for ask, body in (
        (HELLO, whole(status="failed")), (STREAMED, sse(events(end={"type": "response.failed", "response": whole(status="failed")}))),
    ):  # fmt: skip
        found = reply_to(openai_responses, ask, body).error
        assert found and (found.status, found.kind) == (500, "server")
