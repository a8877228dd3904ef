"""One exchange, read back from its bytes, and the row that it belongs to: all exchanges of a model in a mode."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct, field, structs

from providers.chat import Ask, Media, Message, Part, Reply, Text, ToolResult
from providers.errors import SERVER, failure_kind

# What the asker of any question of ours expects (`Ask.expects`).
EVERY = frozenset({"in.text"})
# What marks a question (`Ask.expects`) that is asked while nothing else of the run is in flight.
ALONE = "alone"
# Options whose values do not change how an answer begins, only where it ends.
ENDINGS = ("stop", "max_tokens", "top_logprobs")


class Exchange(Struct, frozen=True, eq=False):
    """A question and what came of it.

    ask: what the request's bytes say was asked. reply: what came back; an empty one where `lost` says why there is
    none. where: the address of the evidence. observed_at: day or time in ISO 8601. number: its place in the order of
    the row. sample: which repetition of its question it is. headers: names of the reply's headers. alone: the reply is
    all that was kept, so that `ask` says nothing. all_headers: whether all headers of the reply were kept, but for
    private ones. status: of the response, whatever a body within it says.
    grade: how it was kept: bytes, rewritten by a recorder, or the reply alone.
    """

    ask: Ask
    reply: Reply
    where: str = ""
    observed_at: str = ""
    number: int = 0
    sample: int = 1
    lost: str = ""
    note: str = ""
    headers: tuple[str, ...] = ()
    alone: bool = False
    all_headers: bool = False
    status: int = 0
    grade: str = "bytes"

    @property
    def answered(self) -> bool:
        """Whether a reply came, and is a whole one without an error."""
        return not (self.lost or self.reply.error or self.reply.cut)

    @property
    def is_as_it_was(self) -> bool:
        """Whether its bytes were kept as they were; a recorder may strike out, or write anew."""
        return self.grade == "bytes"

    @property
    def failed(self) -> bool:
        """Whether the server failed, or answered in no form of its API."""
        error = self.reply.error
        is_failure = self.came_to_nothing or bool(error and failure_kind(error) == SERVER)
        return is_failure or self.lost in ("server", "unreadable")

    @property
    def came_to_nothing(self) -> bool:
        """Whether a stream that we asked for ended before anything came, as where a server fails once it has sent the
        status. Of a stranger's, a recorder may not have kept it.
        """
        is_empty = self.reply.empty and self.reply.streamed is None
        return bool(self.reply.cut) and is_empty and self.ask.stream and self.ask.expects >= EVERY

    @property
    def features(self) -> frozenset[str]:
        """What the question carries, whether a medium came inline or by URL."""
        return bare(self.ask.features)


@lru_cache(1000)
def bare(features: frozenset[str]) -> frozenset[str]:
    """Names of features, whether the medium came inline or by URL."""
    return frozenset(feature.removesuffix("/url") for feature in features)


class Row:
    """The exchanges of a model in a mode, and what probes may know when they ask more.

    fields: the features that the wire has a field for. stream, thinking: the mode (thinking is None where the model
    leaves no choice). media: the media at hand, by "png" or "png/url". share_questions: whether cells share a question
    that carries all that they ask for, each asking alone only where that does not tell. deep: whether more is to be
    known than the fewest questions tell. others: exchanges of the model's other mode, which show nothing here but that
    the same was asked there. unasked: by feature, why it cannot be asked for.
    """

    def __init__(
        self,
        exchanges: Iterable[Exchange] = (),
        *,
        fields: frozenset[str] = frozenset(),
        stream: bool = False,
        thinking: bool | None = None,
        media: Mapping[str, Media] | None = None,
        share_questions: bool = False,
        deep: bool = False,
        others: Sequence[Exchange] = (),
        unasked: Mapping[str, str] | None = None,
    ) -> None:
        self.fields, self.stream, self.thinking, self.media = fields, stream, thinking, media or {}
        self.share_questions, self.deep, self.others, self.unasked = share_questions, deep, others, unasked or {}
        self.exchanges: list[Exchange] = []
        self._like: dict[tuple[str, ...], dict[bytes, list[Exchange]]] = {}
        for exchange in exchanges:
            self.add(exchange)

    def add(self, exchange: Exchange) -> None:
        """One exchange more."""
        self.exchanges.append(exchange)
        for but, index in self._like.items():
            index.setdefault(likeness(exchange.ask, but), []).append(exchange)

    def unshared(self) -> Row:
        """The same row, whose cells ask each alone."""
        row = Row(
            fields=self.fields, stream=self.stream, thinking=self.thinking, media=self.media, deep=self.deep
        )  # fmt: skip
        row.exchanges, row.others, row._like = self.exchanges, self.others, self._like
        return row

    def twins(self, x: Exchange, but: Collection[str] = ()) -> list[Exchange]:
        """The answered others that asked the same, whatever they have of the options `but`."""
        key = tuple(sorted(but))
        if key not in self._like:
            index = self._like[key] = {}
            for exchange in (*self.exchanges, *self.others):
                index.setdefault(likeness(exchange.ask, key), []).append(exchange)
        return [y for y in self._like[key].get(likeness(x.ask, key), []) if y is not x and y.answered]

    def follow_ups(self, x: Exchange) -> list[Exchange]:
        """The exchanges that go on where this one ended, with what its tools answered fed back."""
        begin = x.ask.messages
        return [y for y in self.exchanges if y.ask.messages[: len(begin)] == begin and y is not x and results_of(y.ask)]

    def answers_without(self, features: frozenset[str]) -> list[Exchange]:
        """The exchanges without any of these features that were answered. Those of services (files, batches) are none:
        they take several requests, so that it is not told when they were answered.
        """
        return [x for x in self.exchanges if x.answered and not (features | _SERVICES) & x.features]

    def ask(self, text: str, *parts: Part, **options: Any) -> Ask:
        """A question in one message of the user, in the mode of the row. An answer that has nothing to do with it
        misses it.
        """
        options["expects"] = EVERY | options.get("expects", frozenset())
        return Ask.text(text, *parts, stream=self.stream, thinking=self.thinking, **options)


_SERVICES = frozenset({"batch", "file"})
_DIGEST = 32  # bytes
_PLAIN = {option.name: option.default for option in structs.fields(Ask)}


def likeness(ask: Ask, but: Collection[str]) -> bytes:
    """What two questions have in common that differ in some options at most."""
    reset = {name: _PLAIN[name] for name in but}
    plain = structs.replace(without_media(ask), name="", expects=frozenset(), usage=True, **reset)
    return msgspec.json.encode(plain, enc_hook=str)


def without_media(ask: Ask) -> Ask:
    """The question with the digests of its media in their place, which are as good to tell it from others."""
    if not ask.media():
        return ask
    messages = tuple(structs.replace(message, parts=tuple(map(_digested, message.parts))) for message in ask.messages)
    return structs.replace(ask, messages=messages)


def _digested(part: Part) -> Part:
    if isinstance(part, Media) and len(part.data) > _DIGEST:  # what is no longer is one already, and the same tomorrow
        return structs.replace(part, data=b"%d" % hash(part.data))
    return part


def results_of(ask: Ask) -> list[ToolResult]:
    """What tools answered, where the last turn feeds that back."""
    last: Message | None = ask.messages[-1] if ask.messages else None
    return [part for part in last.parts if isinstance(part, ToolResult)] if last else []


def words_of(ask: Ask) -> str:
    """All that the user said in words."""
    turns = (message for message in ask.messages if message.role == "user")
    return "\n".join(part.text for message in turns for part in message.parts if isinstance(part, Text))


# What was expected of questions that were asked before that was kept beside them, by how their names began.
_BEFORE = {"tools-websearch": "web_search", "tools": "tools", "multimodal": "in.media", "senses": "in.media"}


def expected_before(question: str) -> frozenset[str]:
    """What the asker of a question expected whose record does not tell."""
    return frozenset(expected for begin, expected in _BEFORE.items() if question.startswith(begin))


class Finding(Struct, frozen=True):
    """What one exchange shows of one capability.

    kind: seen (asked, and had its effect), accepted (asked, and taken without complaint), missed (asked, answered, not
    there), refused (an error says that it is not supported), nothing. reason: of missed, ignored, malformed or wrong;
    of nothing, why. variant: which form of it ("png/inline"); "" where there are none. exchanges: what it rests on.
    is_narrow: of a refusal, whether it is about this variant alone.
    """

    kind: str
    reason: str = ""
    note: str = ""
    variant: str = ""
    exchanges: tuple[Exchange, ...] = field(default=())
    is_narrow: bool = False


def seen(note: str, *others: Exchange, variant: str = "") -> Finding:
    """Asked, and it had its effect; `others` are the exchanges that show it together with this one."""
    return Finding("seen", "", note, variant, others)


def accepted(note: str, *, variant: str = "") -> Finding:
    """Asked, and taken without complaint; that it had an effect is not shown."""
    return Finding("accepted", "", note, variant)


def missed(reason: str, note: str, *others: Exchange, variant: str = "") -> Finding:
    """Asked, answered, and not there: ignored, malformed or wrong."""
    return Finding("missed", reason, note, variant, others)


def refused(note: str, *, variant: str = "") -> Finding:
    """An error says that this very thing is not supported."""
    return Finding("refused", "rejected", note, variant)


def nothing(reason: str, note: str, *, variant: str = "") -> Finding:
    """Nothing can be concluded; says why."""
    return Finding("nothing", reason, note, variant)
