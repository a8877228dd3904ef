"""Bytes to meaning: requests and responses, whoever kept them, as the exchanges that a judge reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from msgspec import Struct, structs

from probes.row import Exchange
from providers.base import BadReply, ProviderError, Quirks, Request, Response, Wire
from providers.chat import Ask, Media, Message, Part, Reply
from providers.jobs import Upload, begins, carried, given, names, serves, stores, submitted, uploaded, with_services
from scoreboard.evidence.media import word_of


class Question(Struct, frozen=True):
    """A request that asks a model something, and the responses to it and to those that it made necessary (polls);
    `numbers` are their places among all, from 0. batch: the id of the question in the batch that it was asked in; the
    request is then the one that would ask it directly. uploads: the files that it names.
    """

    request: Request
    responses: tuple[Response, ...]
    numbers: tuple[int, ...] = ()
    batch: str = ""
    uploads: tuple[Upload, ...] = ()


def grouped(pairs: Iterable[tuple[Request, Response]], *, ours: bool = False) -> Iterator[Question]:
    """The questions among requests in their order; one to an address that an answer gave belongs to that answer's
    question. What a service made necessary belongs to the question that it served; what served none (a list, a file
    that nobody asked about) stands alone; `ours`: a list is no question, and each upload was made to ask about it,
    whether that came to be or not.
    """
    question: Question | None = None
    services: list[_Service] = []
    for number, (request, response) in enumerate(pairs):
        step = _Step(request, response, number)
        service = next((one for one in reversed(services) if names(request, one.ids)), None)
        if service or serves(request):
            if service:
                service.add(step)
            elif begins(request) or stores(request):
                services.append(_Service(step))
            elif not ours:
                yield Question(request, (response,), (number,))
            continue
        if question and request.method == "GET" and _gave(question.responses, request.url):
            responses, numbers = (*question.responses, response), (*question.numbers, number)
            question = structs.replace(question, responses=responses, numbers=numbers)
            continue
        if question:
            yield question
        question = Question(request, (response,), (number,))
    if question:
        yield question
    for one in services:
        yield from one.questions(ours=ours)


class _Step(Struct, frozen=True):
    request: Request
    response: Response
    number: int


class _Service:
    """The requests about one thing that a service made, and about what follows from that."""

    def __init__(self, first: _Step) -> None:
        self._steps: list[_Step] = []
        self.ids: frozenset[str] = frozenset()
        self.add(first)

    def add(self, step: _Step) -> None:
        """One request more."""
        self._steps.append(step)
        if serves(step.request) or not self.ids:
            self.ids |= given(step.response, step.request)

    def questions(self, *, ours: bool) -> Iterator[Question]:
        """The question of a batch, or those that were asked about a file."""
        found = next(filter(None, (carried(step.request) for step in self._steps)), None)
        if found := found or submitted([(step.request, step.response) for step in self._steps]):
            yield self._of(self._steps, found[1], batch=found[0])
            return
        made = [step for step in self._steps if serves(step.request) and step.request.method != "GET"]
        asked = [step for step in self._steps if not serves(step.request) and step.request.method == "POST"]
        for asking in asked:
            yield self._of(sorted((*made, asking), key=lambda step: step.number), asking.request)
        if ours and not asked:
            if not stores(made[0].request):
                yield self._of(made, made[-1].request)
        elif not asked:
            yield from (self._of([step], step.request) for step in self._steps)

    def _of(self, steps: Sequence[_Step], request: Request, batch: str = "") -> Question:
        responses, numbers = tuple(step.response for step in steps), tuple(step.number for step in steps)
        uploads = () if batch else tuple(self._uploads())
        return Question(request, responses, numbers, batch, uploads)

    def _uploads(self) -> Iterator[Upload]:
        for step in self._steps:
            ids = frozenset(made for made in given(step.response) if "upload_id=" not in made)
            name, mime, data = uploaded(step.request)
            is_told = bool(ids) or step.response.status >= 400
            if is_told and step.request.method == "POST" and serves(step.request):
                yield Upload(ids, name, mime, data)


def _gave(responses: Sequence[Response], url: str) -> bool:
    address = url.partition("?")[0].encode()
    return any(address in response.body or address.replace(b"/", b"\\/") in response.body for response in responses)


def unasked(question: Question) -> Ask | None:
    """A file that went up, or did not, and about which nothing was asked then."""
    if question.batch or not serves(question.request):
        return None
    parts = tuple(Media("document", one.mime, one.data, upload=True) for one in question.uploads)
    return Ask((Message("user", parts),))


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
    if question.batch or question.uploads:
        ask = with_words(with_services(ask, question.batch, question.uploads, question.request))
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
