"""OpenAI's images and speech.

Sources: https://platform.openai.com/docs/api-reference/images/create, /images-streaming, /audio/createSpeech, /docs/guides/image-generation,
/docs/guides/text-to-speech; the types of the openai package. A model with "dall-e" in its name answers as those did (addresses of
pictures, `response_format`), one with "tts-1" as that does (no events), all others as today's.
"""

import base64
import time
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import drawing
from ..openai_common import OpenAIWire, envelope, limit_headers, need
from ..problem import Problem
from ..question import Answer, Question
from ..wire import Json, event, json_response, read_json, stream_response

_KNOWN = frozenset(
    [
        "background",
        "model",
        "moderation",
        "n",
        "output_compression",
        "output_format",
        "partial_images",
        "prompt",
        "quality",
        "size",
        "stream",
        "user",
    ]
)
_MODELS = {
    "out.image": "'gpt-image-1', 'gpt-image-1-mini', 'dall-e-2', and 'dall-e-3'",
    "out.audio": "'tts-1', 'tts-1-hd', and 'gpt-4o-mini-tts'",
}
_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
_PIECE = 4096


class OpenAIImages(OpenAIWire):
    """POST /v1/images/generations and /v1/audio/speech."""

    endpoint = "/v1/images/generations"
    params = {"stream": "stream"}

    def routes(self) -> list[Route]:
        return [
            Route("/v1/images/generations", self._draw, methods=["POST"]),
            Route("/v1/pictures/picture.png", self._picture),
            Route("/v1/audio/speech", self._speak, methods=["POST"]),
            *self.common_routes(),
        ]

    def needs_key(self, request: Request) -> bool:
        """Pictures are fetched from a signed address, without a key."""
        return not request.url.path.startswith("/v1/pictures/")

    def rejection(self, problem: Problem) -> Response:
        capability = "out.image" if problem.capability in ("in.text", "out.text") else problem.capability
        if capability in _MODELS:
            told = f"Invalid value: '{problem.model}'. Supported values are: {_MODELS[capability]}."
            return envelope(400, told, "invalid_request_error", "invalid_value", "model")
        return super().rejection(problem)

    def question(self, body: Json) -> Question:
        question = Question(
            need(body.get("model"), "model"), stream=bool(body.get("stream")), wanted=frozenset({"image"})
        )
        question.say("user", need(body.get("prompt"), "prompt"))
        old = _is_old(question.model)
        known = (
            (_KNOWN | {"response_format", "style"}) - {"stream", "partial_images", "output_format"} if old else _KNOWN
        )
        for name in sorted(body.keys() - known):
            raise Problem("bad_request", f"Unknown parameter: '{name}'.", param=name)
        if body.get("partial_images") and not question.stream:
            told = "Invalid value: 'partial_images' is only allowed when 'stream' is true."
            raise Problem("bad_request", told, param="partial_images")
        return question

    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        linked = _is_old(question.model) and body.get("response_format", "url") == "url"
        shown = [
            {"url": f"{self.url}/pictures/picture.png"} if linked else {"b64_json": _base64(drawn.data)}
            for drawn in answer.drawn
        ]
        told: Json = {"created": int(time.time()), "data": shown * int(body.get("n") or 1)}
        if not _is_old(question.model):
            told |= _kept(body) | ({"usage": _usage(answer)} if answer.usage else {})
        return told

    async def _draw(self, request: Request) -> Response:
        body = await read_json(request)
        question = self.question(body)
        answer = self.bench.brain.answer(question)
        headers = limit_headers(answer.limits)
        if question.stream and self.bench.brain.act(question.model, question.mode, "stream") == "works":
            return stream_response(_events(body, answer), self.bench.chunk_delay, headers=headers)
        return json_response(self.render(body, question, answer), headers=headers)

    async def _picture(self, _: Request) -> Response:
        return Response(drawing.png(), media_type="image/png")

    async def _speak(self, request: Request) -> Response:
        body = await read_json(request)
        sse = body.get("stream_format") == "sse"
        question = Question(need(body.get("model"), "model"), stream=sse, wanted=frozenset({"audio"}))
        question.say("user", need(body.get("input"), "input"))
        need(body.get("voice"), "voice")
        form = body.get("response_format", "mp3")
        if form not in _TYPES:
            told = f"Invalid value: '{form}'. Supported values are: 'mp3', 'opus', 'aac', 'flac', 'wav', and 'pcm'."
            raise Problem("bad_request", told, param="response_format")
        if sse and "tts-1" in question.model:
            told = "Unsupported value: 'stream_format' does not support 'sse' with this model."
            raise Problem("bad_request", told, param="stream_format")
        answer = self.bench.brain.answer(question)
        data = drawing.sound(answer.drawn[0].data, form) if answer.drawn else b""
        pieces = [data[at : at + _PIECE] for at in range(0, len(data), _PIECE)]
        headers = limit_headers(answer.limits)
        if sse:
            return stream_response(_spoken(pieces, answer), self.bench.chunk_delay, headers=headers)
        return stream_response(pieces, self.bench.chunk_delay, _TYPES[form], headers)


def _is_old(model: str) -> bool:
    return "dall-e" in model


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _kept(body: Json) -> Json:
    """What the picture is like, told back."""
    return {"background": "opaque", "output_format": "png", "quality": "low", "size": body.get("size", "1024x1024")}


def _events(body: Json, answer: Answer) -> Iterator[bytes]:
    """So many views on the way, and the picture."""
    told = _kept(body) | {"created_at": int(time.time())}
    for drawn in answer.drawn:
        for index in range(int(body.get("partial_images") or 0)):
            yield _event(
                "image_generation.partial_image", **told, partial_image_index=index, b64_json=_base64(drawn.data)
            )
        used: dict[str, Any] = {"usage": _usage(answer)} if answer.usage else {}
        yield _event("image_generation.completed", **told, **used, b64_json=_base64(drawn.data))


def _spoken(pieces: list[bytes], answer: Answer) -> Iterator[bytes]:
    for piece in pieces:
        yield _event("speech.audio.delta", audio=_base64(piece))
    used: dict[str, Any] = {}
    if answer.usage:
        counts = {"input_tokens": answer.usage.input, "output_tokens": answer.usage.output}
        used = {"usage": counts | {"total_tokens": answer.usage.input + answer.usage.output}}
    yield _event("speech.audio.done", **used)


def _event(kind: str, **fields: Any) -> bytes:
    return event({"type": kind, **fields}, kind)


def _usage(answer: Answer) -> Json:
    usage = answer.usage
    if usage is None:
        return {}
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": usage.input},
        "output_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
    }
