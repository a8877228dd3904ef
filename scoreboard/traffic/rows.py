"""Files of recorded traffic to rows: each exchange is read, attributed by its bytes, put with the others of its row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct, structs

from probes.row import Exchange, Row, without_media
from providers.base import PLAIN, ProviderError, Quirks, Request, Response, Wire, find_provider
from providers.chat import Media
from scoreboard.judge.decoding import exchange_of, grouped
from scoreboard.mode import Mode, RowId
from scoreboard.traffic.attribution import thinks, understood
from scoreboard.traffic.collections import COLLECTIONS, collection_of, on_the_web
from scoreboard.traffic.govcr import BadRecording, read_file

_HEAD = 1024  # bytes of a medium in a reply that a judge looks at


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


class File(Struct, frozen=True):
    """What a file holds: its exchanges, the complaints of what could not be read, a line each."""

    recorded: tuple[Recorded, ...] = ()
    complaints: tuple[str, ...] = ()


class TrafficRow(Struct, frozen=True):
    """A row of recorded traffic: the exchanges of a collection with one model in one mode."""

    collection: str
    id: RowId
    exchanges: tuple[Exchange, ...]
    fields: frozenset[str]

    @property
    def row(self) -> Row:
        """As the judge takes it."""
        return Row(self.exchanges, fields=self.fields, stream=self.id.mode.stream, thinking=self.id.mode.thinking)


def files_below(root: Path) -> list[Path]:
    """The files that may hold recordings, in order; what lies in folders that begin with "_" asks for errors."""
    if root.is_file():
        return [root]
    return [
        path
        for path in sorted(root.rglob("*.yaml"))
        if not any(part.startswith("_") for part in path.relative_to(root).parts)
    ]


def read(path: Path, root: Path) -> File:
    """All exchanges of a file. What cannot be read costs its own evidence, and is told in a line."""
    folders = _folders(path, root)
    collection = collection_of(folders)
    below = _below_root(path, root, folders, collection)
    where = on_the_web("/".join(filter(None, (collection, *below, path.name))))
    try:
        pairs = read_file(path)
    except BadRecording as error:
        return File((), (str(error),))
    recorded, complaints = [], []
    for number, question in enumerate(grouped(pairs), 1):
        try:
            asked = understood(question.request, folders, below[0] if below else path.resolve().parent.name)
            quirks = _quirks(asked.provider, asked.wire, collection)
            exchange = exchange_of(question, asked.wire, asked.ask, quirks)
        except ProviderError as error:
            complaints.append(f"{path}: {error}")
            continue
        exchange = structs.replace(
            exchange, where=where if number == 1 else f"{where}#{number}",
            observed_at=_observed(question.responses[-1], collection),
            ask=without_media(asked.ask), reply=structs.replace(exchange.reply, media=_heads(exchange.reply.media)),
            headers=_kept(question.responses[-1], collection), all_headers=collection in COLLECTIONS,
        )  # fmt: skip
        if exchange.lost:
            complaints.append(f"{path}: {exchange.note}")
        digest = _digest(question.request, question.responses)
        model = asked.model or _model(folders, collection) or exchange.reply.model
        thinking = _thinking(asked.ask.thinking, folders, collection)
        recorded.append(Recorded(collection, asked.provider, model, _name(asked.wire), exchange, digest, thinking))
    return File(tuple(recorded), tuple(complaints))


def _folders(path: Path, root: Path) -> list[str]:
    return (
        list(path.resolve().parent.parts)[-8:]
        if root.is_file()
        else [*root.resolve().parts[-4:], *path.relative_to(root).parts[:-1]]
    )


def _below_root(path: Path, root: Path, folders: Sequence[str], collection: str) -> Sequence[str]:
    """The folders of a file below its collection's, or where it names none below the one that was named."""
    if collection:
        return folders[len(folders) - folders[::-1].index(collection) :]
    return () if root.is_file() else path.relative_to(root).parts[:-1]


