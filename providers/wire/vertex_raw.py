"""Models of other makers on Google's Vertex AI: rawPredict and streamRawPredict take each maker's own body, with the
model in the URL.

Source: https://platform.claude.com/docs/en/api/claude-on-vertex-ai (Anthropic's messages),
https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral (chat completions; the same for all
others),
https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/streamRawPredict.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from urllib.parse import quote, unquote

from providers.base import PLAIN, Asking, Misfit, ProviderError, Quirks, Request, Response
from providers.chat import Ask, Reply
from providers.wire import _anthropic_hosted as hosted
from providers.wire import anthropic, openai_chat
from providers.wire._body import json_body, last
from providers.wire._chat_encode import encode
from providers.wire._chat_read import read_body
from providers.wire._http import body_of, post
from providers.wire._json import loads

_PATH = re.compile(r"/publishers/(?P<publisher>[^/]+)/models/(?P<model>[^/:]+):(?P<verb>rawPredict|streamRawPredict)$")
_VERSION = "vertex-2023-10-16"


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features of Anthropic's messages, which is what is mostly spoken here."""
    return anthropic.fields(quirks)


def matches(request: Request) -> bool:
    """True for POST .../publishers/MAKER/models/MODEL:rawPredict and :streamRawPredict with messages."""
    found = _PATH.search(request.path)
    if not found or request.method != "POST":
        return False
    try:
        return "messages" in body_of(request)
    except Misfit:
        return False


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply. The model is named with its maker, as in `anthropic/claude-sonnet-5`; Anthropic's may go
    without. Raises ProviderError where the URL names no project.
    """
    if base_url.endswith("/publishers/google"):
        msg = "models of other makers are asked within a project, which the URL must name; it names none"
        raise ProviderError(msg)
    publisher, _, name = model.rpartition("/")
    publisher = publisher or "anthropic"
    verb = "streamRawPredict" if ask.stream else "rawPredict"
    if publisher == "anthropic":
        body = {**hosted.encode(ask, name, _VERSION, quirks), "stream": ask.stream}
    else:
        body = encode(ask, name, quirks)
    response = yield post(f"{base_url}/publishers/{publisher}/models/{quote(name, safe='@')}:{verb}", body)
    return reply(ask, (response,), quirks)


def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A reply of either form; the body tells which it is."""
    response = last(responses)
    wire = openai_chat if _is_chat(response) else anthropic
    found: Reply = wire.reply(ask, responses, quirks)
    return found


def _is_chat(response: Response) -> bool:
    head = response.body.lstrip()
    if response.status < 400 and head.startswith(b"{"):
        return "choices" in json_body(response)
    return head.startswith(b"data:") and b'"choices"' in head.partition(b"\n")[0]


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    found = _PATH.search(request.path)
    if not found or not matches(request):
        msg = f"{request.method} {request.path} is not rawPredict with messages"
        raise Misfit(msg)
    name, stream = unquote(found["model"]), found["verb"] == "streamRawPredict"
    if found["publisher"] == "anthropic":
        return name, hosted.read(request, stream=stream)
    return name, read_body(request)[1]


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /publishers/anthropic/models
    (https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/publishers.models/list).
    """
    response = yield Request("GET", f"{base_url}/publishers/anthropic/models")
    found = loads(response.body).get("publisherModels") if response.status < 400 else None
    return sorted(str(one.get("name")).rpartition("/")[2] for one in found or [] if isinstance(one, dict))
