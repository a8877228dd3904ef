"""A report card of one endpoint: its cells in groups, both modes side by side, and what a person should know first.

No I/O and no capability by name: groups, titles and reasons are data of the probes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, structs

from probes.base import GROUPS, Probe, probes
from probes.reasons import REASONS, is_lost
from scoreboard.mode import Mode
from scoreboard.pages.table import ACCEPTED, CORRECTED, UNKNOWN, UNSUPPORTED
from scoreboard.results.model import Cell, RowResult
from scoreboard.text import one_line

NO_FIELD = "–"
_NOT_EXPRESSIBLE = "not_expressible"
_MOST = 5  # sentences of what to know first
_NAMED = 4  # capabilities that a sentence names
_NOTE = 200
_SAME = 20


class Facts(Struct, frozen=True):
    """What stands above the card: whom was asked, over which wire, when, and what it took."""

    endpoint: str
    model: str
    wire: str
    day: str
    requests: int
    seconds: float


class Line(Struct, frozen=True):
    """A capability: its emoji and title, a mark per mode, and why it is not well, each once."""

    id: str
    emoji: str
    title: str
    marks: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Card(Struct, frozen=True):
    """A report card, ready to be drawn."""

    facts: Facts
    modes: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    first: tuple[str, ...]
    legend: str


def card(rows: Iterable[RowResult], facts: Facts, asked: Sequence[str]) -> Card:
    """The card of a model's rows, of the cells that were asked for."""
    ordered = sorted(rows, key=lambda row: (row.thinking, row.stream))
    names = tuple(mode_name(row.mode) for row in ordered)
    lines = {name: _line(probe, ordered, names) for name, probe in probes().items() if name in asked}
    groups = {group: tuple(line for name, line in lines.items() if probes()[name].group == group) for group in GROUPS}
    clean = structs.replace(facts, endpoint=one_line(facts.endpoint)[:_NOTE], model=one_line(facts.model)[:_NOTE])
    marks = {mark for line in lines.values() for mark in line.marks}
    return Card(
        clean, names, tuple((group, found) for group, found in groups.items() if found),
        tuple(know_first(ordered, asked)), _legend(marks),
    )  # fmt: skip


def mode_name(mode: Mode) -> str:
    """A mode as people call it."""
    return ("stream" if mode.stream else "plain") + (" thinking" if mode.thinking else "")


def mark(cell: Cell | None) -> str:
    """What a cell shows."""
    if cell is None:  # no cell of this mode
        return ""
    if cell.correction:
        return ("✅" if cell.correction.verdict == "supported" else UNSUPPORTED) + CORRECTED
    if cell.verdict == "unknown":
        return UNKNOWN
    if cell.reason == _NOT_EXPRESSIBLE:
        return NO_FIELD
    if cell.verdict == "flaky":
        return "💨"
    return UNSUPPORTED if cell.verdict == "unsupported" else "✅" + (ACCEPTED if cell.accepted else "")


_MEANING = {
    "✅": "works",
    f"✅{ACCEPTED}": f"{ACCEPTED} taken, its effect not shown",
    UNSUPPORTED: "does not work",
    "💨": "works at times",
    NO_FIELD: "no field in this API",
    UNKNOWN: "not known",
    f"✅{CORRECTED}": "works, people say, which was not measured",
    f"{UNSUPPORTED}{CORRECTED}": "does not work, people say, which was not measured",
}


def _legend(marks: set[str]) -> str:
    told = [
        meaning if shown.endswith(ACCEPTED) else f"{shown} {meaning}"
        for shown, meaning in _MEANING.items()
        if shown in marks
    ]
    return ", ".join(told)


def _line(probe: Probe, rows: Sequence[RowResult], modes: Sequence[str]) -> Line:
    cells = [row.cells.get(probe.id) for row in rows]
    whys: dict[str, list[str]] = {}
    for cell, mode in zip(cells, modes, strict=True):
        if why := reason(cell):
            whys.setdefault(why, []).append(mode)
    everywhere = len(whys) == 1 and all(reason(cell) for cell in cells if cell)
    notes = tuple(why if everywhere else f"{' and '.join(where)}: {why}" for why, where in whys.items())
    return Line(probe.id, _emoji(probe), probe.title, tuple(map(mark, cells)), notes)


def _emoji(probe: Probe) -> str:
    """The probe's own mark, where it has one that is no verdict's."""
    own = probe.marks.get("supported", "")
    return "" if own == "✅" else own


