"""OpenAI's completions of a prompt, and Writer's."""

from __future__ import annotations

import gzip
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Quirks, Request
from providers.chat import Ask, Message, Text, TokenLogprob, Tool, Usage
from providers.wire import openai_completions as wire
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
COUNTED = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
PROBS = {
    "tokens": ["Hel", "lo"],
    "token_logprobs": [-0.5, -0.1],
    "top_logprobs": [{"Hel": -0.5, "Hi": -1.0}, {"lo": -0.1}],
    "text_offset": [0, 3],
}


def completion(**choice: Any) -> dict[str, Any]:
    one = {"text": "Hello", "index": 0, "logprobs": None, "finish_reason": "stop", **choice}
    return {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "choices": [one], "usage": COUNTED}


def stream(*told: Any, done: bool = True) -> bytes:
    return b"".join(b"data: %b\n\n" % msgspec.json.encode(t) for t in told) + b"data: [DONE]\n\n" * done


PIECES = [completion(text="Hel", finish_reason=None), completion(text="lo", finish_reason=None), completion(text="")]


@pytest.mark.parametrize(
    "ask",
    [
        HELLO,
        STREAMED,
        Ask.text("Count.", max_tokens=9, seed=7, stop=("7", "8"), top_logprobs=2, sampling=(("temperature", 0.5),)),
    ],
    ids=lambda ask: "+".join(sorted(ask.features)),
)
def test_what_is_asked_is_read_back(ask: Ask) -> None:
    assert wire.read(request_of(wire, ask)) == ("m", ask)


def test_what_cannot_be_said_is_not_sent() -> None:
    with pytest.raises(NotExpressible):
        request_of(wire, Ask.text("x", tools=(Tool("t", "", {}),)))
    with pytest.raises(NotExpressible):
        request_of(wire, Ask((*HELLO.messages, Message("assistant", (Text("Hi"),)))))
    assert "stream_options" not in body_of(wire, STREAMED, quirks=Quirks(options={"stream_usage": False}))


def read(body: dict[str, Any], url: str = f"{BASE}/completions") -> tuple[str, Ask]:
    return wire.read(Request("POST", url, msgspec.json.encode(body)))


def test_prompts_of_other_forms() -> None:
    assert read({"model": "m", "prompt": ["Hi", "Ho"]})[1] == Ask.text("Hi")
    assert read({"model": "m", "prompt": [1, 2]})[1] == Ask.text("")
    assert read({"model": "m", "prompt": "Hi", "logprobs": 3})[1].top_logprobs == 3
    assert not read({"model": "m", "prompt": "Hi", "stream": True})[1].usage
    azure = "https://r.openai.azure.com/openai/deployments/my%20own/completions?api-version=2024-10-21"
    assert read({"prompt": "Hi"}, azure)[0] == "my own"


def test_an_answer_and_a_stream() -> None:
    whole = reply_to(wire, HELLO, completion(logprobs=PROBS))
    assert (whole.text, whole.finish, whole.usage, whole.unknown) == ("Hello", "stop", Usage(9, 3), ())
    assert whole.logprobs == (
        TokenLogprob("Hel", -0.5, (("Hel", -0.5), ("Hi", -1.0))),
        TokenLogprob("lo", -0.1, (("lo", -0.1),)),
    )
    streamed = reply_to(wire, STREAMED, stream(*PIECES))
    assert (streamed.text, streamed.finish, streamed.cut) == ("Hello", "stop", "")
    assert reply_to(wire, STREAMED, stream(*PIECES[:2], done=False)).cut
    assert reply_to(wire, HELLO, completion(finish_reason="length")).finish == "length"
    packed = gzip.compress(msgspec.json.encode(completion()))
    assert reply_to(wire, HELLO, packed, content_encoding="gzip").text == "Hello"


@pytest.mark.parametrize(
    ("probs", "found"),
    [
        ({**PROBS, "top_logprobs": [1.5, True]}, (TokenLogprob("Hel", -0.5), TokenLogprob("lo", -0.1))),
        ({**PROBS, "top_logprobs": ["x", None]}, (TokenLogprob("Hel", -0.5), TokenLogprob("lo", -0.1))),
        ({**PROBS, "token_logprobs": [10**400, -0.1]}, None),
        ({**PROBS, "top_logprobs": [{"Hel": 10**400}]}, None),
    ],
    ids=["numbers", "text", "beyond", "beyond in the alternatives"],
)
def test_alternatives_that_are_none_and_numbers_beyond_bounds(
    probs: dict[str, Any], found: tuple[TokenLogprob, ...] | None
) -> None:
    body = json.dumps(completion(logprobs=probs)).encode()
    if found is None:
        with pytest.raises(BadReply, match="beyond any bounds"):
            reply_to(wire, HELLO, body)
    else:
        assert reply_to(wire, HELLO, body).logprobs == found


def test_the_first_of_several_answers_counts() -> None:
    body = completion()
    body["choices"].append({"text": "Bye", "index": 1, "finish_reason": "length"})
    assert reply_to(wire, HELLO, body).text == "Hello"


def test_writers_answers_have_neither_reason_nor_counts() -> None:
    whole = reply_to(wire, HELLO, {"choices": [{"text": "Hello", "log_probs": None}], "model": "palmyra-x5"})
    assert (whole.text, whole.finish, whole.usage, whole.model) == ("Hello", None, None, "palmyra-x5")
    streamed = reply_to(wire, STREAMED, stream({"value": "Hel"}, {"value": "lo"}, done=False))
    assert (streamed.text, streamed.cut) == ("Hello", "")


def test_errors() -> None:
    told = {
        "error": {
            "message": "This is a chat model and not supported in the v1/completions endpoint.",
            "type": "invalid_request_error",
        }
    }
    error = reply_to(wire, HELLO, told, status=404).error
    assert error
    assert error.status == 404
    within = reply_to(
        wire, STREAMED, stream(PIECES[0], {"error": {"message": "overloaded", "type": "server_error"}})
    ).error
    assert within
    assert within.kind == "server"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"<html>", b'{"choices": 1}', b'{"choices": [{"text": {"a": [1]}}]}'[:-3]]
)
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


def test_requests_of_other_wires() -> None:
    for url, body in (
        ("/chat/completions", {"messages": []}),
        ("/chat/completions", {"prompt": "x"}),
        ("/prompts/p/completions", {"variables": {}}),
    ):
        with pytest.raises(Misfit):
            read(body, BASE + url)


@given(st.data())
def test_nothing_but_its_own_errors(data: st.DataObject) -> None:
    body = completion(logprobs=PROBS)
    spoilt = changed(body, data.draw(st.sampled_from(places(body))), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, HELLO, msgspec.json.encode(spoilt)))
    told = changed(PIECES, data.draw(st.sampled_from(places(PIECES)[1:])), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, STREAMED, stream(*told)))
