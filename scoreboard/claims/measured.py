"""What was measured of a model, for a flag that knows no modes and no wires: yes, no, or nothing, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from probes.base import probes
from providers.errors import GENERIC, classify, failure_kind
from scoreboard.results.model import Cell, RowResult

# What a cell says of a flag. weak: taken, or seen now and then; doubt: a refusal that may be about something else.
Word = Literal["yes", "no", "weak", "doubt", ""]
_MISSING = ("rejected", "ignored")
_REFUSAL = re.compile(r"(?:^|: )(\d{3}): (.*)", re.DOTALL)
# Words that blame the account, the form of the question, or a value of it.
_OTHERS = re.compile(
    r"\b(your|this) (organi[sz]ation|account|team|plan|subscription|project|workspace)\b"
    r"|(must|should) be (a )?(valid )?(string|integer|number|array|list|object)"
    r"|\b(minimum|maximum|at least|limit reached)\b",
    re.IGNORECASE,
)


class Shown(Struct, frozen=True):
    """A cell, with where it stands: provider, row, and its id."""

    provider: str
    row: RowResult
    name: str
    cell: Cell
    word: Word

    @property
    def exchanges(self) -> int:
        """On how many exchanges it rests."""
        return max(len(self.cell.evidence), self.cell.samples.n if self.cell.samples else 0)


class Measured(Struct, frozen=True):
    """What all modes and wires say together, by the cells that say it; where they say nothing for sure, `why`."""

    says: bool | None
    cells: tuple[Shown, ...] = ()
    why: str = ""
    weak: bool = False

    @property
    def day(self) -> str:
        """The newest day of its evidence."""
        return max((one.cell.observed_at.lstrip("≤")[:10] for one in self.cells), default="")

    @property
    def evidence(self) -> tuple[str, ...]:
        """Addresses of the exchanges, each once."""
        return tuple(dict.fromkeys(where for one in self.cells for where in one.cell.evidence))


NOTHING = Measured(None)


def word(name: str, cell: Cell) -> Word:
    """What a cell says. A word that is wrong or malformed is a matter of quality; what the wire has no field for, what
    breaks, and what another model shows say nothing.
    """
    if cell.source == "inherited" or cell.verdict == "unknown":
        return ""
    if cell.verdict == "flaky" or cell.accepted:
        return "weak"
    if cell.verdict == "supported":
        return "yes"
    if cell.reason not in _MISSING:
        return ""
    return "no" if cell.reason == "ignored" or is_named(name, cell.note) else "doubt"


def is_named(name: str, note: str) -> bool:
    """Whether a refusal names the very capability, and blames neither account nor form."""
    found = _REFUSAL.search(note)
    status, said = (int(found[1]), found[2]) if found else (400, note)
    about = failure_kind(classify(status, said)) == "request"
    return (
        about
        and not (_OTHERS.search(said) or GENERIC.search(said))
        and bool(probes()[name].named_in_errors.search(said))
    )


def measured(cells: Iterable[str], rows: Iterable[tuple[str, RowResult]], wires: Iterable[str]) -> Measured:
    """What rows of one model, by provider, show of any of these cells; `wires` are the providers that a catalogue takes
    for one, each of which has to say no.
    """
    rows, wires, names = list(rows), list(wires), list(cells)
    by_cell = [_one(name, rows, wires) for name in names]
    said = [one for one in by_cell if one.says]
    if said:
        return Measured(True, tuple(shown for one in said for shown in one.cells))
    if all(one.says is False for one in by_cell):
        return Measured(False, tuple(shown for one in by_cell for shown in one.cells))
    # Of several cells, a no of some alone leaves it open.
    return next((one for one in by_cell if one.says is None and one.why), NOTHING)


def _one(name: str, rows: list[tuple[str, RowResult]], wires: list[str]) -> Measured:
    shown = list(_shown(name, rows))
    words = {one.word for one in shown}
    yes, no = [[one for one in shown if one.word == which] for which in ("yes", "no")]
    if yes and words & {"no", "doubt"}:
        return Measured(None, tuple(shown), "modes or wires differ")
    if yes:
        return _enough(True, yes)
    if no and words & {"weak", "doubt"}:
        return Measured(None, tuple(shown), "modes or wires differ")
    if no:
        silent = set(wires) - {one.provider for one in no}
        return Measured(None, tuple(no), f"not asked of {', '.join(sorted(silent))}") if silent else _enough(False, no)
    if "weak" in words:
        return Measured(None, tuple(shown), "taken, its effect not shown in each answer", weak=True)
    return Measured(None, tuple(shown), "the refusal does not name it" if shown else "")


def _shown(name: str, rows: list[tuple[str, RowResult]]) -> Iterator[Shown]:
    """The cells that say something; where another model answered, they are about that one."""
    for provider, row in rows:
        cell = row.cells.get(name)
        if cell is not None and not row.served_as and (said := word(name, cell)):
            yield Shown(provider, row, name, cell, said)


def _enough(says: bool, shown: list[Shown]) -> Measured:
    """Two exchanges; or one refusal where the plain question was answered in the same mode."""
    controlled = not says and any(one.cell.reason == "rejected" and control(one.row) for one in shown)
    if controlled or sum(one.exchanges for one in shown) >= 2:
        return Measured(says, tuple(shown))
    return Measured(None, tuple(shown), "one exchange alone")


def control(row: RowResult) -> Cell | None:
    """The answer to the plain question of a row, None where it has none."""
    first = next(name for name, probe in probes().items() if probe.asked_first == 1)
    cell = row.cells.get(first)
    return cell if cell and cell.verdict == "supported" else None
