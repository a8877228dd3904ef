"""Ollama's /api/generate: a prompt in place of messages."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Request
from providers.chat import Ask, Media, Message, Text, Tool, Usage
from providers.wire import ollama_generate as wire
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
COUNTED = {
    "total_duration": 5,
    "load_duration": 1,
    "prompt_eval_count": 9,
    "prompt_eval_duration": 1,
    "eval_count": 3,
    "eval_duration": 2,
}
WHOLE = {
    "model": "m",
    "created_at": "2026-01-01T00:00:00Z",
    "response": "Hello",
    "done": True,
    "done_reason": "stop",
    "context": [1, 2],
    **COUNTED,
}
LINES: list[dict[str, Any]] = [
    {"model": "m", "created_at": "2026-01-01T00:00:00Z", "response": "", "thinking": "Greet.", "done": False},
    {"model": "m", "created_at": "2026-01-01T00:00:00Z", "response": "Hel", "done": False},
    {"model": "m", "created_at": "2026-01-01T00:00:00Z", "response": "lo", "done": False},
    {**WHOLE, "response": ""},
]


def lines(*told: Any) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in told)


@pytest.mark.parametrize(
    "ask",
    [
        HELLO, STREAMED, Ask.text("Fruit?", json=True), Ask.text("Fruit?", schema={"type": "object"}), Ask.text("Think.", thinking=True),
        Ask.text("Count.", max_tokens=9, seed=7, stop=("7",), top_logprobs=2, sampling=(("temperature", 0.0),)),
        Ask.text("What?", Media("image", "image/png", b"\x89PNG")),
        Ask((Message("system", (Text("Be brief."),)), Message("user", (Text("Hi"),)))),
    ],
    ids=lambda ask: "+".join(sorted(ask.features)),
)  # fmt: skip
def test_what_is_asked_is_read_back(ask: Ask) -> None:
    assert wire.read(request_of(wire, ask)) == ("m", ask)


def test_what_cannot_be_said_is_not_sent() -> None:
    with pytest.raises(NotExpressible):
        request_of(wire, Ask.text("x", tools=(Tool("t", "", {}),)))
    with pytest.raises(NotExpressible):
        request_of(wire, Ask((*HELLO.messages, Message("assistant", (Text("Hi"),)), *HELLO.messages)))


def test_the_prompt_stands_alone() -> None:
    assert body_of(wire, HELLO) == {"model": "m", "stream": False, "prompt": "Say hello."}
    sent = {
        "model": "m",
        "prompt": "Hi",
        "system": "",
        "template": "",
        "context": [],
        "images": [],
        "format": "",
        "options": {},
    }
    assert wire.read(Request("POST", f"{BASE}/api/generate", msgspec.json.encode(sent))) == (
        "m",
        Ask.text("Hi", stream=True),
    )


def test_an_answer_and_a_stream() -> None:
    whole = reply_to(wire, HELLO, WHOLE)
    assert (whole.text, whole.finish, whole.usage, whole.unknown) == ("Hello", "stop", Usage(9, 3), ())
    streamed = reply_to(wire, STREAMED, lines(*LINES))
    assert (streamed.text, streamed.thinking, streamed.usage, streamed.cut) == ("Hello", "Greet.", Usage(9, 3), "")
    assert reply_to(wire, STREAMED, lines(*LINES[:2])).cut
    assert reply_to(wire, HELLO, {**WHOLE, "done_reason": "length"}).finish == "length"


def test_errors() -> None:
    error = reply_to(wire, HELLO, {"error": "model 'm' not found"}, status=404).error
    assert error
    assert error.kind == "model"
    within = reply_to(wire, STREAMED, lines(LINES[1], {"error": "internal error"})).error
    assert within


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>", b'{"response": 1}', b'{"model": "m", "done": true}'])
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


def test_a_model_that_was_only_loaded_says_nothing() -> None:
    error = reply_to(wire, HELLO, {"model": "m", "response": "", "done": True, "done_reason": "load"}).error
    assert error and (error.kind, "loaded" in error.message) == ("server", True)


def test_requests_of_other_wires() -> None:
    with pytest.raises(Misfit):
        wire.read(Request("POST", f"{BASE}/api/chat", b"{}"))


@given(st.data())
def test_nothing_but_its_own_errors(data: st.DataObject) -> None:
    told = changed(LINES, data.draw(st.sampled_from(places(LINES)[1:])), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, STREAMED, lines(*told)))
