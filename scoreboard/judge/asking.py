"""The channel of a row that is asked through drivers: each question is put once per sample, and every exchange has its place.

Recording and replaying differ only in `Sender`, so that what was recorded is judged alike when it is replayed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Protocol

import anyio
import msgspec
from msgspec import Struct, structs

from probes.base import Settled, lost, unknown
from providers.base import BadReply, Provider, ProviderError, Request, Response, expressible
from providers.chat import Ask, Media, Part, Reply
from providers.errors import AUTH, BILLING, MODEL, RATE, SERVER, blamed
from scoreboard.judge.engine import bare, speak

# Kinds of errors that are no answer to the question.
NO_ANSWER = frozenset({AUTH, BILLING, RATE, MODEL, SERVER})


def unanswered(reply: Reply) -> bool:
    """Whether it is no answer, for no reason of the question's own."""
    return bool(reply.cut or (reply.error and blamed(reply.error) in NO_ANSWER))


class Asker(Struct, frozen=True):
    """For whom a request is sent: a cell in one of its samples, and the question that is put."""

    cell: str
    sample: int
    ask: Ask

    @property
    def question(self) -> str:
        """The question's name."""
        return self.ask.name


class Sender(Protocol):
    """Sends one request; returns the response and the place of its evidence. `unsteady`: whether the server failed at
    some request and answered it when it was sent again, so that a failure says nothing of the question.
    """

    @property
    def unsteady(self) -> bool:
        """Of a recording it is not known, and not so."""
        return False

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """Raises Settled where there is no response to be had."""

    def replied(self, asker: Asker, reply: Reply | None) -> None:
        """Is told what came of a question for which requests were sent; None where that was no reply. What sends none has no use for it."""
        del asker, reply


class AskedRow:
    """The questions of one row: a model in a mode. A question that several cells share, by name and content, is put once."""

    def __init__(self, provider: Provider, model: str, exchange: Sender) -> None:
        self._wire, self._model, self._exchange = provider.wire_for(model), model, exchange
        self._quirks = provider.quirks_for(model)
        self._base_url = provider.base_url
        self.fields = self._wire.fields(self._quirks)
        self._put: dict[bytes, _Put] = {}

    def cell(self, name: str, sample: int = 1) -> AskedCell:
        """The channel that one probe uses for one of its samples."""
        return AskedCell(self, name, sample)

    async def reply(self, ask: Ask, cell: str, sample: int) -> Reply:
        """The reply to a question, whoever put it first. Raises Settled, ProviderError."""
        expressible(ask, self.fields)  # as its driver does, but kept nowhere: what is raised holds all frames that it went through
        key = b"%d " % sample + msgspec.json.encode(_light(ask), enc_hook=str)
        put = self._put.get(key)
        if put is None:
            put = self._put[key] = _Put(ask)
            await put.settle(self._speak(ask, cell, sample))
        return await put.reply()

    async def _speak(self, ask: Ask, cell: str, sample: int) -> Reply:
        place = ""

        async def send(request: Request) -> Response:
            nonlocal place
            response, place = await self._exchange(request, asker)
            return response

        asker = Asker(cell, sample, ask)
        reply: Reply | None = None
        try:
            reply = await speak(self._wire.ask(ask, self._model, self._base_url, self._quirks), send)
        except BadReply as error:
            raise Settled(structs.replace(unknown("unreadable", str(error)), evidence=(place,) if place else ())) from error
        finally:
            self._exchange.replied(asker, reply)
        found: Reply = structs.replace(reply, asked=ask, evidence=place)
        return found

    def shaky(self, features: frozenset[str], reason: str) -> bool:
        """Whether failures for that reason, at questions with these features, may be of a provider that fails at this and that: where
        one was made good by sending it again, or, of answers out of form, where a question without the features got none.
        """
        if reason != "unreadable":
            return self._exchange.unsteady
        return any(put.failed for put in self._put.values() if features.isdisjoint(bare(put.ask.features)))

    def replies(self) -> Sequence[Reply]:
        """All replies of the row so far, by name of question."""
        found = [put.found for put in self._put.values() if isinstance(put.found, Reply)]
        return sorted(found, key=lambda reply: (reply.question.name, reply.evidence))


def _light(ask: Ask) -> Ask:
    """The question with the digests of its media in their place, which are as good to tell it from others."""
    if not ask.media():
        return ask
    messages = tuple(structs.replace(message, parts=tuple(map(_digested, message.parts))) for message in ask.messages)
    light: Ask = structs.replace(ask, messages=messages)
    return light


def _digested(part: Part) -> Part:
    if isinstance(part, Media) and part.data:
        return Media(part.modality, part.mime, b"%d" % hash(part.data), part.url, part.word)
    return part


class AskedCell:
    """The row as one probe sees it in one sample (an engine's Channel)."""

    def __init__(self, row: AskedRow, name: str, sample: int) -> None:
        self._row, self._name, self._sample = row, name, sample
        self.fields = row.fields

    async def reply(self, ask: Ask) -> Reply:
        """The reply to a question. Raises Settled, ProviderError."""
        return await self._row.reply(ask, self._name, self._sample)

    async def replies(self) -> Sequence[Reply]:
        """All replies of the row so far."""
        return self._row.replies()


class _Put:
    """A question that was put: what came of it, or the wait for that."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.found: Reply | Exception | None = None
        self._waiting: anyio.Event | None = None

    @property
    def failed(self) -> bool:
        """Whether it got no answer, for no reason of its own."""
        if isinstance(self.found, Reply):
            return unanswered(self.found)
        return isinstance(self.found, Settled) and lost(self.found.verdict)

    async def settle(self, speaking: Awaitable[Reply]) -> None:
        try:
            self.found = await speaking
        except (Settled, ProviderError) as error:
            self.found = error
        finally:
            if self._waiting:
                self._waiting.set()

    async def reply(self) -> Reply:
        if self.found is None:
            self._waiting = self._waiting or anyio.Event()
            await self._waiting.wait()
        if isinstance(self.found, Reply):
            return self.found
        raise self.found or Settled(unknown("own", "the same question, put for another cell, failed for a reason of ours"))
