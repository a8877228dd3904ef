"""IBM watsonx.ai: the chat and the older generation of text."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, ProviderError, Quirks, Request, Response
from providers.chat import Ask, Tool, Usage
from providers.wire import watsonx as wire
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
PROJECT = Quirks(options={"body": {"project_id": "p"}})
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool("t", "T", {"type": "object", "properties": {}})
CHAT = {
    "id": "cmpl-1", "model_id": "ibm/granite-4-h-small", "model": "ibm/granite-4-h-small", "created": 1, "created_at": "2026-01-01T00:00:00Z",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}, "system": {"warnings": []},
}  # fmt: skip
TEXT = {
    "model_id": "google/flan-ul2", "created_at": "2026-01-01T00:00:00Z",
    "results": [{"generated_text": "Hello", "generated_token_count": 3, "input_token_count": 9, "stop_reason": "eos_token"}],
}  # fmt: skip


def events(*told: Any) -> bytes:
    return b"".join(
        b"id: %d\nevent: message\ndata: %b\n\n" % (i, msgspec.json.encode(one)) for i, one in enumerate(told, 1)
    )


@pytest.mark.parametrize(
    "ask",
    [
        HELLO, STREAMED, Ask.text("Count.", max_tokens=9, seed=7, stop=("7",), top_logprobs=2, sampling=(("temperature", 0.5),)),
        Ask.text("Root?", tools=(TOOL,), tool_choice="required"), Ask.text("Root?", tools=(TOOL,), tool_choice="none"),
        Ask.text("Root?", tools=(TOOL,), tool_choice="required", named_tool="t"), Ask.text("Fruit?", json=True),
    ],
    ids=lambda ask: "+".join(sorted(ask.features)),
)  # fmt: skip
def test_what_is_asked_is_read_back(ask: Ask) -> None:
    assert wire.read(request_of(wire, ask, quirks=PROJECT)) == ("m", ask)


def test_names_of_its_own() -> None:
    sent = request_of(wire, STREAMED, quirks=PROJECT)
    assert sent.url == f"{BASE}/ml/v1/text/chat_stream?version=2025-02-11"
    body = msgspec.json.decode(sent.body)
    assert (body["model_id"], body["project_id"], "model" in body, "stream" in body) == ("m", "p", False, False)
    assert (
        body_of(wire, Ask.text("x", tools=(TOOL,), tool_choice="required"), quirks=PROJECT)["tool_choice_option"]
        == "required"
    )
    with pytest.raises(NotExpressible):
        request_of(wire, Ask.text("x", web_search=True))


def test_nothing_is_asked_outside_of_a_project() -> None:
    with pytest.raises(ProviderError, match="none is named"):
        request_of(wire, HELLO)


def test_an_older_question() -> None:
    parameters = {
        "max_new_tokens": 9,
        "random_seed": 7,
        "stop_sequences": ["7"],
        "decoding_method": "greedy",
        "temperature": 0.5,
    }
    body = msgspec.json.encode(
        {"model_id": "google/flan-ul2", "input": "Count.", "parameters": parameters, "project_id": "p"}
    )
    read = wire.read(
        Request("POST", "https://us-south.ml.cloud.ibm.com/ml/v1/text/generation_stream?version=2024-01-01", body)
    )
    assert read == (
        "google/flan-ul2",
        Ask.text("Count.", max_tokens=9, seed=7, stop=("7",), stream=True, sampling=(("temperature", 0.5),)),
    )


@pytest.mark.parametrize("body", [CHAT, TEXT])
def test_an_answer(body: dict[str, Any]) -> None:
    reply = reply_to(wire, HELLO, quirks=PROJECT, body=body)
    assert (reply.text, reply.finish, reply.usage, reply.unknown, reply.cut) == ("Hello", "stop", Usage(9, 3), (), "")


def test_streams() -> None:
    delta = {
        **CHAT,
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    }
    assert reply_to(wire, STREAMED, quirks=PROJECT, body=events(delta)).text == "Hello"
    pieces = [
        {
            "model_id": "m",
            "results": [
                {
                    "generated_text": "Hel",
                    "generated_token_count": 1,
                    "input_token_count": 9,
                    "stop_reason": "not_finished",
                }
            ],
        },
        {
            "model_id": "m",
            "results": [
                {
                    "generated_text": "lo",
                    "generated_token_count": 3,
                    "input_token_count": 0,
                    "stop_reason": "max_tokens",
                }
            ],
        },
    ]
    reply = reply_to(wire, STREAMED, quirks=PROJECT, body=events(*pieces))
    assert (reply.text, reply.finish, reply.usage, reply.cut) == ("Hello", "length", Usage(9, 3), "")
    assert reply_to(wire, STREAMED, quirks=PROJECT, body=events(pieces[0])).cut


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("eos_token", "stop"),
        ("stop_sequence", "stop_sequence"),
        ("max_tokens", "length"),
        ("token_limit", "length"),
        ("time_limit", "length"),
        ("new", "other"),
    ],
)
def test_finish_reasons_of_generations(raw: str, finish: str) -> None:
    assert (
        reply_to(
            wire,
            HELLO,
            quirks=PROJECT,
            body={"results": [{"generated_text": "x", "stop_reason": raw.upper() if raw == "new" else raw}]},
        ).finish
        == finish
    )


def test_finish_reasons_of_the_chat() -> None:
    def told(raw: str) -> dict[str, Any]:
        return {
            **CHAT,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": raw}],
        }

    assert reply_to(wire, HELLO, quirks=PROJECT, body=told("time_limit")).finish == "length"
    for raw in ("cancelled", "error"):
        assert reply_to(wire, HELLO, quirks=PROJECT, body=told(raw)).error
    assert reply_to(
        wire, HELLO, quirks=PROJECT, body={"results": [{"generated_text": "x", "stop_reason": "cancelled"}]}
    ).error


def test_errors() -> None:
    told = {
        "errors": [{"code": "model_not_supported", "message": "Model 'x' is not supported for this environment."}],
        "trace": "t",
        "status_code": 404,
    }
    error = reply_to(wire, HELLO, quirks=PROJECT, body=told, status=404).error
    assert error
    assert error.kind == "model"


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"results": 1}', b'{"results": [{"generated_text": 1}]}'])
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, quirks=PROJECT, body=body)


def test_the_list_of_models() -> None:
    listing = wire.models(BASE)
    assert next(listing).url.startswith(f"{BASE}/ml/v1/foundation_model_specs?")
    with pytest.raises(StopIteration) as done:
        listing.send(Response(200, {}, b'{"resources": [{"model_id": "b"}, {"model_id": "a"}]}'))
    assert done.value.value == ["a", "b"]


def test_requests_of_other_wires() -> None:
    with pytest.raises(Misfit):
        wire.read(Request("POST", f"{BASE}/ml/v1/text/embeddings", b"{}"))


@given(st.data())
def test_nothing_but_its_own_errors(data: st.DataObject) -> None:
    for body in (CHAT, TEXT):
        spoilt = changed(body, data.draw(st.sampled_from(places(body))), data.draw(VALUES))
        assert survives(lambda spoilt=spoilt: reply_to(wire, HELLO, quirks=PROJECT, body=msgspec.json.encode(spoilt)))  # type: ignore[misc]
        assert survives(lambda spoilt=spoilt: reply_to(wire, STREAMED, quirks=PROJECT, body=events(spoilt)))  # type: ignore[misc]
