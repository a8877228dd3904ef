"""Bytes to meaning: requests and responses, whoever kept them, as the exchanges that a judge reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from msgspec import Struct, structs

from probes.row import Exchange
from providers.base import BadReply, ProviderError, Quirks, Request, Response, Wire
from providers.chat import Ask, Media, Message, Part, Reply
from scoreboard.evidence.media import word_of


class Question(Struct, frozen=True):
    """A request that asks a model something, and the responses to it and to those that it made necessary (polls);
    `numbers` are their places among all, from 0.
    """

    request: Request
    responses: tuple[Response, ...]
    numbers: tuple[int, ...] = ()


def grouped(pairs: Iterable[tuple[Request, Response]]) -> Iterator[Question]:
    """The questions among requests in their order; one to an address that an answer gave belongs to that answer's
    question.
    """
    question: Question | None = None
    for number, (request, response) in enumerate(pairs):
        if question and request.method == "GET" and _gave(question.responses, request.url):
            responses, numbers = (*question.responses, response), (*question.numbers, number)
            question = structs.replace(question, responses=responses, numbers=numbers)
            continue
        if question:
            yield question
        question = Question(request, (response,), (number,))
    if question:
        yield question


def _gave(responses: Sequence[Response], url: str) -> bool:
    address = url.partition("?")[0].encode()
    return any(address in response.body or address.replace(b"/", b"\\/") in response.body for response in responses)


def wire_of(request: Request, wires: Iterable[Wire]) -> Wire | None:
    """The first wire whose request it is."""
    return next((wire for wire in wires if wire.matches(request)), None)


def with_words(ask: Ask) -> Ask:
    """The question with what its media are known to show or say."""
    if not ask.media():
        return ask
    messages = tuple(Message(m.role, tuple(map(_with_word, m.parts)), m.raw) for m in ask.messages)
    return structs.replace(ask, messages=messages)


def _with_word(part: Part) -> Part:
    return structs.replace(part, word=part.word or word_of(part)) if isinstance(part, Media) else part


def exchange_of(question: Question, wire: Wire, ask: Ask, quirks: Quirks) -> Exchange:
    """The exchange; one whose reply cannot be read is lost."""
    last = question.responses[-1]
    headers = tuple(last.headers)
    try:
        # The request decides what was asked, whatever our own data says of the API.
        reply = wire.reply(ask, question.responses, structs.replace(quirks, lacks=frozenset(), has=ask.features))
    except BadReply as error:
        reply = Reply(last.status)
        return Exchange(ask, reply, lost="unreadable", note=str(error), headers=headers, status=last.status)
    except ProviderError as error:
        return Exchange(ask, Reply(last.status), lost="own", note=str(error), headers=headers, status=last.status)
    return Exchange(ask, reply, headers=headers, status=last.status)


def host_of(request: Request) -> str:
    """The host of a request, in lower case; empty where there is none."""
    try:
        return (urlsplit(request.url).hostname or "").lower()
    except ValueError:
        return ""
