"""Mistral's chat completions, and its conversations where the web is to be searched.

Source: https://docs.mistral.ai/api/#tag/chat (fields), https://docs.mistral.ai/capabilities/reasoning (thinking),
https://docs.mistral.ai/capabilities/audio_and_transcription (`input_audio` is text, not an object),
https://docs.mistral.ai/capabilities/document_qna (`document_url`), https://docs.mistral.ai/capabilities/citations
(`reference`).

Options of Quirks are those of `openai_chat`; the defaults here are Mistral's.
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, NotExpressible, Quirks, Request, Response, expressible
from providers.chat import Ask, Citation, Document, Media, Part, Reply
from providers.wire import _mistral_conversations as conversations
from providers.wire import openai_chat
from providers.wire._body import Events, last
from providers.wire._chat_decode import decode
from providers.wire._chat_encode import content_part, encode
from providers.wire._chat_read import read_body
from providers.wire._http import body_of, data_url, post
from providers.wire._jobs import reply_of, served
from providers.wire._jobs_mistral import sent
from providers.wire._json import loads
from providers.wire._repairs import reading
from providers.wire._trouble import failure

_FIELDS = frozenset(
    {
        "text",
        "max_tokens",
        "seed",
        "stop",
        "top_logprobs",
        "json",
        "schema",
        "tools",
        "tool_choice",
        "tool_choice/none",
        "named_tool",
        "web_search",
        "parallel",
    }
    | {"image", "image/url", "audio", "audio/url", "document", "document/url"}
    | {"batch", "file"}
)
_OPTIONS = {
    "seed": "random_seed",
    "required": "any",
    "stream_usage": False,  # a stream ends with the count of tokens, unasked
    "result_name": True,
    "thinking": {True: {"reasoning_effort": "high"}, False: {"reasoning_effort": "none"}},
    "search": {},
    "lists": True,
    "untyped": True,  # the type of a call may be left out
}
# Fields that no other chat completion has, to know the wire by where the host does not tell.
_OWN = ("random_seed", "safe_prompt", "prompt_mode")
# Parts of `unknown` that are read here, or say nothing a reply would hold.
_READ = (":reference", ".reference_ids", ".signature", ".closed")


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that the API has a field for, at one of its two addresses."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for a chat completion or a conversation that is told to be Mistral's by its host or by a field of their
    own.
    """
    if request.method != "POST":
        return False
    if request.path.endswith("/conversations"):
        return _has(request, "inputs")
    return request.path.endswith("/chat/completions") and (_at_home(request) or _has(request, *_OWN))


def _at_home(request: Request) -> bool:
    host = urlsplit(request.url).hostname or ""
    return host == "mistral.ai" or host.endswith(".mistral.ai")


def _has(request: Request, *names: str) -> bool:
    try:
        body = body_of(request)
    except Misfit:
        return False
    return any(name in body.value for name in names)


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply: a conversation where the web is to be searched, else a chat completion."""
    options = _options(quirks)
    if served(ask):
        expressible(ask, fields(quirks))
        found = yield from sent(ask, lambda one: encode(one, model, options, _part), model, base_url)
        return reply(ask, found, quirks)
    if ask.web_search:
        expressible(ask, fields(quirks) - {"top_logprobs"})
        if ask.named_tool:  # a conversation knows the words alone: https://docs.mistral.ai/api/#tag/beta.conversations
            raise NotExpressible(frozenset({"named_tool"}))
        response = yield post(f"{base_url}/conversations", conversations.encode(ask, model, options, _part))
    else:
        expressible(ask, fields(quirks))
        response = yield post(f"{base_url}/chat/completions", encode(ask, model, options, _part))
    return reply(ask, (response,), quirks)


def _options(quirks: Quirks) -> Quirks:
    return structs.replace(quirks, options={**_OPTIONS, **quirks.options})


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A conversation or a chat completion, as the body tells, or an error."""
    if served(ask):
        return reply_of(ask, responses, lambda one, some: reply(one, some, quirks))
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    return (
        conversations.decode(response, stream=ask.stream)
        if conversations.is_answer(response)
        else _decode(response, _options(quirks), ask)
    )


def _part(part: Part, quirks: Quirks) -> dict[str, Any]:
    match part:
        case Media(modality="audio"):
            return {"type": "input_audio", "input_audio": part.url or base64.b64encode(part.data).decode()}
        case Media(modality="document"):
            return {"type": "document_url", "document_url": data_url(part)}
        case Document():
            document = {
                "type": "document_url",
                "document_url": data_url(Media("document", part.mime, part.text.encode())),
            }
            return {**document, "document_name": part.title} if part.title else document
        case _:
            return content_part(part, quirks)


def _decode(response: Response, quirks: Quirks, ask: Ask) -> Reply:
    reply = decode(response, quirks, stream=ask.stream)
    if reply.error or not reply.unknown:
        return reply
    unknown = tuple(path for path in reply.unknown if not path.endswith(_READ))
    cited = (
        tuple(Citation(name) for name in dict.fromkeys(_references(response)))
        if b'"reference"' in response.body
        else ()
    )
    return structs.replace(reply, unknown=unknown, citations=reply.citations + cited)


def _references(response: Response) -> Iterator[int | str]:
    """The ids of documents that the answer points at, in the pieces of its content of type `reference`."""
    whole = response.body.lstrip().startswith(b"{")
    bodies = [response.body] if whole else [data.encode() for _, data in Events(response)]
    for body in bodies:
        try:
            answer = msgspec.convert(loads(body), _Body)
        except msgspec.ValidationError as error:
            msg = f"a reference is no list of ids: {error}"
            raise BadReply(msg) from error
        for choice in answer.choices:
            content = (choice.message or choice.delta or _Said()).content
            for block in content if isinstance(content, list) else ():
                yield from block.reference_ids


class _Block(msgspec.Struct):
    reference_ids: list[int | str] = []


class _Said(msgspec.Struct):
    content: str | list[_Block] | None = None


class _Choice(msgspec.Struct):
    message: _Said | None = None
    delta: _Said | None = None


class _Body(msgspec.Struct):
    choices: list[_Choice] = []


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if request.path.endswith("/conversations"):
        body = body_of(request)
        if "inputs" in body:
            return conversations.read(body)
    elif request.path.endswith("/chat/completions"):
        model, asked = read_body(request)
        return model, structs.replace(asked, usage=True)  # counted unasked, in a stream as well
    msg = f"{request.path} is neither a chat completion nor a conversation"
    raise Misfit(msg)


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /models, in OpenAI's form (https://docs.mistral.ai/api/#tag/models)."""
    return openai_chat.models(base_url, quirks)
