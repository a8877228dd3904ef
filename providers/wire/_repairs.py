"""What a reader had to make good. Meaning that is plain is read, whatever its dress; but no leniency is silent: each
kind is noted once in the reply, in words, since a client that keeps to the documentation would fail at it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import wraps

from msgspec import structs

from providers.base import PLAIN, Quirks, Response
from providers.chat import Ask, Reply
from providers.wire._body import opened

_NOTES: ContextVar[dict[str, None] | None] = ContextVar("_NOTES", default=None)

Reads = Callable[[Ask, Sequence[Response], Quirks], Reply]


def repair(what: str) -> None:
    """Notes a repair in the reply that is being read; nothing where none is (a request is read)."""
    notes = _NOTES.get()
    if notes is not None:
        notes[what] = None


def reading(reply: Reads) -> Callable[..., Reply]:
    """A wire's `reply`, given responses whose bytes are as they should be, and with its repairs in the reply that it
    makes. An error has none: it was told, and it was understood.
    """

    @wraps(reply)
    def read(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
        notes: dict[str, None] = {}
        token = _NOTES.set(notes)
        try:
            found = reply(ask, [opened(response, repair) for response in responses], quirks)
        finally:
            _NOTES.reset(token)
        return structs.replace(found, repairs=tuple(notes)) if notes and not found.error else found

    return read
