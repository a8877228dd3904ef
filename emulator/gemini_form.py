"""How the Gemini API shows an answer: as a whole, and in the chunks of a stream.

Sources: https://ai.google.dev/api/generate-content (Candidate, GroundingMetadata, LogprobsResult, UsageMetadata),
https://ai.google.dev/gemini-api/docs/thinking, /thought-signatures, /function-calling, /google-search, /image-generation,
/speech-generation; the types of the google-genai package. As in all JSON of protobuf, what is zero or empty is left out.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

import msgspec

from . import drawing, speech
from .question import Answer, Call, Drawn, Source, Token, Usage
from .wire import Json

_FINISH = {
    "stop": "STOP",
    "stop_sequence": "STOP",
    "length": "MAX_TOKENS",
    "tools": "STOP",
    "garbage": "UNKNOWN_REASON",
}
_SOUND = "audio/L16;codec=pcm;rate=24000"
_SOUND_PIECE = 2400  # bytes: whole samples
_MEDIUM = {"image": "IMAGE", "audio": "AUDIO"}


@dataclass(slots=True)
class Form:
    """What of the answer is shown, and how."""

    id: str
    shows_thoughts: bool = False
    signs: bool = False  # calls carry a thought signature
    closes: bool = False  # a stream ends with an empty text that carries the signature


def signature(answer: Answer) -> str:
    """What the API knows its own thoughts by."""
    return base64.b64encode(
        sha256(f"{answer.model} {answer.thinking} {answer.text} {answer.calls}".encode()).digest()
    ).decode()


def whole(answer: Answer, form: Form) -> Json:
    """The answer to generateContent."""
    parts = list(_thoughts(answer, form, [answer.thinking])) + list(_parts(answer, form))
    return _response(answer, form, parts, answer.logprobs, end=True)


def chunks(answer: Answer, form: Form) -> Iterator[Json]:
    """The answers of streamGenerateContent, each with the parts that are new in it."""
    told: list[tuple[list[Json], list[Token] | None]] = [
        ([part], None) for part in _thoughts(answer, form, speech.pieces(answer.thinking))
    ]
    at = 0
    for piece in speech.pieces(answer.text):
        size = len(speech.tokens(piece))
        told.append(([{"text": piece}], None if answer.logprobs is None else answer.logprobs[at : at + size]))
        at += size
    for part in _parts(answer, form):
        if "text" in part:
            continue
        data = part.get("inlineData", {})
        if data.get("mimeType") == _SOUND:
            told += [([_blob(_SOUND, piece)], None) for piece in _sliced(base64.b64decode(data["data"]))]
        else:
            told.append(([part], None))
    if form.closes:
        told.append(([{"text": "", "thoughtSignature": signature(answer)}], None))
    for (parts, tokens), following in pairwise([*(told or [([], None)]), None]):  # type: ignore[misc]
        yield _response(answer, form, parts, tokens, end=following is None)


def _response(answer: Answer, form: Form, parts: list[Json], tokens: list[Token] | None, *, end: bool) -> Json:
    broken = [call for call in answer.calls if not _is_object(call)]
    candidate: Json = {"content": {"parts": parts, "role": "model"} if parts else {}}
    if end and broken:
        candidate |= {
            "finishReason": "MALFORMED_FUNCTION_CALL",
            "finishMessage": f"Malformed function call: {_line(broken[0])}",
        }
    elif end and answer.finish != "none":
        candidate["finishReason"] = _FINISH[answer.finish]
    if tokens is not None or (end and "logprobs" in answer.broken):
        candidate |= _logprobs(answer, tokens or [])
    if end and answer.queries:
        candidate["groundingMetadata"] = _grounding(answer)
    response: Json = {"candidates": [candidate | {"index": 0}]}
    if answer.usage:
        response["usageMetadata"] = _usage(answer.usage, answer.drawn, end=end)
    return response | {"modelVersion": answer.model, "responseId": form.id}


def _thoughts(answer: Answer, form: Form, pieces: list[str]) -> Iterator[Json]:
    if form.shows_thoughts and answer.thinking:
        yield from ({"text": piece, "thought": True} for piece in pieces)


def _parts(answer: Answer, form: Form) -> Iterator[Json]:
    if answer.text or not (answer.calls or answer.drawn or answer.finish in ("length", "stop_sequence")):
        yield {"text": answer.text}
    for drawn in answer.drawn:
        yield (
            _blob(_SOUND, drawing.sound(drawn.data, "pcm"))
            if drawn.modality == "audio"
            else _blob(drawn.mime, drawn.data)
        )
    signed = {"thoughtSignature": signature(answer)} if form.signs else {}
    for call in answer.calls:
        if _is_object(call):
            # Only the first call of a turn is signed.
            yield {
                "functionCall": {"name": call.name, "args": msgspec.json.decode(call.arguments), "id": call.id}
            } | signed
            signed = {}


def _blob(mime: str, data: bytes) -> Json:
    return {"inlineData": {"mimeType": mime, "data": base64.b64encode(data).decode()}}


def _sliced(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), _SOUND_PIECE):
        yield data[at : at + _SOUND_PIECE]


def _is_object(call: Call) -> bool:
    try:
        return isinstance(msgspec.json.decode(call.arguments), dict)
    except msgspec.DecodeError:
        return False


def _line(call: Call) -> str:
    """The call as the model wrote it: a line of Python."""
    return f"print(default_api.{call.name}({call.arguments}))"


def _logprobs(answer: Answer, tokens: list[Token]) -> Json:
    if "logprobs" in answer.broken:
        return {"logprobsResult": "unavailable"}

    def one(text: str, logprob: float) -> Json:
        return {
            "token": text,
            "tokenId": int.from_bytes(sha256(text.encode()).digest()[:2], "big"),
            "logProbability": logprob,
        }

    result: Json = {"chosenCandidates": [one(token.text, token.logprob) for token in tokens]}
    if any(token.top for token in tokens):
        result["topCandidates"] = [{"candidates": [one(*top) for top in token.top]} for token in tokens]
    return {"avgLogprobs": sum(token.logprob for token in tokens) / max(1, len(tokens)), "logprobsResult": result}


def _grounding(answer: Answer) -> Json:
    def chunk(source: Source) -> Json:
        return {"web": {"uri": source.url, "title": source.title}}

    told: Json = {
        "webSearchQueries": answer.queries,
        "searchEntryPoint": {"renderedContent": '<div class="container"></div>'},
    }
    if answer.sources:
        segment = {"endIndex": len(answer.text.encode()), "text": answer.text}
        told["groundingChunks"] = [chunk(source) for source in answer.sources]
        told["groundingSupports"] = [{"segment": segment, "groundingChunkIndices": list(range(len(answer.sources)))}]
    return told


def _usage(usage: Usage, drawn: list[Drawn], *, end: bool) -> Json:
    """The counts; what is put out is counted at the end of a stream only."""
    said = usage.output - usage.thinking if usage.output > 0 else usage.output
    told: dict[str, Any] = {"promptTokenCount": usage.input}
    if end:
        told |= {"candidatesTokenCount": said, "totalTokenCount": usage.input + usage.output}
    else:
        told["totalTokenCount"] = usage.input
    if usage.input:
        told["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage.input}]
    if end and drawn and said > 0:
        told["candidatesTokensDetails"] = [{"modality": _MEDIUM[drawn[0].modality], "tokenCount": said}]
    if end:
        told["thoughtsTokenCount"] = max(usage.thinking, 0)
    return {name: count for name, count in told.items() if count}
