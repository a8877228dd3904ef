"""Two sides compared, for a terminal, as Markdown for a pull request, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from probes.base import probes
from scoreboard.pages.card import mode_name
from scoreboard.pages.changes import cut, said
from scoreboard.pages.markup import escape, grid
from scoreboard.results.comparing import DIFFERENT, KINDS, Compared, Kind
from scoreboard.results.model import Cell
from scoreboard.results.store import lean
from scoreboard.text import one_line

_SHOWN = 3  # addresses of evidence of a side


class Comparison(Struct, frozen=True):
    """What the sides are called, what is known of each in a line, and what becomes of each cell."""

    names: tuple[str, str]
    facts: tuple[str, str]
    cells: Sequence[Compared]

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many cells there are of each kind."""
        found = Counter(one.kind for one in self.cells)
        return {kind: found[kind] for kind in KINDS}

    @property
    def differs(self) -> bool:
        """Whether anything is lost, altered or gained."""
        return any(one.kind in DIFFERENT for one in self.cells)

    @property
    def tells(self) -> bool:
        """Whether any cell could be compared."""
        return any(one.kind != "not comparable" for one in self.cells)

    @property
    def head(self) -> str:
        """The counts in words."""
        return ", ".join(f"{count} {kind}" for kind, count in self.counts.items())

    def groups(self, *kinds: Kind) -> list[list[Compared]]:
        """The cells of some kinds; those that differ only in their mode stand together, and all of rows that a side
        lacks.
        """
        found: dict[tuple[object, ...], list[Compared]] = {}
        for one in sorted((one for one in self.cells if one.kind in kinds), key=lambda one: KINDS.index(one.kind)):
            told = [(cell.verdict, cell.why) if cell else None for cell in (one.a, one.b)]
            which = (one.cell, *told, *one.variants) if one.pair.is_whole else ()
            key = (one.kind, one.pair.names_of_models, *which)
            found.setdefault(key, []).append(one)
        return list(found.values())

    def whose(self, group: Sequence[Compared]) -> str:
        """Whose cells they are, where there are several models."""
        if len({name for one in self.cells for name in one.pair.names_of_models[:1]} - {""}) <= 1:
            return ""
        return f", of {' and '.join(dict.fromkeys(filter(None, group[0].pair.names_of_models)))}"


def title(group: Sequence[Compared]) -> str:
    """What a group is about: the capability and the modes."""
    first = group[0]
    known = probes().get(first.cell)
    modes = " and ".join(dict.fromkeys(mode_name(one.pair.mode) for one in group))
    if not first.pair.is_whole:
        return f"All cells, {modes}"
    return f"{known.title if known else first.cell} ({first.cell}), {modes}"


def verdict(cell: Cell | None, one: Compared, side: int) -> str:
    """A side's verdict with its reason, the forms of it that differ, and its note."""
    forms = ", ".join(f"{name} {told[side]}" for name, told in one.variants.items())
    note = cut(cell.note) if cell else ""
    return ": ".join(filter(None, (said(cell), forms, note)))


def lines(made: Comparison) -> Iterator[str]:
    """All of it for a terminal."""
    for letter, name, facts in zip("AB", made.names, made.facts, strict=True):
        yield one_line(f"{letter}  {name}{f' ({facts})' if facts else ''}")
    for kind in KINDS[:3]:
        groups = made.groups(kind)
        yield from ("", kind.capitalize()) if groups else ()
        for group in groups:
            yield one_line(f"- {title(group)}{made.whose(group)}")
            yield from _sides(group)
    unknown = list(not_comparable(made))
    yield from ("", "Not comparable") if unknown else ()
    yield from (f"- {line}" for line in unknown)
    yield from ("", made.head)


def _sides(group: Sequence[Compared]) -> Iterator[str]:
    for side, letter in enumerate("AB"):
        cells = [(one.a, one.b)[side] for one in group]
        yield "    " + one_line(f"{letter} {verdict(cells[0], group[0], side)}")
        for where in _evidence(cells):
            yield f"      {one_line(where)}"


def _evidence(cells: Iterable[Cell | None]) -> list[str]:
    return list(dict.fromkeys(where for cell in cells if cell for where in cell.evidence[:_SHOWN]))


def not_comparable(made: Comparison) -> Iterator[str]:
    """A line for each group of cells that cannot be compared; those of which neither side knows anything in one."""
    neither: dict[str, None] = {}
    for group in made.groups("not comparable"):
        first = group[0]
        if first.pair.is_whole and all(cell is None or cell.verdict == "unknown" for cell in (first.a, first.b)):
            neither[first.cell] = None
        else:
            yield one_line(f"{title(group)}{made.whose(group)}: {why_not(first)}")
    if neither:
        yield f"Known of neither: {', '.join(map(one_line, neither))}"


def why_not(one: Compared) -> str:
    """Why a cell cannot be compared: what is not known, and on which side."""
    if not one.pair.is_whole:
        return f"{'A' if one.pair.a is None else 'B'} has no such row"
    told = [
        f"{letter} is {said(cell)}{f': {cut(cell.note)}' if cell and cell.note else ''}"
        for letter, cell in (("A", one.a), ("B", one.b))
        if cell is None or cell.verdict == "unknown" or cell.accepted
    ]
    return "; ".join(told)


def markdown(made: Comparison) -> str:
    """The same for a pull request: a table of what differs, and folded what cannot be compared."""
    parts = [f"# {escape(made.head.capitalize())}"]
    for letter, name, facts in zip("AB", made.names, made.facts, strict=True):
        parts.append(f"{letter} is {escape(name)}{f' ({escape(facts)})' if facts else ''}.")
    if made.differs:
        parts.append(table(made, *KINDS[:3]))
    if told := "\n".join(f"- {escape(line)}" for line in not_comparable(made)):
        parts.append(f"<details><summary>Not comparable</summary>\n\n{told}\n\n</details>")
    return "\n\n".join(parts) + "\n"


def table(made: Comparison, *kinds: Kind, evidence: bool = True) -> str:
    """The cells of some kinds, as a table of Markdown; without evidence where that was not kept."""
    body = [
        (
            group[0].kind,
            escape(title(group) + made.whose(group)),
            *(_side([(one.a, one.b)[side] for one in group], group[0], side, evidence=evidence) for side in (0, 1)),
        )
        for group in made.groups(*kinds)
    ]
    return grid(("", "Cell", "A", "B"), body)


def _side(cells: Sequence[Cell | None], one: Compared, side: int, *, evidence: bool) -> str:
    told = escape(verdict(cells[0], one, side))
    links = [
        f"[{number}]({where})" if where.startswith("https://") else escape(where)
        for number, where in enumerate(_evidence(cells), 1)
    ]
    return f"{told}<br>{' '.join(links)}" if links and evidence else told


def document(made: Comparison) -> dict[str, Any]:
    """The same for programs."""
    return {
        **{
            side: {"name": name, "facts": facts}
            for side, name, facts in zip(("a", "b"), made.names, made.facts, strict=True)
        },
        "counts": dict(made.counts),
        "cells": [_told(one) for one in made.cells],
    }


def _told(one: Compared) -> dict[str, Any]:
    models = dict(zip(("model_a", "model_b"), one.pair.names_of_models, strict=True))
    cells = {side: lean(cell) if cell else None for side, cell in (("a", one.a), ("b", one.b))}
    variants = {"variants": dict(one.variants)} if one.variants else {}
    return {**models, "mode": one.pair.mode.name, "cell": one.cell, "change": one.kind, **cells, **variants}
