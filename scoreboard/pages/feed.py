"""The feed of changes: what a newer observation of a row changed in an older one, newest first. No I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

from msgspec import Struct

from scoreboard.pages.changes import said
from scoreboard.pages.looks import drawn, permalink, shown
from scoreboard.results.changes import Change, changes, day, row_day
from scoreboard.results.comparing import Owned, Side
from scoreboard.results.model import Results, RowResult
from scoreboard.text import one_line

MOST = 100
_NOTE = 500


class Entry(Struct, frozen=True):
    """An entry of the feed; `updated` is when the change was observed, as RFC 3339 has it."""

    id: str
    updated: str
    title: str
    text: str
    link: str


def atom(everything: Iterable[Results], most: int = MOST) -> str:
    """The feed in Atom."""
    return drawn("feed.xml.j2", entries=entries(everything, most))


def entries(everything: Iterable[Results], most: int = MOST) -> list[Entry]:
    """The newest changes, of all providers."""
    found = sorted((entry(change) for one in everything for change in _changes(one)), key=lambda one: one.title)
    return sorted(found, key=lambda one: one.updated, reverse=True)[:most]


def _changes(results: Results) -> Iterator[Change]:
    """From each row to the next newer one of its key."""
    by_key: dict[tuple[str, bool, bool], list[RowResult]] = {}
    for row in sorted((*results.history, *results.rows), key=row_day):
        by_key.setdefault(row.key, []).append(row)
    for rows in by_key.values():
        for old, new in pairwise(Side("", (Owned(results.provider, row),)) for row in rows):
            # A form of it that differs is no news where all in all it is as it was.
            yield from (change for change in changes(old, new) if said(change.old) != said(change.new))


def entry(change: Change) -> Entry:
    """A change in words. Its id stays the same, whatever else comes to be known."""
    row, provider = change.pair.some.row, change.pair.some.provider
    observed = change.new.observed_at.lstrip("≤") if change.new and change.new.observed_at else row_day(row)
    before = day(change.old) if change.old else ""
    named = "\0".join(
        (provider, row.model, row.mode.name, change.cell, observed, said(change.new), said(change.old), before)
    )
    now, was = ((said(cell), shown(cell.note, _NOTE) if cell else "") for cell in (change.new, change.old))
    title = f"{shown(provider)}/{shown(row.model)} {row.mode.name}: {change.cell} is {now[0]}, was {was[0]}"
    notes = [f"{when}: {note}." for when, note in (("Now", now[1]), ("Before", was[1])) if note]
    return Entry(
        f"urn:sha256:{hashlib.sha256(named.encode()).hexdigest()}",
        time_of(observed),
        one_line(title),
        one_line(" ".join([f"Why: {change.cause.words}.", *notes])),
        f"index.html#{permalink(provider, row.model, row.mode.name, cell=change.cell)}",
    )


def time_of(observed: str) -> str:
    """A day or time in ISO 8601 as RFC 3339 has it; 1970 where it is none."""
    try:
        time = datetime.fromisoformat(observed)
    except ValueError:
        time = datetime.fromtimestamp(0, UTC)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat(timespec="seconds")
