"""Where a catalogue and what was measured contradict each other, or a gap can be filled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from scoreboard.claims.catalogues import Flag, maps, value_of
from scoreboard.claims.measured import Measured, measured
from scoreboard.claims.snapshots import Entry, Snapshot
from scoreboard.results.model import Results, RowResult

Kind = Literal["contradicted", "gap", "agrees", "note"]
_DATED = re.compile(r"\d{4}|\d{2}-\d{2}")


class Claim(Struct, frozen=True):
    """A flag of an entry beside what was measured of our model. `again`: why it has to be asked again before anything
    is sent; `why`: of a note, why it is no more than that.
    """

    kind: Kind
    entry: Entry
    flag: Flag
    said: bool | None
    measured: Measured
    model: str
    again: str = ""
    why: str = ""

    @property
    def order(self) -> tuple[object, ...]:
        """What can be trusted first: contradictions, gaps that are a yes, gaps that are a no; then by evidence."""
        return (
            ("contradicted", "gap", "note", "agrees").index(self.kind), not self.measured.says,
            -sum(one.exchanges for one in self.measured.cells), self.entry.key, self.flag.name,
        )  # fmt: skip


def claims(everything: Iterable[Results], name: str, copy: Snapshot) -> list[Claim]:
    """All that can be said of a catalogue, in order. Raises SnapshotError."""
    found = []
    for wires, model, rows in _models(everything):
        entries = {
            (entry.owner, entry.key): entry
            for provider in wires
            for prefix, owner in maps().providers[provider].keys.get(name, ())
            if (entry := copy.find(prefix + model, owner))
        }
        for flag in copy.catalogue.flags if entries else ():
            seen = measured(flag.cells, rows, wires)
            found += [one for entry in entries.values() if (one := _held(flag, entry, seen, model, copy.day))]
    return sorted(found, key=lambda claim: claim.order)


def _models(everything: Iterable[Results]) -> Iterator[tuple[list[str], str, list[tuple[str, RowResult]]]]:
    """Models with their rows, those of the wires of one provider together; `endpoint` is somebody's own server."""
    known = maps().providers
    by_model: dict[tuple[str, str], list[tuple[str, RowResult]]] = {}
    for results in everything:
        if results.provider in known and not results.endpoint:
            group = known[results.provider].wires or results.provider
            for row in results.rows:
                by_model.setdefault((group, row.model), []).append((results.provider, row))
    for (group, model), rows in sorted(by_model.items()):
        yield [name for name in known if group in (name, known[name].wires)], model, rows


def _held(flag: Flag, entry: Entry, seen: Measured, model: str, day: str) -> Claim | None:
    said = flag.said(entry.fields)
    kind, why = verdict(
        flag, said, seen, has_list=not flag.member or isinstance(value_of(entry.fields, flag.field), list)
    )
    if kind is None:
        return None
    again = _again(seen.day, model, day) if kind in ("contradicted", "gap") else ""
    return Claim(kind, entry, flag, said, seen, model, again, why)


def verdict(flag: Flag, said: bool | None, seen: Measured, *, has_list: bool = True) -> tuple[Kind | None, str]:
    """What becomes of what a catalogue says and what was measured; with it why, of a note. `has_list`: whether the list
    is there that the flag is a member of.
    """
    if seen.says is None:
        if seen.weak and said:
            return "agrees", ""
        return ("note", seen.why) if seen.why and not seen.weak and said is not None else (None, "")
    if said == seen.says:
        return "agrees", ""
    if not has_list:
        return None, ""  # a list that is not there says nothing
    if flag.may == "true" and not seen.says:
        return "note", flag.mind or "a yes alone counts here"
    if flag.may == "false" and seen.says:
        return None, ""
    return ("gap" if said is None else "contradicted"), ""


def _again(seen: str, model: str, day: str) -> str:
    """Why a claim may not hold today any more."""
    if not seen:
        return "the day of the evidence is not known"
    if not day:
        return f"seen on {seen}; how old the copy is, is not known"
    if seen < day:
        return f"seen on {seen}, before the copy of {day}"
    return "" if _DATED.search(model) else "the name may move to another model: it has no date"


def counts(found: Iterable[Claim]) -> dict[str, int]:
    """How many of each kind, gaps told apart by what would fill them."""
    kinds = Counter(claim.kind if claim.kind != "gap" else f"gap, {claim.measured.says}".lower() for claim in found)
    return {kind: kinds[kind] for kind in ("contradicted", "gap, true", "gap, false", "agrees", "note")}
