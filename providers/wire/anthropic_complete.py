"""Anthropic's text completions, which came before its messages: POST /v1/complete.

Source: https://platform.claude.com/docs/en/api/completions/create (fields, stop_reason),
.../docs/en/api/streaming-completions (events).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from msgspec import structs

from providers.base import PLAIN, Asking, Misfit, NotExpressible, Quirks, Request, Response, expressible
from providers.chat import Ask, Reply
from providers.wire import _prompted, anthropic
from providers.wire._body import Events, json_body, last, streamed
from providers.wire._http import body_of, post
from providers.wire._json import Tree, loads
from providers.wire._repairs import reading, repair
from providers.wire._trouble import failure, trouble


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that the API has a field for."""
    return (_prompted.FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../v1/complete."""
    return request.method == "POST" and request.path.endswith("/v1/complete")


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    if len(ask.messages) != 1:
        raise NotExpressible(frozenset({"turns"}))
    body = {"model": model, **_prompted.encode(ask, _prompted.CLAUDE)} | ({"stream": True} if ask.stream else {})
    response = yield post(f"{base_url}/complete", body)
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], _: Quirks = PLAIN) -> Reply:
    """A completion, a stream of its pieces, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    if not streamed(response, repair, asked=ask.stream):
        body = json_body(response)
        return trouble(body.value, response, answer=("completion",)) or _prompted.answer([body], response, stream=False)
    pieces: list[Tree] = []
    told = Events(response)
    for name, data in told:
        value = loads(data, "event")
        if found := trouble(value, response, event=name, answer=("completion", "type")):
            return found
        if name != "ping":
            pieces.append(Tree(value, "event"))
    if not pieces:
        return Reply(response.status, cut=told.nothing("text completions"), chunks=response.chunks)
    return _prompted.answer(pieces, response, stream=True)


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is no text completion of Anthropic's"
        raise Misfit(msg)
    body = body_of(request)
    asked = _prompted.question(body, stream=body.bool("stream"))
    cap = None if asked.max_tokens == anthropic.FILLER else asked.max_tokens
    return body.str("model"), structs.replace(asked, max_tokens=cap, usage=False)


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """The list is that of the messages."""
    return anthropic.models(base_url, quirks)
