"""Two sets of results side by side: which rows answer to each other, and what becomes of each cell from one to the
other. No I/O.

    lost            works on the first side, not on the second
    gained          the other way round
    altered         differs in another way: at times only, for another reason, in other formats
    same
    not comparable  unknown on a side, or taken without complaint there, its effect not shown
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct

from probes.base import probes
from scoreboard.errors import ScoreboardError
from scoreboard.mode import Mode
from scoreboard.results.model import Cell, Results, RowResult

Kind = Literal["lost", "altered", "gained", "same", "not comparable"]
KINDS: tuple[Kind, ...] = ("lost", "altered", "gained", "not comparable", "same")
DIFFERENT = frozenset(KINDS[:3])
_TAKEN_NO_MORE = ("rejected", "breaks", "not_expressible")  # what was only accepted can be lost by these


class ComparisonError(ScoreboardError):
    """Sides that have nothing in common; the message says what to name instead."""


class Owned(Struct, frozen=True):
    """A row and whose it is."""

    provider: str
    row: RowResult

    @property
    def name(self) -> str:
        """provider/model."""
        return f"{self.provider}/{self.row.model}"


class Side(Struct, frozen=True):
    """One of the two: what it is called, and its rows."""

    name: str
    rows: tuple[Owned, ...]

    @classmethod
    def of(cls, name: str, everything: Iterable[Results], model: str | None = None) -> Side:
        """The rows in force of some results; of one model where it is named."""
        return cls(
            name,
            tuple(
                Owned(results.provider, row)
                for results in everything
                for row in results.rows
                if model in (None, row.model)
            ),
        )

    @property
    def models(self) -> set[str]:
        """The names of the models, as provider/model."""
        return {one.name for one in self.rows}


class Pair(Struct, frozen=True):
    """Two rows of one mode that answer to each other; None where a side has none."""

    a: Owned | None
    b: Owned | None

    @property
    def some(self) -> Owned:
        """Whichever is there, the second before the first."""
        found = self.b or self.a
        if found is None:
            raise AssertionError
        return found

    @property
    def mode(self) -> Mode:
        """The mode of both."""
        return self.some.row.mode

    @property
    def is_whole(self) -> bool:
        """Whether both sides have it."""
        return self.a is not None and self.b is not None

    @property
    def names_of_models(self) -> tuple[str, str]:
        """provider/model on both sides; empty where a side has none."""
        return self.a.name if self.a else "", self.b.name if self.b else ""

    def cells(self, name: str) -> tuple[Cell | None, Cell | None]:
        """A cell on both sides."""
        return _cell(self.a, name), _cell(self.b, name)

    @property
    def names(self) -> list[str]:
        """The ids of all cells that a side has: those of probes in their order, then what no probe is of today."""
        here = {name for one in (self.a, self.b) if one for name in one.row.cells}
        return [name for name in probes() if name in here] + sorted(here - probes().keys())


def _cell(one: Owned | None, name: str) -> Cell | None:
    return one.row.cells.get(name) if one else None


class Compared(Struct, frozen=True):
    """What becomes of a cell. `variants`: the forms of it that differ, with the verdict on each side."""

    pair: Pair
    cell: str
    kind: Kind
    a: Cell | None
    b: Cell | None
    variants: Mapping[str, tuple[str, str]]


_Key = Callable[[Owned], tuple[str, ...]]


def paired_by_name(a: Side, b: Side) -> list[Pair]:
    """The rows of both by provider, model and mode; in order of name."""
    return _paired(lambda one: (one.provider, one.row.model), a, b)


def paired(a: Side, b: Side) -> list[Pair]:
    """The rows of both by name; where the sides have no name in common, by the model's alone; and where each is of one
    model, these two. Raises ComparisonError.
    """
    keys: list[_Key] = [lambda one: (one.provider, one.row.model), lambda one: (one.row.model,)]
    if len(a.models) == len(b.models) == 1:
        keys.append(lambda _: ())
    for key in keys:
        if {key(one) for one in a.rows} & {key(one) for one in b.rows}:
            return _paired(key, a, b)
    for side in (a, b):
        if not side.rows:
            msg = f"{side.name} holds no rows; nothing can be compared with it"
            raise ComparisonError(msg)
    msg = f"{a.name} and {b.name} have no model in common; name one of each, as provider/model"
    raise ComparisonError(msg)


def _paired(key: _Key, a: Side, b: Side) -> list[Pair]:
    first, second = ({(key(one), one.row.mode): one for one in side.rows} for side in (a, b))
    names = sorted(first.keys() | second.keys(), key=lambda name: (name[0], name[1].thinking, name[1].stream))
    return [Pair(first.get(name), second.get(name)) for name in names]


def compared(a: Side, b: Side) -> list[Compared]:
    """What becomes of each cell of each row. Raises ComparisonError."""
    return [
        Compared(pair, name, kind(*cells), *cells, variants(*cells))
        for pair in paired(a, b)
        for name in pair.names
        for cells in (pair.cells(name),)
    ]


def kind(a: Cell | None, b: Cell | None) -> Kind:
    """What becomes of a cell from one side to the other."""
    if a is None or b is None or "unknown" in (a.verdict, b.verdict):
        return "not comparable"
    if a.accepted or b.accepted:
        return _of_accepted(a, b)
    if (a.verdict, b.verdict) == ("supported", "unsupported"):
        return "lost"
    if (a.verdict, b.verdict) == ("unsupported", "supported"):
        return "gained"
    return "same" if (a.verdict, a.reason) == (b.verdict, b.reason) and not variants(a, b) else "altered"


def _of_accepted(a: Cell, b: Cell) -> Kind:
    """What was only taken tells nothing of its effect; but that it is taken on both sides, or refused on one."""
    if a.accepted and b.accepted:
        return "same"
    if b.verdict == "unsupported" and b.reason in _TAKEN_NO_MORE:
        return "lost"
    if a.verdict == "unsupported" and a.reason in _TAKEN_NO_MORE:
        return "gained"
    return "not comparable"


def variants(a: Cell | None, b: Cell | None) -> dict[str, tuple[str, str]]:
    """The forms that both sides know of, and of which they say different things."""
    if a is None or b is None:
        return {}
    both = {name: (a.variants[name], b.variants[name]) for name in a.variants if name in b.variants}
    return {name: said for name, said in both.items() if said[0] != said[1] and "unknown" not in said}
