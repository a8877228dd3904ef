"""Anthropic's text completions."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from providers.base import BadReply, Misfit, NotExpressible, Request
from providers.chat import Ask, Message, Text
from providers.wire import anthropic_complete as wire
from tests.support.driving import BASE, body_of, reply_to, request_of, sse

HELLO = Ask.text("Say hello.", usage=False)
STREAMED = msgspec.structs.replace(HELLO, stream=True)
WHOLE = {
    "type": "completion",
    "id": "compl_1",
    "completion": " Hello",
    "stop_reason": "stop_sequence",
    "model": "claude-2.1",
    "stop": "\n\nHuman:",
    "log_id": "1",
}
EVENTS: list[dict[str, Any]] = [
    {
        "type": "completion",
        "id": "c",
        "completion": " Hel",
        "stop_reason": None,
        "model": "claude-2.1",
        "stop": None,
        "log_id": "c",
    },
    {"type": "ping"},
    {
        "type": "completion",
        "id": "c",
        "completion": "lo",
        "stop_reason": None,
        "model": "claude-2.1",
        "stop": None,
        "log_id": "c",
    },
    {
        "type": "completion",
        "id": "c",
        "completion": "",
        "stop_reason": "stop_sequence",
        "model": "claude-2.1",
        "stop": "\n\nHuman:",
        "log_id": "c",
    },
]


@pytest.mark.parametrize(
    "ask",
    [HELLO, STREAMED, Ask.text("Count.", max_tokens=9, stop=("7",), usage=False)],
    ids=["plain", "stream", "more"],
)
def test_what_is_asked_is_read_back(ask: Ask) -> None:
    assert wire.read(request_of(wire, ask)) == ("m", ask)


def test_the_prompt_has_turns_of_its_own() -> None:
    assert body_of(wire, HELLO) == {
        "model": "m",
        "prompt": "\n\nHuman: Say hello.\n\nAssistant:",
        "max_tokens_to_sample": 4096,
    }
    for ask in (Ask.text("x", seed=1), Ask((*HELLO.messages, Message("assistant", (Text("Hi"),))))):
        with pytest.raises(NotExpressible):
            request_of(wire, ask)


def test_an_answer_and_a_stream() -> None:
    whole = reply_to(wire, HELLO, WHOLE)
    assert (whole.text, whole.finish, whole.model, whole.usage, whole.unknown) == (
        " Hello",
        "stop",
        "claude-2.1",
        None,
        (),
    )
    told = reply_to(wire, STREAMED, sse(EVENTS))
    assert (told.text, told.finish, told.cut, told.unknown) == (" Hello", "stop", "", ())
    assert reply_to(wire, STREAMED, sse(EVENTS[:3])).cut
    assert reply_to(wire, STREAMED, b"").cut


@pytest.mark.parametrize(
    ("raw", "stop", "finish"),
    [("stop_sequence", "7", "stop_sequence"), ("max_tokens", None, "length"), ("new", None, "other")],
)
def test_finish_reasons(raw: str, stop: str | None, finish: str) -> None:
    assert reply_to(wire, HELLO, {**WHOLE, "stop_reason": raw, "stop": stop}).finish == finish


def test_errors() -> None:
    told = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    for error in (
        reply_to(wire, HELLO, told, status=529).error,
        reply_to(wire, STREAMED, sse([EVENTS[0], told])).error,
    ):
        assert error
        assert error.kind == "server"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"<html>", b'{"completion": 1}', b'{"type": "message", "content": []}']
)
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


def test_requests_of_other_wires() -> None:
    with pytest.raises(Misfit):
        wire.read(Request("POST", f"{BASE}/completions", b"{}"))
