"""The Responses API: answers that are none, fields of another form, the list of models."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis.strategies import sampled_from

from providers.base import BadReply, ProviderError, Request, Response
from providers.chat import (
    Ask,
    Reply,
)
from providers.wire import openai_responses
from tests.support.canned_responses import (
    CALLED,
    CASES,
    CITED,
    HELLO,
    LOGPROB,
    PNG,
    SCHEMA,
    SEARCHED,
    STREAMED,
    THOUGHT,
    TOOL,
    events,
    said,
    whole,
)
from tests.support.driving import BASE, JSON, body_of, reply_to
from tests.support.mutating import changed, places


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no json", b"<html>busy</html>", b"[]", b"\xff\xfe", whole(said(7)),  # type: ignore[arg-type]
        whole(usage={"input_tokens": "many"}), whole(usage=[1]), {"output": "hello"}, {"output": [["x"]]}, {"status": 3, "output": []},
        whole({"type": "image_generation_call", "result": "no base64!"}), whole({"type": "function_call", "arguments": 7}),
    ],
)  # fmt: skip
def test_what_is_no_response_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        reply_to(openai_responses, HELLO, body)


@pytest.mark.parametrize(
    "event",
    [
        b"data: {", b"data: 1", b'data: {"type": 1}', b'data: {"type": "response.completed", "response": []}',
        b'data: {"type": "response.output_item.done", "output_index": "x", "item": {}}',
        b'data: {"type": "response.output_text.delta", "output_index": 0, "delta": 3}',
    ],
)  # fmt: skip
def test_what_is_no_event_is_a_bad_reply(event: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(openai_responses, STREAMED, event + b"\n\n")


RICH = whole(THOUGHT, said("Hello", annotations=[CITED], logprobs=[LOGPROB]), CALLED, SEARCHED)
EVENTS = events(THOUGHT, said("Hello", annotations=[CITED]), CALLED)[:-1]
REQUEST = body_of(
    openai_responses, Ask.text("x", PNG, tools=(TOOL,), schema=SCHEMA, thinking=True, top_logprobs=2, web_search=True)
)
TURNS = body_of(openai_responses, CASES["turns"])


@given(
    sampled_from(places(RICH)),
    sampled_from(places(EVENTS)),
    sampled_from(places(REQUEST)),
    sampled_from(places(TURNS)),
    JSON,
)
def test_whatever_stands_in_a_field_raises_nothing_but_our_own_errors(
    body: Any, event: Any, asked: Any, turn: Any, value: Any
) -> None:
    streamed = changed(EVENTS, event, value)
    data = b"".join(
        b"data: %b\n\n" % msgspec.json.encode(e) for e in (streamed if isinstance(streamed, list) else [streamed])
    )
    with suppress(ProviderError):
        assert isinstance(reply_to(openai_responses, HELLO, changed(RICH, body, value)), Reply)
    with suppress(ProviderError):
        assert isinstance(reply_to(openai_responses, STREAMED, data), Reply)
    for request in (changed(REQUEST, asked, value), changed(TURNS, turn, value)):
        with suppress(ProviderError):
            assert openai_responses.read(Request("POST", f"{BASE}/responses", msgspec.json.encode(request)))


def test_the_list_of_models_is_read() -> None:
    driver = openai_responses.models(BASE)
    assert next(driver).url == f"{BASE}/models"
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, b'{"object": "list", "data": [{"id": "b"}, {"id": "a"}]}'))
    assert done.value.value == ["a", "b"]