def _below(folders: Sequence[str], collection: str) -> str:
    """The model's folder below those of the collection and the provider; empty where they are not named."""
    return "/".join(folders[len(folders) - folders[::-1].index(collection) + 1 :]) if collection in COLLECTIONS else ""


def _model(folders: Sequence[str], collection: str) -> str:
    folder = _below(folders, collection)
    return folder.removesuffix(COLLECTIONS[collection].thinking_suffix) if folder else ""


def _thinking(asked: bool | None, folders: Sequence[str], collection: str) -> bool | None:
    """Whether the model thinks: by how its collection was recorded, as requests may turn it off; or the request."""
    suffix = COLLECTIONS[collection].thinking_suffix if collection in COLLECTIONS else ""
    if suffix and _below(folders, collection):
        return _below(folders, collection).endswith(suffix)
    return asked


def _observed(response: Response, collection: str) -> str:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(response.headers["date"]).date().isoformat()
    except (KeyError, ValueError, TypeError):
        return COLLECTIONS[collection].day if collection in COLLECTIONS else ""


def _kept(response: Response, collection: str) -> tuple[str, ...]:
    """The names of the headers; none where the recorder struck out others than those that it is known to strike out."""
    known = COLLECTIONS.get(collection)
    whole = "date" in response.headers or (known is not None and "date" in known.strikes)
    return tuple(response.headers) if whole else ()


def _heads(media: Iterable[Media]) -> tuple[Media, ...]:
    """Media by their beginnings alone: what tells of which kind they are."""
    return tuple(structs.replace(medium, data=medium.data[:_HEAD]) for medium in media)


def _digest(request: Request, responses: Iterable[Response]) -> bytes:
    whole = hashlib.sha256(request.url.encode() + request.body)
    for response in responses:
        whole.update(b"%d" % response.status + response.headers.get("date", "").encode() + response.body)
    return whole.digest()


def _quirks(provider: str, wire: Wire, collection: str) -> Quirks:
    """How the provider departs from the wire, of the day of the recordings."""
    known = find_provider(provider)
    if known is None or wire is not known.wire:
        return PLAIN
    day = COLLECTIONS[collection].day if collection in COLLECTIONS else ""
    late = frozenset(feature for feature, since in known.quirks.since.items() if day and since > day)
    return structs.replace(known.quirks, lacks=known.quirks.lacks | late) if late else known.quirks


def _name(wire: Wire) -> str:
    return wire.__name__.rpartition(".")[2]


def rows(recorded: Iterable[Recorded]) -> list[TrafficRow]:
    """The rows of recordings in any order: copies count once, and where requests leave thinking open replies tell."""
    by_model: dict[tuple[str, str, str], dict[bytes, Recorded]] = {}
    for one in sorted(recorded, key=lambda one: (one.exchange.where, one.digest)):
        by_model.setdefault((one.collection, one.provider, one.model), {}).setdefault(one.digest, one)
    found = [row for key, here in sorted(by_model.items()) for row in _of_model(*key, list(here.values()))]
    return sorted(found, key=lambda row: (row.collection, row.id))


def _of_model(collection: str, provider: str, model: str, recorded: Sequence[Recorded]) -> Iterator[TrafficRow]:
    from providers.base import wires

    open_ = thinks(one.exchange for one in recorded if one.thinking is None)
    modes: dict[Mode, list[Recorded]] = {}
    for one in recorded:
        mode = Mode(one.exchange.ask.stream, open_ if one.thinking is None else one.thinking)
        modes.setdefault(mode, []).append(one)
    for mode, here in modes.items():
        wire = wires()[max({one.wire for one in here}, key=lambda name: (sum(one.wire == name for one in here), name))]
        fields = wire.fields(_quirks(provider, wire, collection))
        exchanges = [structs.replace(one.exchange, number=number) for number, one in enumerate(here, 1)]
        yield TrafficRow(collection, RowId(provider, model, mode), tuple(exchanges), fields)
