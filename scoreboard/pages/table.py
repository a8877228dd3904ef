"""The emoji table: what each cell of a row shows, and what that means. No I/O, no markup but the marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from probes.base import COLUMNS, MORE_COLUMNS, Probe, probes
from scoreboard.results.model import Cell, Results, RowResult

UNKNOWN, UNSUPPORTED = "?", "❌"
SYNC, STREAM, THINKING, INHERITED = "🕰️", "📡", "🧠", "≈"
ACCEPTED = "°"
CORRECTED = "✎"
# The modalities of a column stand in this order, as readers of such tables are used to.
_ORDER = "🎤🎥💬📄📸✅🪨🧐💥🕸️💨🌱📏🛑"
_NO_FIELD = "not_expressible"
_RANK = {"supported": 3, "flaky": 1, "unsupported": 0, "unknown": -1}


class Line(Struct, frozen=True):
    """A line of the table: the model, its mode, a text per column; `inherited` when it was not probed itself."""

    model: str
    mode: str
    columns: tuple[str, ...]
    inherited: bool = False
    row: RowResult | None = None

    @property
    def known(self) -> bool:
        """Whether traffic tells anything of it."""
        return self.row is not None and is_known(self.row)

    @property
    def asked(self) -> bool:
        """Whether anything was asked of it."""
        cells = self.row.cells.values() if self.row else ()
        return any(not lacks_field(cell) and cell.reason != "not_asked" for cell in cells)

    @property
    def newest(self) -> str:
        """The day of its newest evidence."""
        return max((day(cell) for cell in self.row.cells.values() if is_measured(cell)), default="") if self.row else ""

    def texts(self) -> list[str]:
        """All cells, in order."""
        return [f"{self.model} {INHERITED}" if self.inherited else self.model, self.mode, *self.columns]


HEADER = ("Model", "Mode", *COLUMNS)
MORE_HEADER = ("Model", "Mode", *MORE_COLUMNS, "Answered by")


def lacks_field(cell: Cell) -> bool:
    """Whether the API has no field for it, which is known without traffic."""
    return cell.reason == _NO_FIELD


def is_measured(cell: Cell) -> bool:
    """Whether traffic tells a verdict."""
    return cell.verdict != "unknown" and not lacks_field(cell)


def is_known(row: RowResult) -> bool:
    """Whether traffic tells anything of a row."""
    return any(map(is_measured, row.cells.values()))


def day(cell: Cell) -> str:
    """The day of its newest evidence, which may be older where that is known no better."""
    return cell.observed_at.lstrip("≤")[:10]


def lines(results: Results) -> list[Line]:
    """The rows of a provider's table: the models with the newest evidence first, then those of which nothing came to be
    known, then the known ones that nobody probed.
    """
    probed = [
        Line(
            row.model, row.mode.emoji, columns(row.cells), any(c.source == "inherited" for c in row.cells.values()), row
        )
        for row in sorted(results.rows, key=lambda row: row.key)
    ]
    newest: dict[str, tuple[bool, str]] = {}
    for line in probed:
        newest[line.model] = max(newest.get(line.model, (False, "")), (line.known, line.newest))
    probed.sort(key=lambda line: newest[line.model], reverse=True)
    blank = (UNKNOWN,) * len(COLUMNS)
    return probed + [Line(model, UNKNOWN, blank) for model in results.models if model not in newest]


def columns(cells: Mapping[str, Cell], names: Sequence[str] = COLUMNS) -> tuple[str, ...]:
    """What each column shows for these cells."""
    by_column: dict[str, list[Probe]] = {column: [] for column in names}
    for probe in probes().values():
        if probe.column in by_column:
            by_column[probe.column].append(probe)
    return tuple(shown(by_column[column], cells) for column in names)


def more_line(row: RowResult) -> tuple[str, ...]:
    """A row of the second table; empty where it tells nothing there."""
    here = {probe.id for probe in probes().values() if probe.column in MORE_COLUMNS}
    if not row.served_as and not any(is_measured(cell) for name, cell in row.cells.items() if name in here):
        return ()
    return (row.model, row.mode.emoji, *columns(row.cells, MORE_COLUMNS), row.served_as)


def shown(column: Sequence[Probe], cells: Mapping[str, Cell]) -> str:
    """The marks of one column; ❌ where all that counts in it was asked and is not there; ? where something is open.
    What people corrected shows as they say, with ✎ behind the column.
    """
    here = [(probe, cells[probe.id]) for probe in column if probe.id in cells]
    probed = [(probe, _as_corrected(cell)) for probe, cell in here]
    return _marks(probed) + (CORRECTED if any(cell.correction for _, cell in here) else "")


def _as_corrected(cell: Cell) -> Cell:
    return Cell(cell.correction.verdict) if cell.correction else cell


def _marks(probed: Sequence[tuple[Probe, Cell]]) -> str:
    lead = next((cell for probe, cell in probed if probe.decides_column), None)
    if lead and lead.verdict == "unsupported":
        return UNSUPPORTED
    marks = "".join(_mark(probe, cell) for probe, cell in probed)
    if marks:
        return "".join(sorted(_split(marks), key=lambda mark: (mark[0] not in _ORDER, _ORDER.find(mark[0]))))
    # A column that leads with one probe is decided by it alone.
    deciding = [lead] if lead else [cell for _, cell in probed]
    return UNSUPPORTED if deciding and all(cell.verdict == "unsupported" for cell in deciding) else UNKNOWN


def _mark(probe: Probe, cell: Cell) -> str:
    """What one cell shows, with ° behind it where its effect was not shown; empty where it has no mark of its own."""
    mark = probe.marks.get(f"{cell.verdict}:{cell.reason}") or probe.marks.get(cell.verdict, "")
    return mark + ACCEPTED if mark and cell.accepted else mark


def _split(marks: str) -> list[str]:
    """Single marks, each with what belongs to it."""
    single: list[str] = []
    for char in marks:
        if char in ("\ufe0f", "💨", ACCEPTED) and single:
            single[-1] += char
        else:
            single.append(char)
    return single


def union(results: Results) -> dict[str, Cell]:
    """For each cell id the best that any model of the provider reaches in any mode."""
    best: dict[str, Cell] = {}
    for row in results.rows:
        for name, cell in row.cells.items():
            if name not in best or _rank(cell) > _rank(best[name]):
                best[name] = cell
    return best


def _rank(cell: Cell) -> int:
    """Of what is as good, what was measured comes first."""
    return 2 * (_RANK[_as_corrected(cell).verdict] - cell.accepted) - bool(cell.correction)


def modes(rows: Iterable[RowResult]) -> str:
    """The modes in which anything of a provider was probed."""
    seen = {mark for row in rows for mark in ((STREAM if row.stream else SYNC), THINKING if row.thinking else "")}
    return "".join(mark for mark in (SYNC, STREAM, THINKING) if mark in seen) or UNKNOWN


def legend() -> list[tuple[str, list[tuple[str, str]]]]:
    """Per column, the marks that it may show and the first sentence of what each was asked."""
    columns = (*COLUMNS, *MORE_COLUMNS)
    marks: dict[str, list[tuple[str, str]]] = {column: [] for column in columns}
    for probe in probes().values():
        for when, mark in probe.marks.items():
            if mark.endswith("💨"):
                continue
            first = probe.doc.strip().splitlines()[0]
            proof = _section(probe.doc, "Missed" if when.startswith("unsupported") else "Seen")
            marks[probe.column].append((mark, f"{first} {when.split(':')[0].capitalize()}: {proof}"))
    return [(column, marks[column]) for column in columns]


def _section(doc: str, title: str) -> str:
    """The paragraph of a probe's docstring that begins with a title."""
    kept: list[str] = []
    for line in doc.splitlines():
        if line.startswith(f"{title}:"):
            kept.append(line.partition(":")[2])
        elif kept and line.startswith(" "):
            kept.append(line)
        elif kept:
            break
    return " ".join(" ".join(kept).split())


def flag(country: str) -> str:
    """🏠 for an engine on one's own machine, a flag for a country, ? where it is not known."""
    if country == "local":
        return "🏠"
    return "".join(chr(0x1F1E6 + ord(c) - ord("A")) for c in country) if re.fullmatch(r"[A-Z]{2}", country) else UNKNOWN