def reason(cell: Cell | None) -> str:
    """Why a cell is not well, in plain words; empty where it is, or where there is no field to ask for."""
    if cell and cell.correction:
        return cell.correction.words
    if cell is None or (cell.verdict == "supported") or cell.reason == _NOT_EXPRESSIBLE:
        return ""
    said = REASONS[cell.reason][1] if cell.reason in REASONS else ""
    note = one_line(cell.note)
    note = note if len(note) <= _NOTE else f"{note[:_NOTE]}…"
    if said[:_SAME] in note:  # the note says it already
        said = ""
    return ": ".join(filter(None, (said, note))) or cell.verdict


def why(cell: Cell | None) -> str:
    """Why a cell does not hold, in plain words."""
    if cell and cell.reason == _NOT_EXPRESSIBLE:
        return _MEANING[NO_FIELD]
    return reason(cell) or "never asked"


def know_first(rows: Sequence[RowResult], asked: Sequence[str]) -> list[str]:
    """Up to five sentences of what a person should know before all else, the gravest first."""
    told: list[str] = [f"No {mode_name(row.mode)} question is answered: {why}." for row in rows if (why := _shut(row))]
    open_rows = [row for row in rows if not _shut(row)]
    if len(open_rows) < len(rows) and open_rows:
        told.append(f"Asked in the mode {' or '.join(mode_name(row.mode) for row in open_rows)} it answers.")
    seen: set[str] = set()
    for rule, sentence in _RULES:
        by_modes: dict[str, list[str]] = {}
        names = []
        for name in (name for name in asked if name not in seen):
            having = [row for row in open_rows if name in row.cells]
            there = [row for row in having if rule(probes()[name], row.cells[name])]
            if there:
                names.append(name)
                in_ = "" if there == having else f" ({', '.join(mode_name(row.mode) for row in there)} only)"
                by_modes.setdefault(in_, []).append(name)
        told += [f"{_sentence(found, sentence)}{in_}." for in_, found in by_modes.items()]
        seen |= set(names)
    return told[:_MOST] or ["Nothing is in the way: what this API has a field for works."]


def _shut(row: RowResult) -> str:
    """Why nothing of a row is answered; empty where anything is."""
    cells = list(row.cells.values())
    if any(cell.verdict in ("supported", "flaky") for cell in cells):
        return ""
    worst = [cell for cell in cells if cell.reason in ("breaks", "rejected") or is_lost(cell.reason)]
    first = min(worst, key=lambda cell: cell.reason == "gated", default=None)
    return f"{REASONS[first.reason][1]}: {one_line(first.note)[:_NOTE]}" if first else "nothing can be concluded"


_Rule = Callable[[Probe, Cell], bool]


def _is(*reasons: str, asked: bool | None = None) -> _Rule:
    """Whether a cell is unsupported for one of these reasons; `asked`: of what has a field to ask for it, or of
    what has none.
    """
    return lambda probe, cell: (
        cell.verdict == "unsupported" and cell.reason in reasons and asked in (None, bool(probe.requires))
    )


def _is_flaky(_: Probe, cell: Cell) -> bool:
    return cell.verdict == "flaky"


def _is_lost(_: Probe, cell: Cell) -> bool:
    return cell.verdict == "unknown" and is_lost(cell.reason)


# What holds of a cell, and what is then said of one capability, and of several; the gravest first.
_RULES: tuple[tuple[_Rule, tuple[str, str]], ...] = (
    (_is("breaks"), ("breaks the server", "break the server")),
    (_is("ignored", asked=True), ("is accepted and ignored", "are accepted and ignored")),
    (_is("ignored", asked=False), ("is missing", "are missing")),
    (_is("malformed", "wrong"), ("is answered, but comes wrong", "are answered, but come wrong")),
    (_is_flaky, ("works only at times", "work only at times")),
    (_is_lost, ("could not be judged: its answers were lost", "could not be judged: their answers were lost")),
    (_is("rejected"), ("is rejected", "are rejected")),
)


def _sentence(names: Sequence[str], sentence: tuple[str, str]) -> str:
    titles = [probes()[name].title for name in names]
    shown = titles if len(titles) <= _NAMED + 1 else [*titles[:_NAMED], f"{len(titles) - _NAMED} more"]
    who = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
    return f"{who} {sentence[len(titles) > 1 or _is_plural(titles[0])]}"


def _is_plural(title: str) -> bool:
    """Whether a title speaks of many: the noun that it begins with ends in s."""
    noun = title.partition(" (")[0]
    for word in (" as ", " by ", " in ", " of ", " told ", " together ", " without ", " with ", " at ", ","):
        noun = noun.partition(word)[0]
    return noun.endswith("s") and not noun.endswith(("ss", "as", "us", "is"))
