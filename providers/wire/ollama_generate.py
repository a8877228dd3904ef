"""Ollama's /api/generate: a prompt instead of messages; all else is as in /api/chat, in whose form it is read.

Source: https://docs.ollama.com/api/generate. There are no tools; an empty prompt loads the model, and says nothing of
it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, NotExpressible, Quirks, Request, Response, expressible
from providers.chat import Ask, Reply
from providers.wire import ollama
from providers.wire._body import last, opened
from providers.wire._http import body_of, post
from providers.wire._json import dumps, loads
from providers.wire._repairs import repair

_LACKS = frozenset({"tools"})
_PATH = "/api/generate"


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that /api/generate has a field for."""
    return ollama.fields(quirks) - _LACKS


def matches(request: Request) -> bool:
    """True for POST .../api/generate."""
    return request.method == "POST" and request.path.endswith(_PATH)


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply. Raises NotExpressible for more turns than one, which the API has no field for."""
    expressible(ask, fields(quirks))
    chat: dict[str, Any] = loads(next(ollama.ask(ask, model, "", quirks)).body)
    turns = chat.pop("messages")
    said = [turn for turn in turns if turn["role"] != "system"]
    if len(said) != 1 or said[0]["role"] != "user":
        raise NotExpressible(frozenset({"turns"}))
    system = "\n".join(turn["content"] for turn in turns if turn["role"] == "system")
    body = {**chat, "prompt": said[0]["content"]} | ({"system": system} if system else {})
    body |= {"images": said[0]["images"]} if "images" in said[0] else {}
    response = yield post(f"{base_url}{_PATH}", body)
    return reply(ask, (response,), quirks)


def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """An answer, its pieces line by line, or an error. What was said is put where /api/chat has it."""
    response = opened(last(responses), repair)
    if response.status < 400:
        response = structs.replace(response, body=b"\n".join(_as_chat(line) for line in _lines(response.body)))
    return ollama.reply(ask, (response,), quirks)


def _lines(body: bytes) -> list[bytes]:
    """The body whole, where it is one JSON value, else its lines."""
    try:
        loads(body)
    except BadReply:
        return body.strip().split(b"\n")
    return [body]


def _as_chat(line: bytes) -> bytes:
    try:
        value = loads(line)
    except BadReply:
        return line  # the reader says what is wrong with it
    if not isinstance(value, dict) or "response" not in value:
        return line
    value.pop("context", None)
    message = {"role": "assistant", "content": value.pop("response"), "thinking": value.pop("thinking", None)}
    return dumps({**value, "message": message})


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.path} is not {_PATH}"
        raise Misfit(msg)
    body = body_of(request)
    turns: list[dict[str, Any]] = [{"role": "system", "content": body.str("system")}] if body.str("system") else []
    turns.append({"role": "user", "content": body.str("prompt"), "images": body.items("images")})
    kept = {
        name: value
        for name, value in body.value.items()
        if name not in ("prompt", "system", "images", "suffix", "template")
    }
    chat = structs.replace(request, url="http://host/api/chat", body=dumps({**kept, "messages": turns}))
    return ollama.read(chat)


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /api/tags."""
    return ollama.models(base_url, quirks)
