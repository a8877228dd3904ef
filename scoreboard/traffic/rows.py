"""Exchanges to rows: those of a model in a mode, whoever kept them; copies count once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, structs

from probes.row import Exchange, Row, likeness
from providers.base import wires
from scoreboard.mode import Mode, RowId
from scoreboard.traffic.attribution import tells, thinks
from scoreboard.traffic.collections import COLLECTIONS
from scoreboard.traffic.exchanges import Recorded, quirks_of

_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)
# What hostile values raise when they are written.
_UNWRITABLE = (OverflowError, ValueError, TypeError, UnicodeError, RecursionError)


class Packed(Struct, frozen=True, array_like=True):
    """A recorded exchange as it is sent between processes and kept for the next time: what its row is told by, and the
    rest as bytes. `apart`: the collection whose rows are rows of their own; empty where they are everybody's. `asks`:
    what is asked, whatever the mode.
    """

    apart: str
    provider: str
    model: str
    wire: str
    where: str
    digest: bytes
    day: str
    stream: bool
    thinking: bool | None
    tells: bool | None
    asks: bytes
    exchange: bytes


class Group(Struct, frozen=True, array_like=True):
    """The exchanges of a row, in order, and by which wire most of them went; for a row of streams, those that asked the
    same without (`others`).
    """

    apart: str
    id: RowId
    wire: str
    packed: tuple[Packed, ...]
    others: tuple[Packed, ...] = ()


class TrafficRow(Struct, frozen=True):
    """A row of recorded traffic: the exchanges with one model in one mode, of one snapshot or of everybody."""

    collection: str
    id: RowId
    exchanges: tuple[Exchange, ...]
    fields: frozenset[str]
    others: tuple[Exchange, ...] = ()

    @property
    def row(self) -> Row:
        """As the judge takes it."""
        mode = self.id.mode
        return Row(self.exchanges, fields=self.fields, stream=mode.stream, thinking=mode.thinking, others=self.others)


def packed(one: Recorded) -> Packed:
    """One exchange packed. What no judge reads, or what cannot be written, is left out."""
    x = structs.replace(one.exchange, reply=structs.replace(one.exchange.reply, turn=None, chunks=()))
    return Packed(
        apart_of(one.collection), one.provider, one.model, one.wire, x.where, one.digest, x.observed_at,
        x.ask.stream, one.thinking, tells(x), _asks(x), _encoded(x),
    )  # fmt: skip


def _asks(x: Exchange) -> bytes:
    try:
        return hashlib.sha256(likeness(x.ask, ("stream",))).digest()
    except _UNWRITABLE:
        return b""


def _encoded(x: Exchange) -> bytes:
    try:
        return _ENCODER.encode(x)
    except _UNWRITABLE as error:
        lost = structs.replace(x, lost="own", note=f"it cannot be kept: {error}", reply=type(x.reply)(x.status))
        return _ENCODER.encode(structs.replace(lost, ask=type(x.ask)((), stream=x.ask.stream)))


@cache
def _decoder() -> msgspec.msgpack.Decoder[Exchange]:
    return msgspec.msgpack.Decoder(Exchange, strict=True)


def unpacked(one: Packed) -> Exchange:
    """The exchange itself."""
    return _decoder().decode(one.exchange)


def apart_of(collection: str) -> str:
    """The collection, where its rows are rows of their own: a snapshot, or a folder named after a month."""
    known = COLLECTIONS.get(collection)
    return collection if (known.snapshot if known else "+" not in collection) else ""


def groups(everything: Iterable[Packed]) -> list[Group]:
    """The rows of exchanges in any order: copies count once, and where requests leave thinking open replies tell."""
    by_model: dict[tuple[str, str, str], dict[bytes, Packed]] = {}
    for one in sorted(everything, key=lambda one: (one.where, one.digest)):
        by_model.setdefault((one.apart, one.provider, one.model), {}).setdefault(one.digest, one)
    found = [group for here in by_model.values() for group in _of_model(list(here.values()))]
    return sorted(found, key=lambda group: (group.apart, group.id))


def _of_model(here: Sequence[Packed]) -> Iterator[Group]:
    open_ = thinks(one.tells for one in here if one.thinking is None)
    modes: dict[Mode, list[Packed]] = {}
    for one in here:
        modes.setdefault(Mode(one.stream, open_ if one.thinking is None else one.thinking), []).append(one)
    for mode, those in modes.items():
        counts: dict[str, int] = {}
        for one in those:
            counts[one.wire] = counts.get(one.wire, 0) + 1
        wire = max(counts, key=lambda name: (counts[name], name))
        others = _asked_alike(modes.get(Mode(stream=False, thinking=mode.thinking), ()), those) if mode.stream else ()
        yield Group(those[0].apart, RowId(those[0].provider, those[0].model, mode), wire, tuple(those), others)


def _asked_alike(plain: Iterable[Packed], streams: Iterable[Packed]) -> tuple[Packed, ...]:
    asked = {one.asks for one in streams}
    return tuple(one for one in plain if one.asks and one.asks in asked)


def row_of(group: Group) -> TrafficRow:
    """A row as it is judged."""
    wire = wires()[group.wire]
    fields = wire.fields(quirks_of(group.id.provider, wire, group.apart))
    exchanges = tuple(structs.replace(unpacked(one), number=number) for number, one in enumerate(group.packed, 1))
    return TrafficRow(group.apart, group.id, exchanges, fields, tuple(map(unpacked, group.others)))


def rows(recorded: Iterable[Recorded]) -> list[TrafficRow]:
    """The rows of recordings in any order."""
    return [row_of(group) for group in groups(map(packed, recorded))]


def in_force(found: Sequence[Group]) -> list[Group]:
    """The rows that results are made of: everybody's exchanges with those of the newest snapshot of the same row; older
    snapshots stay rows of their own.
    """
    newest = {group.id: group for group in found if group.apart}
    everybodys = {group.id: group for group in found if not group.apart}
    both = {
        id_: structs.replace(group, packed=_both(group.packed, newest[id_].packed))
        for id_, group in everybodys.items()
        if id_ in newest
    }
    here = {**newest, **everybodys, **both}
    older = [group for group in found if group.apart and group is not newest[group.id]]
    kept = [*older, *(structs.replace(group, others=_others(group, here)) for group in here.values())]
    return sorted(kept, key=lambda group: (group.apart, group.id))


def _others(group: Group, here: Mapping[RowId, Group]) -> tuple[Packed, ...]:
    """What was asked as in a row of streams, without streaming."""
    mode = group.id.mode
    plain = here.get(structs.replace(group.id, mode=Mode(stream=False, thinking=mode.thinking)))
    return _asked_alike(plain.packed, group.packed) if plain and mode.stream else ()


def _both(here: Iterable[Packed], there: Iterable[Packed]) -> tuple[Packed, ...]:
    by_digest = {packed.digest: packed for packed in (*here, *there)}
    return tuple(sorted(by_digest.values(), key=lambda packed: (packed.where, packed.digest)))


def plain(value: Any) -> bytes:
    """Anything of ours as bytes."""
    return _ENCODER.encode(value)
