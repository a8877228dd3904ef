"""A file to exchanges: what was kept is grouped, attributed, read; each is used, passed over, or unreadable, and says
why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct, structs

from probes.row import EVERY, Exchange, expected_before
from providers.base import PLAIN, ProviderError, Quirks, Request, Response, Wire, find_provider
from providers.chat import Ask, Media, Message, Part
from scoreboard.judge.decoding import Question, exchange_of, grouped
from scoreboard.traffic.alone import read_alone
from scoreboard.traffic.attribution import Asked, Folders, NoWire, PassedOver, understood
from scoreboard.traffic.kept import BadRecording, Kept
from scoreboard.traffic.made_up import tell_of
from scoreboard.traffic.places import Place
from scoreboard.traffic.reading import Content, NoForm, may_be_recording, read_file

_HEAD = 1024  # bytes of a medium in a reply that a judge looks at
Fate = Literal["used", "passed over", "unreadable"]


class Recorded(Struct, frozen=True):
    """An exchange of a file: whose it is, what its bytes are (`digest`), so that copies count once, and whether the
    model thinks, None where neither the request nor the collection says so.
    """

    collection: str
    provider: str
    model: str
    wire: str
    exchange: Exchange
    digest: bytes
    thinking: bool | None


class Outcome(Struct, frozen=True):
    """What came of an exchange of a file: its place there, its request line, its fate and why, what was read of it; an
    odd one is worth a line though it was passed over.
    """

    place: int
    line: str
    fate: Fate
    why: str = ""
    recorded: Recorded | None = None
    is_odd: bool = False


class File(Struct, frozen=True):
    """What a file came to: its form, its exchanges; `trouble` where it could not be read as a whole."""

    form: str
    outcomes: tuple[Outcome, ...] = ()
    trouble: str = ""
    path: str = ""

    @property
    def complaints(self) -> tuple[str, ...]:
        """A line for all that could not be read."""
        told = (one for one in self.outcomes if one.why and (one.fate != "passed over" or one.is_odd))
        lines = tuple(f"{self.path}: exchange {one.place}: {one.why}" for one in told)
        return (self.trouble, *lines) if self.trouble else lines

    @property
    def recorded(self) -> tuple[Recorded, ...]:
        """The exchanges that are used."""
        return tuple(outcome.recorded for outcome in self.outcomes if outcome.recorded)


def read(place: Place) -> File:
    """All exchanges of a file. What cannot be read costs its own evidence."""
    try:
        content = read_file(place.path)
    except NoForm as error:
        told = place.root == place.path or place.path.suffix in (".yaml", ".yml")
        return File("", trouble=str(error) if told else "")
    except BadRecording as error:
        # Of a file whose name says nothing, and whose content is nothing, there is nothing to say.
        return File("", trouble=str(error) if place.root == place.path or may_be_recording(place.path) else "")
    return File(content.form, tuple(_outcomes(content, place)), path=str(place.path))


def _outcomes(content: Content, place: Place) -> Iterator[Outcome]:
    whole = []
    for kept in content.kept:
        if kept.broken:
            yield Outcome(kept.place, "", "unreadable", kept.broken)
        elif kept.passed:
            yield Outcome(kept.place, _line(kept.request), "passed over", kept.passed)
        elif kept.request is None:
            yield _alone(kept, place)
        else:
            whole.append(kept)
    whole.sort(key=lambda kept: (kept.question, kept.sample))  # the polls of a question of ours stand behind it
    for question in grouped((kept.request or Request("", ""), kept.response) for kept in whole):
        yield _one(question, [whole[number] for number in question.numbers], place)


def _line(request: Request | None) -> str:
    return f"{request.method} {request.url}" if request else "a reply alone"


def folders_of(place: Place) -> Folders:
    """What the folders of a file may name."""
    known = place.known
    aliases = known.providers if known else {}
    if not place.collection:
        stranger = place.below[0] if place.below else place.path.resolve().parent.name
    elif known and known.provider_at is not None and len(place.below) > known.provider_at:
        stranger = aliases.get(place.below[known.provider_at], place.below[known.provider_at])
    else:
        stranger = place.below[0] if place.below and "+" not in place.collection else ""
    # The folder of a collection is named after whoever keeps it.
    above = [name for name in place.above if name != place.collection or "+" not in name]
    return Folders(above, stranger, aliases, place.path.stem)


def _alone(kept: Kept, place: Place) -> Outcome:
    line = _line(None)
    if made_up := tell_of(kept.response.body):
        return Outcome(kept.place, line, "passed over", f"made up: {made_up}")
    try:
        asked, reply = read_alone(kept, folders_of(place))
    except PassedOver as error:
        return Outcome(kept.place, line, "passed over", str(error))
    exchange = Exchange(asked.ask, reply, headers=tuple(kept.response.headers), alone=True, status=kept.response.status)
    digest = hashlib.sha256(kept.response.body).digest()
    recorded = _recorded(asked, exchange, [kept], place, digest)
    return Outcome(kept.place, line, "used", recorded=recorded)


def _one(question: Question, kept: Sequence[Kept], place: Place) -> Outcome:
    first, line = kept[0], _line(kept[0].request)
    if made_up := tell_of(question.responses[-1].body):
        return Outcome(first.place, line, "passed over", f"made up: {made_up}")
    try:
        asked = understood(question.request, folders_of(place))
        ask = _annotated(asked.ask, first)
        exchange = exchange_of(question, asked.wire, ask, quirks_of(asked.provider, asked.wire, place.collection))
    except PassedOver as error:
        return Outcome(first.place, line, "passed over", str(error), is_odd=isinstance(error, NoWire))
    except ProviderError as error:
        return Outcome(first.place, line, "unreadable", str(error))
    exchange = structs.replace(exchange, sample=first.sample)
    digest = _digest(question.request, question.responses)
    why = exchange.note if exchange.lost else ""
    return Outcome(first.place, line, "used", why, _recorded(asked, exchange, kept, place, digest))


def _annotated(ask: Ask, kept: Kept) -> Ask:
    """With what only the asker knew, where the question is our own."""
    if not kept.question:
        return ask
    expects = EVERY | frozenset(kept.expects) | expected_before(kept.question)
    return structs.replace(ask, name=kept.question, expects=expects)


def _recorded(asked: Asked, exchange: Exchange, kept: Sequence[Kept], place: Place, digest: bytes) -> Recorded:
    last = kept[-1]
    known = place.known
    strikes = known.strikes if known else ()
    is_whole = last.all_headers or "date" in last.response.headers or "date" in strikes
    number = f"#{kept[0].place}" if kept[0].place > 1 else ""
    exchange = structs.replace(
        exchange, where=place.where + number, observed_at=_observed(last, place), ask=digested(exchange.ask),
        reply=structs.replace(exchange.reply, media=_heads(exchange.reply.media)),
        headers=tuple(last.response.headers) if is_whole else (), all_headers=last.all_headers or bool(strikes),
        grade=next((one.grade for one in kept if one.grade != "bytes"), "bytes"),
    )  # fmt: skip
    model = asked.model or _model(place) or exchange.reply.model
    thinking = _thinking(asked.ask.thinking, place)
    wire = asked.wire.__name__.rpartition(".")[2]
    return Recorded(place.collection, asked.provider, model, wire, exchange, digest, thinking)


def _model(place: Place) -> str:
    return place.model.removesuffix(place.known.thinking_suffix) if place.known else ""


def _thinking(asked: bool | None, place: Place) -> bool | None:
    """Whether the model thinks: by how its collection was recorded, as a request may turn it off; or by the request."""
    suffix = place.known.thinking_suffix if place.known else ""
    return place.model.endswith(suffix) if suffix and place.model else asked


def _observed(kept: Kept, place: Place) -> str:
    from email.utils import parsedate_to_datetime

    if kept.all_headers and kept.when:
        return kept.when
    try:
        return parsedate_to_datetime(kept.response.headers["date"]).date().isoformat()
    except (KeyError, ValueError, TypeError):
        return _day(kept.when) or place.day


def _day(when: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(when[:10]).isoformat()
    except ValueError:
        return ""


def _heads(media: Iterable[Media]) -> tuple[Media, ...]:
    """Media by their beginnings alone: what tells of which kind they are."""
    return tuple(structs.replace(medium, data=medium.data[:_HEAD]) for medium in media)


def digested(ask: Ask) -> Ask:
    """The question with digests in place of its media's bytes, which are as good to tell it from others."""
    if not ask.media():
        return ask
    messages = tuple(Message(m.role, tuple(map(_digested, m.parts)), None) for m in ask.messages)
    return structs.replace(ask, messages=messages)


def _digested(part: Part) -> Part:
    if isinstance(part, Media) and part.data:
        return structs.replace(part, data=hashlib.sha256(part.data).digest())
    return part


def _digest(request: Request, responses: Iterable[Response]) -> bytes:
    whole = hashlib.sha256(request.url.encode("utf-8", "surrogatepass") + request.body)
    for response in responses:
        date = response.headers.get("date", "").encode("utf-8", "surrogatepass")
        whole.update(b"%d" % response.status + date + response.body)
    return whole.digest()


def quirks_of(provider: str, wire: Wire, collection: str) -> Quirks:
    """How the provider departs from the wire, of the day of a snapshot."""
    from scoreboard.traffic.collections import COLLECTIONS

    known = find_provider(provider)
    if known is None or wire is not known.wire:
        return PLAIN
    day = COLLECTIONS[collection].day if collection in COLLECTIONS and COLLECTIONS[collection].snapshot else ""
    late = frozenset(feature for feature, since in known.quirks.since.items() if day and since > day)
    return structs.replace(known.quirks, lacks=known.quirks.lacks | late) if late else known.quirks
