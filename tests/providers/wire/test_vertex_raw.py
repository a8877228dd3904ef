"""Models of other makers on Vertex AI: each maker's body, the model in the URL."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from providers.base import BadReply, Misfit, ProviderError, Request
from providers.chat import Ask, Tool
from providers.wire import gemini
from providers.wire import vertex_raw as wire
from tests.support.driving import BASE, body_of, reply_to, request_of, sse

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool("t", "T", {"type": "object", "properties": {}})
MESSAGE = {
    "id": "msg_vrtx_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 9, "output_tokens": 3},
}
CHAT = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}
EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "Hello"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
    {"type": "message_stop"},
]


@pytest.mark.parametrize(
    "model", ["claude-sonnet-4-5@20250929", "anthropic/claude-opus-4-8", "mistralai/mistral-medium-3"]
)
@pytest.mark.parametrize(
    "ask",
    [HELLO, STREAMED, Ask.text("x", tools=(TOOL,), tool_choice="required", max_tokens=9)],
    ids=["plain", "stream", "tools"],
)
def test_what_is_asked_is_read_back(model: str, ask: Ask) -> None:
    read = wire.read(request_of(wire, ask, model))
    assert read == (model.rpartition("/")[2], msgspec.structs.replace(ask, usage=read[1].usage))


def test_the_url_names_maker_model_and_stream() -> None:
    assert (
        request_of(wire, HELLO, "claude-sonnet-4-5@20250929").url
        == f"{BASE}/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict"
    )
    sent = request_of(wire, STREAMED, "mistralai/mistral-medium-3")
    assert sent.url == f"{BASE}/publishers/mistralai/models/mistral-medium-3:streamRawPredict"
    assert "model" not in body_of(wire, HELLO, "claude-sonnet-5")
    assert body_of(wire, HELLO, "claude-sonnet-5")["anthropic_version"] == "vertex-2023-10-16"


def test_answers() -> None:
    for body in (MESSAGE, CHAT):
        assert (
            reply_to(wire, HELLO, msgspec.json.encode(body)).text,
            reply_to(wire, HELLO, msgspec.json.encode(body)).finish,
        ) == ("Hello", "stop")
    assert reply_to(wire, STREAMED, sse(EVENTS)).text == "Hello"
    assert reply_to(wire, STREAMED, sse(EVENTS[:2])).cut
    piece = msgspec.json.encode({"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]})
    assert reply_to(wire, STREAMED, b"data: " + piece + b"\n\ndata: [DONE]\n\n").text == "Hello"


def test_nothing_is_asked_outside_of_a_project() -> None:
    with pytest.raises(ProviderError, match="within a project"):
        next(wire.ask(HELLO, "claude-opus-4-8", "https://aiplatform.googleapis.com/v1/publishers/google"))


def test_errors() -> None:
    told = [
        {
            "error": {
                "code": 404,
                "message": "Publisher Model `projects/p/models/x` was not found",
                "status": "NOT_FOUND",
            }
        }
    ]
    error = reply_to(wire, HELLO, msgspec.json.encode(told), status=404).error
    assert error
    assert (error.status, error.kind in ("model", "address")) == (404, True)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>", b'{"predictions": []}'])
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


def test_requests_of_other_wires() -> None:
    url = "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers"
    for request in (
        Request("POST", f"{url}/google/models/gemini-3-pro:generateContent", b'{"contents": []}'),
        Request("POST", f"{url}/google/models/imagen-4:predict", b"{}"),
        Request("POST", f"{url}/mistralai/models/mistral-ocr:rawPredict", b'{"document": {}}'),
    ):
        assert not wire.matches(request)
        with pytest.raises(Misfit):
            wire.read(request)


def test_geminis_own_models_are_asked_in_its_own_form() -> None:
    url = "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/gemini-3-pro:streamGenerateContent?alt=sse"
    request = Request("POST", url, b'{"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}]}')
    assert gemini.read(request) == ("gemini-3-pro", STREAMED)
