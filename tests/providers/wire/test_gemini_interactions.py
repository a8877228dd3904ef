"""Google's Interactions API: steps instead of turns."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Request
from providers.chat import Ask, Media, Message, Source, Text, Tool, ToolCall, ToolResult, Usage
from providers.wire import gemini_interactions as wire
from tests.support.driving import BASE, reply_to, request_of
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool("root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}})
COUNTED = {
    "total_input_tokens": 9,
    "total_output_tokens": 3,
    "total_thought_tokens": 5,
    "total_tokens": 17,
    "total_cached_tokens": 0,
}
SUMMARY = {"type": "text", "text": "Greet."}
STEPS: list[dict[str, Any]] = [
    {"type": "thought", "signature": "s", "summary": [SUMMARY]},
    {"type": "model_output", "content": [{"type": "text", "text": "Hello"}]},
    {"type": "function_call", "id": "fc_1", "name": "root", "arguments": {"number": 4}},
]
WHOLE = {
    "id": "v1_1",
    "object": "interaction",
    "model": "m",
    "status": "requires_action",
    "created": "",
    "updated": "",
    "steps": STEPS,
    "usage": COUNTED,
}
EVENTS: list[dict[str, Any]] = [
    {
        "event_type": "interaction.created",
        "interaction": {"id": "v1_1", "model": "m", "object": "interaction", "status": "in_progress"},
    },
    {"event_type": "step.start", "index": 0, "step": {"type": "thought"}},
    {"event_type": "step.delta", "index": 0, "delta": {"type": "thought_summary", "content": SUMMARY}},
    {"event_type": "step.delta", "index": 0, "delta": {"type": "thought_signature", "signature": "s"}},
    {"event_type": "step.start", "index": 1, "step": {"type": "model_output"}},
    {"event_type": "step.delta", "index": 1, "delta": {"type": "text", "text": "Hel"}},
    {"event_type": "step.delta", "index": 1, "delta": {"type": "text", "text": "lo"}},
    {
        "event_type": "step.start",
        "index": 2,
        "step": {"type": "function_call", "id": "fc_1", "name": "root", "arguments": {}},
    },
    {"event_type": "step.delta", "index": 2, "delta": {"type": "arguments_delta", "arguments": '{"number": 4}'}},
    {"event_type": "step.stop", "index": 2},
    {
        "event_type": "interaction.completed",
        "interaction": {
            "id": "v1_1",
            "model": "m",
            "object": "interaction",
            "status": "requires_action",
            "usage": COUNTED,
        },
    },
]


def sse(events: list[Any], *, done: bool = True) -> bytes:
    return (
        b"".join(
            b"event: %b\ndata: %b\n\n" % (str(e.get("event_type")).encode(), msgspec.json.encode(e)) for e in events
        )
        + b"event: done\ndata: [DONE]\n\n" * done
    )


@pytest.mark.parametrize(
    "ask",
    [
        HELLO, STREAMED, Ask.text("Fruit?", json=True), Ask.text("Fruit?", schema={"type": "object"}), Ask.text("News?", web_search=True),
        Ask.text("Count.", max_tokens=9, seed=7, stop=("7",), sampling=(("temperature", 0.5),)), Ask.text("Think.", thinking=True),
        Ask.text("Root?", tools=(TOOL,), tool_choice="required"), Ask.text("Root?", tools=(TOOL,), tool_choice="none"),
        Ask.text("Root?", tools=(TOOL,), tool_choice="required", named_tool="root"), Ask.text("Draw.", outputs=("text", "image")),
        Ask.text("What?", Media("image", "image/png", b"\x89PNG"), Media("video", "video/mp4", url="https://a.example/a.mp4")),
        Ask((Message("system", (Text("Be brief."),)), Message("user", (Text("4?"),)), Message("assistant", (Text("Well."), ToolCall("root", {"number": 4}, "", "1"))), Message("user", (ToolResult("2", "root", "1"),)))),
    ],
    ids=lambda ask: "+".join(sorted(ask.features)),
)  # fmt: skip
def test_what_is_asked_is_read_back(ask: Ask) -> None:
    assert wire.read(request_of(wire, ask)) == ("m", ask)


def test_requests_of_others_in_forms_of_their_own() -> None:
    def read(**body: Any) -> tuple[str, Ask]:
        return wire.read(Request("POST", f"{BASE}/interactions", msgspec.json.encode(body)))

    assert read(model="m", input="Hi") == ("m", Ask.text("Hi"))
    assert read(agent="deep-research", input=[{"type": "text", "text": "Hi"}, {"type": "text", "text": "Ho"}]) == (
        "deep-research",
        Ask.text("Hi", Text("Ho")),
    )
    assert read(model="m", input=[{"type": "user_input", "content": "Hi"}])[1] == Ask.text("Hi")
    for body in ({"model": "m"}, {"model": "m", "input": 1}):
        with pytest.raises((Misfit, BadReply)):
            read(**body)
    with pytest.raises(NotExpressible):
        request_of(wire, Ask.text("x", top_logprobs=1))


def test_an_answer_and_a_stream() -> None:
    for reply in (reply_to(wire, HELLO, WHOLE), reply_to(wire, STREAMED, sse(EVENTS))):
        assert (reply.text, reply.thinking, reply.finish, reply.usage) == (
            "Hello",
            "Greet.",
            "tool_calls",
            Usage(9, 8, 5),
        )
        assert reply.calls == (ToolCall("root", {"number": 4}, "", "fc_1"),)
        assert (reply.cut, reply.unknown) == ("", ())
    assert reply_to(wire, STREAMED, sse(EVENTS[:6], done=False)).cut
    assert reply_to(wire, STREAMED, b"").cut


@pytest.mark.parametrize(
    ("raw", "finish"), [("completed", "stop"), ("requires_action", "tool_calls"), ("incomplete", "length")]
)
def test_statuses(raw: str, finish: str) -> None:
    assert reply_to(wire, HELLO, {**WHOLE, "status": raw}).finish == finish


def test_what_did_not_end() -> None:
    assert reply_to(wire, HELLO, {**WHOLE, "status": "in_progress"}).cut
    for raw in ("failed", "cancelled"):
        assert reply_to(wire, HELLO, {**WHOLE, "status": raw}).error


def test_a_search_and_a_picture() -> None:
    note = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 4}
    steps = [
        {"type": "google_search_call", "id": "1", "arguments": {"queries": ["news"]}}, {"type": "google_search_result", "call_id": "1", "result": []},
        {"type": "model_output", "content": [{"type": "text", "text": "News", "annotations": [note]}, {"type": "image", "mime_type": "image/png", "data": "iVBORw=="}]},
    ]  # fmt: skip
    reply = reply_to(wire, HELLO, {**WHOLE, "steps": steps})
    assert (reply.searches, reply.sources, [m.mime for m in reply.media]) == (
        ("news",),
        (Source("https://a.example", "A"),),
        ["image/png"],
    )


def test_errors() -> None:
    told = {"error": {"code": "invalid_request", "message": "Tool calling is not supported for this model."}}
    for error in (
        reply_to(wire, HELLO, told, status=400).error,
        reply_to(wire, STREAMED, sse([EVENTS[0], {"event_type": "error", **told}])).error,
    ):
        assert error
        assert error.message == told["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>", b'{"steps": 1}', b'{"status": 1}'])
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


@given(st.data())
def test_nothing_but_its_own_errors(data: st.DataObject) -> None:
    spoilt = changed(WHOLE, data.draw(st.sampled_from(places(WHOLE))), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, HELLO, msgspec.json.encode(spoilt)))
    told = changed(EVENTS, data.draw(st.sampled_from([p for p in places(EVENTS) if len(p) > 1])), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, STREAMED, sse(told)))
