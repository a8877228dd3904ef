"""Writer's chat: chat completions at a path of their own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from providers import writer
from providers.base import BadReply, Misfit, NotExpressible, Quirks, Request
from providers.chat import Ask, Tool, Usage
from providers.wire import writer_chat as wire
from tests.support.driving import BASE, body_of, reply_to, request_of

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
OWN = {
    "graph_data": None,
    "llm_data": {"prompt": "x"},
    "image_data": None,
    "translation_data": None,
    "web_search_data": None,
}
COUNTED = {
    "prompt_tokens": 9,
    "completion_tokens": 3,
    "total_tokens": 12,
    "prompt_token_details": None,
    "completion_token_details": {"reasoning_tokens": 0},
}


def completion(place: str = "message", said: str = "Hello", finish: str | None = "stop") -> dict[str, Any]:
    inner = {"role": "assistant", "content": said, "refusal": None, **OWN}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "palmyra-x5",
        "choices": [{"index": 0, "finish_reason": finish, place: inner, "logprobs": None}],
        "usage": COUNTED,
    }


@pytest.mark.parametrize(
    "ask",
    [
        HELLO,
        STREAMED,
        Ask.text("Root?", tools=(Tool("t", "T", {"type": "object"}),), tool_choice="required"),
        Ask.text("Count.", max_tokens=9, stop=("7",)),
    ],
    ids=lambda ask: "+".join(sorted(ask.features)),
)
def test_what_is_asked_is_read_back(ask: Ask) -> None:
    request = request_of(wire, ask)
    assert request.url == f"{BASE}/chat"
    assert wire.read(request) == ("m", ask)


def test_what_cannot_be_said_is_not_sent() -> None:
    for ask in (Ask.text("x", seed=1), Ask.text("x", web_search=True)):
        with pytest.raises(NotExpressible):
            request_of(wire, ask)
    with pytest.raises(NotExpressible):
        request_of(wire, Ask.text("x", stop=("7",)), quirks=Quirks(lacks=frozenset({"stop"})))
    assert body_of(wire, HELLO, quirks=Quirks(options={"body": {"a": 1}}))["a"] == 1


def test_a_search_is_asked_for_as_its_page_says() -> None:
    ask = Ask.text("x", web_search=True)
    function: dict[str, list[str]] = {"include_domains": [], "exclude_domains": []}
    request = request_of(wire, ask, quirks=writer.provider.quirks)
    assert msgspec.json.decode(request.body)["tools"] == [{"type": "web_search", "function": function}]
    assert wire.read(request)[1].web_search
    body = completion()
    body["choices"][0]["message"]["web_search_data"] = {"sources": [{"url": "https://a.example", "raw_content": "A"}]}
    found = reply_to(wire, HELLO, body)
    assert ([page.url for page in found.sources], found.unknown) == (["https://a.example"], ())


def test_an_answer_and_a_stream() -> None:
    whole = reply_to(wire, HELLO, completion())
    assert (whole.text, whole.finish, whole.usage, whole.unknown) == ("Hello", "stop", Usage(9, 3), ())
    told = [completion("delta", "Hel", None), completion("delta", "lo")]
    body = b"".join(b"data: %b\n\n" % msgspec.json.encode(one) for one in told)
    assert (reply_to(wire, STREAMED, body).text, reply_to(wire, STREAMED, body).cut) == ("Hello", "")
    error = reply_to(wire, HELLO, {"tpe": "fail", "errors": [{"key": "model", "description": "no"}]}, status=400).error
    assert error
    assert error.kind == "request"


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"choices": 1}'])
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


def test_requests_of_other_wires() -> None:
    for url, body in (("/chat", b'{"message": "Hi"}'), ("/chat", b"{"), ("/chat/completions", b'{"messages": []}')):
        with pytest.raises(Misfit):
            wire.read(Request("POST", BASE + url, body))
