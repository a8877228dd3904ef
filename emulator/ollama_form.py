"""How Ollama shows an answer: one object, or lines of JSON of which the last is done and holds the counts.

Sources: https://docs.ollama.com/api/chat, /api/generate, /api/streaming, /api/errors, /api/usage, /capabilities/tool-calling,
/capabilities/thinking; ChatResponse, GenerateResponse and Metrics in https://github.com/ollama/ollama, api/types.go. As Go leaves
out what is empty, an absent field means nothing there.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from . import speech
from .question import Answer, Token
from .wire import Json

_REASON = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "tools": "stop",
    "none": "",
    "garbage": "unknown_reason",
}
_STEPS = 4


@dataclass(slots=True)
class Reply:
    """An answer on its way to /api/chat or /api/generate, under the model's name as it was asked for."""

    model: str
    answer: Answer
    chat: bool

    def whole(self) -> Json:
        answer = self.answer
        said = self._piece(answer.text, answer.thinking, _calls(answer))
        probable = {} if answer.logprobs is None else {"logprobs": _logprobs(answer, answer.logprobs)}
        return self._head() | said | {"done": True} | self._end() | probable

    def lines(self) -> Iterator[Json]:
        """The same bit by bit; the last line says nothing new."""
        answer = self.answer
        for piece in speech.pieces(answer.thinking):
            yield self._line(self._piece("", piece))
        for piece, tokens in _aligned(answer):
            more = {} if tokens is None else {"logprobs": _logprobs(answer, tokens)}
            yield self._line(self._piece(piece), **more)
        for call in _calls(answer):
            yield self._line(self._piece("", calls=[call]))
        if answer.drawn:
            yield from (self._line(self._piece(""), completed=step, total=_STEPS) for step in range(1, _STEPS + 1))
        yield self._head() | self._piece("") | {"done": True} | self._end()

    def idle(self, reason: str) -> Json:
        """The answer to a request that only loads the model, or unloads it."""
        return self._head() | self._piece("") | {"done": True, "done_reason": reason}

    def unread_call(self) -> str:
        """What the server says of a call that it cannot read: its arguments are an object, so that broken ones cannot be shown."""
        if "tools" not in self.answer.broken or not self.answer.calls:
            return ""
        raw = self.answer.calls[0].arguments
        return f"error parsing tool call: raw='{raw}', err=invalid character 'o' looking for beginning of object key string"

    def _head(self) -> Json:
        return {"model": self.model, "created_at": moment()}

    def _line(self, said: Json, **more: Any) -> Json:
        return self._head() | said | {"done": False} | more

    def _piece(self, text: str, thinking: str = "", calls: list[Json] | None = None) -> Json:
        thought = {"thinking": thinking} if thinking else {}
        called = {"tool_calls": calls} if calls else {}
        if self.chat:
            return {"message": {"role": "assistant", "content": text} | thought | called}
        return {"response": text} | thought | called

    def _end(self) -> Json:
        answer = self.answer
        end: Json = {"done_reason": _REASON[answer.finish]} if answer.finish != "none" else {}
        if answer.drawn:
            end["image"] = base64.b64encode(answer.drawn[0].data).decode()
        elif not self.chat:
            end["context"] = list(range(1, len(speech.tokens(answer.text)) + 1))
        end |= {"total_duration": 174560334, "load_duration": 101397084}
        # Nanoseconds, as in the documentation's example; the counts are of tokens.
        asked, said = {"prompt_eval_duration": 13074791}, {"eval_duration": 52479709}
        if answer.usage:
            asked = {"prompt_eval_count": answer.usage.input} | asked
            said = {"eval_count": answer.usage.output} | said
        return end | asked | said


def moment() -> str:
    """RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def line(value: Json) -> bytes:
    """A line of a stream."""
    return msgspec.json.encode(value) + b"\n"


def _calls(answer: Answer) -> list[Json]:
    if "tools" in answer.broken:
        return []
    return [
        {
            "id": f"call_{call.id[-8:]}",
            "function": {"index": at, "name": call.name, "arguments": json.loads(call.arguments)},
        }
        for at, call in enumerate(answer.calls)
    ]


def _aligned(answer: Answer) -> Iterator[tuple[str, list[Token] | None]]:
    """The text in pieces, each with the log-probabilities of its own tokens."""
    at = 0
    for piece in speech.pieces(answer.text):
        if answer.logprobs is None:
            yield piece, None
            continue
        count = len(speech.tokens(piece))
        yield piece, answer.logprobs[at : at + count]
        at += count


def _logprobs(answer: Answer, tokens: list[Token]) -> Any:
    if "logprobs" in answer.broken:
        return "unavailable"

    def one(text: str, logprob: float) -> Json:
        return {"token": text, "logprob": logprob, "bytes": list(text.encode())}

    return [
        one(token.text, token.logprob) | ({"top_logprobs": [one(*top) for top in token.top]} if token.top else {})
        for token in tokens
    ]
