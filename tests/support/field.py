"""A good answer of every wire, whole and streamed, to be spoilt by the faults that servers in the field have."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from providers.base import Response, Wire, wires
from providers.chat import Ask, Reply
from providers.wire._json import dumps

JSON, SSE = "application/json", "text/event-stream"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
PNG = "iVBORw0KGgo="


class Sample(Struct, frozen=True):
    """What a wire answers: a whole body, the events of a stream (None: it has none), and the last event's data."""

    whole: Any
    events: tuple[Any, ...] = ()
    done: bool = False
    named: bool = False
    lines: bool = False
    draws: bool = False

    def stream(self) -> bytes:
        """The stream as its documentation has it."""
        if self.lines:
            return b"".join(dumps(event) + b"\n" for event in self.events)
        name = [f"event: {event['type']}\n".encode() if self.named else b"" for event in self.events]
        body = b"".join(
            head + b"data: " + dumps(event) + b"\n\n" for head, event in zip(name, self.events, strict=True)
        )
        return body + (b"data: [DONE]\n\n" if self.done else b"")


def _chat(**message: Any) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "message": {"content": "Hi.", **message}, "finish_reason": "stop"}],
        "usage": USAGE,
    }


def _chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


_TEXT = {"type": "output_text", "text": "Hi.", "annotations": []}
_ITEM = {"type": "message", "role": "assistant", "content": [_TEXT]}
_RESPONSE = {"object": "response", "status": "completed", "output": [_ITEM]}
_MESSAGE = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "Hi."}],
    "stop_reason": "end_turn",
}
_CANDIDATE = {"content": {"role": "model", "parts": [{"text": "Hi."}]}, "finishReason": "STOP"}
_RUN = {"result": {"response": "Hi."}, "success": True, "errors": [], "messages": []}

SAMPLES: dict[str, Sample] = {
    "anthropic": Sample(
        _MESSAGE,
        (
            {"type": "message_start", "message": {"type": "message", "role": "assistant", "content": []}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi."}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
            {"type": "message_stop"},
        ),
        named=True,
    ),
    "bfl": Sample({"id": "1", "status": "Ready", "result": {"sample": "https://bfl.test/a.png"}}, draws=True),
    "cloudflare": Sample(_RUN, ({"response": "Hi."},), done=True),
    "cohere": Sample(
        {"message": {"content": [{"type": "text", "text": "Hi."}]}, "finish_reason": "COMPLETE"},
        (
            {"type": "message-start"},
            {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hi."}}}},
            {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
        ),
        named=True,
    ),
    "gemini": Sample({"candidates": [_CANDIDATE]}, ({"candidates": [_CANDIDATE]},)),
    "imagen": Sample({"predictions": [{"mimeType": "image/png", "bytesBase64Encoded": PNG}]}, draws=True),
    "mistral": Sample(_chat(), (_chunk(content="Hi."), _chunk("stop", content="")), done=True),
    "ollama": Sample(
        {"message": {"content": "Hi."}, "done": True, "done_reason": "stop"},
        (
            {"message": {"content": "Hi."}, "done": False},
            {"message": {"content": ""}, "done": True, "done_reason": "stop"},
        ),
        lines=True,
    ),
    "openai_chat": Sample(_chat(), (_chunk(content="Hi."), _chunk("stop")), done=True),
    "openai_images": Sample({"data": [{"b64_json": PNG}]}, draws=True),
    "openai_responses": Sample(
        _RESPONSE,
        (
            {"type": "response.created", "response": {"object": "response", "status": "in_progress", "output": []}},
            {"type": "response.output_text.delta", "output_index": 0, "delta": "Hi."},
            {"type": "response.completed", "response": _RESPONSE},
        ),
        named=True,
    ),
    "prompt_image": Sample(None, draws=True),
}
STREAMS = [name for name, sample in SAMPLES.items() if sample.events]
EVENTS = [name for name in STREAMS if not SAMPLES[name].lines]
JSONS = [name for name, sample in SAMPLES.items() if sample.whole is not None]
ORDER = Response(200, {"content-type": JSON}, dumps({"id": "1", "polling_url": "https://bfl.test/1"}))


def wire_of(name: str) -> Wire:
    """The wire of that name."""
    return wires()[name]


def read(name: str, body: Any, *, stream: bool = False, **headers: str) -> Reply:
    """What a wire reads from a body; a poll of an ordered picture comes after its order."""
    data = body if isinstance(body, bytes) else dumps(body)
    named = {"content-type": SSE if stream and not SAMPLES[name].lines else JSON}
    named |= {key.replace("_", "-"): value for key, value in headers.items()}
    ask = Ask.text("x", stream=stream, outputs=("image",) if SAMPLES[name].draws else ("text",))
    responses = [Response(200, named, data)]
    return wire_of(name).reply(ask, [ORDER, *responses] if name == "bfl" else responses)
