"""Replies alone: whose they are, and which wire format reads them, as far as their folder and their bytes tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from providers.base import PLAIN, ProviderError, Response, Wire, wires
from providers.chat import Ask, Reply
from scoreboard.traffic.attribution import Asked, Folders, PassedOver, owners
from scoreboard.traffic.kept import Kept

_FEW = 6  # pieces of a stream by which a wire format is told
_DONE = b"data: [DONE]\n\n"


def read_alone(kept: Kept, where: Folders) -> tuple[Asked, Reply]:
    """Raises PassedOver where nothing says whose it is, or no wire format knows it."""
    candidates = owners("", where)
    owner = candidates[0].name if candidates else where.stranger
    if not owner:
        msg = "a reply alone, of which nothing says whose it is"
        raise PassedOver(msg)
    ask, ends = Ask((), stream=kept.stream, usage=False), _ends(kept)
    for known in candidates:
        own = (known.wire, *known.wires.values())
        best = _by_its_ends(ask, kept, ends, own)
        if best is None and ends is not kept:
            best = _best(ask, kept, own)
        if best:
            return Asked(known.name, best[0], best[1].model, ask), best[1]
    if best := _by_its_ends(ask, kept, ends, wires().values()):
        return Asked(owner, best[0], best[1].model, ask), best[1]
    msg = "a reply alone that no wire format knows"
    raise PassedOver(msg)


def _by_its_ends(ask: Ask, kept: Kept, ends: Kept, among: Iterable[Wire]) -> tuple[Wire, Reply] | None:
    """The best, where a long stream is tried by its begin and its end alone."""
    tried = _best(ask, ends, among)
    return tried if not tried or ends is kept else _best(ask, kept, [tried[0]])


def _ends(kept: Kept) -> Kept:
    lines = kept.response.body.splitlines() if kept.stream else []
    if len(lines) <= 2 * _FEW:
        return kept
    return structs.replace(kept, response=structs.replace(kept.response, body=b"\n".join(lines[:_FEW] + lines[-_FEW:])))


def _best(ask: Ask, kept: Kept, among: Iterable[Wire]) -> tuple[Wire, Reply] | None:
    """The wire format that makes something of the reply, and knows most of its fields."""
    read = [
        (len(reply.unknown), bool(reply.cut), number, wire, reply)
        for number, wire in enumerate(among)
        for reply in _read(ask, kept, wire)
    ]
    if not read:
        return None
    _, _, _, wire, reply = min(read, key=lambda one: one[:3])
    return wire, reply


def _read(ask: Ask, kept: Kept, wire: Wire) -> Iterator[Reply]:
    for response in _dressed(kept) if kept.stream else [kept.response]:
        try:
            reply = wire.reply(ask, (response,), PLAIN)
        except (ProviderError, NotImplementedError):
            continue
        if reply.error is None and (reply.usage or reply.finish) and not reply.empty:
            yield reply
            if not reply.cut:
                return


def _dressed(kept: Kept) -> Iterator[Response]:
    """A stream's data as it may have come: as events, with and without the last, or a line each."""
    lines = kept.response.body.splitlines()
    events = b"".join(_event(line) for line in lines if line != b"[DONE]")
    yield structs.replace(kept.response, body=events + _DONE)
    yield structs.replace(kept.response, body=events)
    yield structs.replace(
        kept.response, body=b"\n".join(lines) + b"\n", headers={"content-type": "application/x-ndjson"}
    )


def _event(line: bytes) -> bytes:
    from msgspec import DecodeError
    from msgspec.json import decode

    try:
        value = decode(line)
    except DecodeError:
        value = None
    kind = value.get("type") or value.get("event_type") if isinstance(value, dict) else None
    name = b"event: " + kind.encode() + b"\n" if isinstance(kind, str) and kind.isprintable() else b""
    return name + b"data: " + line + b"\n\n"
