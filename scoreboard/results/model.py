"""What results are: the row that is named, its mode, its cells, and a provider's rows in force and in history. No
I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct, field, structs

from probes.base import Verdict
from probes.reasons import is_lost
from probes.row import Exchange
from scoreboard.mode import Mode
from scoreboard.text import one_line

Source = Literal["live", "recording", "traffic", "inherited"]
Grade = Literal["bytes", "rewritten", "reply"]
GRADES = ("bytes", "rewritten", "reply")
Judgement = Literal["supported", "unsupported", "flaky", "unknown"]
_SAYS = {"supported": True, "unsupported": False}


class Samples(Struct, frozen=True):
    """Seen in k of n samples."""

    k: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies in 95 of 100 cases (Wilson's score interval)."""
        z, share = 1.96, self.k / self.n
        middle, spread = (
            share + z**2 / (2 * self.n),
            z * (share * (1 - share) / self.n + (z / (2 * self.n)) ** 2) ** 0.5,
        )
        whole = 1 + z**2 / self.n
        return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


class Correction(Struct, frozen=True):
    """What people say of a cell against what was measured: the verdict, the address where it can be read, the day."""

    verdict: Literal["supported", "unsupported"]
    source: str
    date: str

    @property
    def words(self) -> str:
        """In a sentence."""
        return f"not measured, but corrected by people to {self.verdict}, {self.date}, {self.source}"


class Cell(Struct, frozen=True):
    """One verdict with what it rests on. `observed_at` is a day or time in ISO 8601; `inferred` names the variants that
    were not asked, since the refusal of another told enough. `strength`, of a supported one: its effect was seen, or it
    was accepted, which is taken without complaint, its effect not shown. `correction`: what people say against the
    verdict, where results are shown; it never takes its place.
    """

    verdict: Judgement
    reason: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()
    source: Source = "recording"
    observed_at: str = ""
    samples: Samples | None = None
    variants: dict[str, Judgement] = field(default_factory=dict)
    inferred: tuple[str, ...] = ()
    strength: Literal["seen", "accepted"] = "seen"
    grade: Grade = "bytes"
    correction: Correction | None = None

    @property
    def accepted(self) -> bool:
        """Whether it was taken without complaint, and its effect not shown."""
        return self.verdict == "supported" and self.strength == "accepted"

    @property
    def why(self) -> str:
        """A word on the verdict: its reason, or that it was only accepted; empty where there is nothing to say."""
        return self.reason or ("accepted" if self.accepted else "")

    @property
    def says(self) -> bool | None:
        """Whether the capability is there; None where that is not known, or it is seen now and then only."""
        return _SAYS.get(self.verdict)

    @property
    def sentence(self) -> str:
        """The verdict in words: its reason, note, samples, day, and where the first exchange is that it rests on."""
        why = f" ({self.why})" if self.why else ""
        samples = f", {self.samples.k} of {self.samples.n}" if self.samples else ""
        day = f", {self.observed_at}" if self.observed_at else ""
        where = f" [{self.evidence[0]}]" if self.evidence else ""
        return f"{self.verdict}{why}: {self.note or 'no more is known'}{samples}{day}{where}"


class RowResult(Struct, frozen=True, order=True):
    """A model in a mode, and its cells by id. `served_as`: the model that answered, by the replies' own word, where it
    is another. `judge`: the first revision of the judge's rules that came to these verdicts; 0 where that was not kept.
    """

    model: str
    thinking: bool
    stream: bool
    cells: dict[str, Cell]
    served_as: str = ""
    judge: int = 0

    @property
    def key(self) -> tuple[str, bool, bool]:
        """What tells the row from the others of its provider."""
        return (self.model, self.thinking, self.stream)

    @property
    def mode(self) -> Mode:
        """Its mode."""
        return Mode(self.stream, self.thinking)

    @property
    def observed_at(self) -> str:
        """The newest observation of the row."""
        return max((cell.observed_at for cell in self.cells.values()), default="")

    def says_the_same(self, other: RowResult) -> bool:
        """Whether the other has the same verdicts, by whichever revision of the judge."""
        return structs.replace(other, judge=self.judge) == self

    def first(self, other: RowResult | None) -> RowResult:
        """The row; where the other says the same, as the earlier revision of the judge found it."""
        if other is None or not self.says_the_same(other):
            return self
        return structs.replace(self, judge=min(self.judge, other.judge))


class Results(Struct, frozen=True):
    """All that is known of one provider: the ids of its models, the rows in force, and older rows of the same key.
    `endpoint`: the address that was asked, without secrets, where it is not the provider's own.
    """

    provider: str
    models: tuple[str, ...] = ()
    rows: tuple[RowResult, ...] = ()
    history: tuple[RowResult, ...] = ()
    endpoint: str = ""

    def merged(self, rows: Iterable[RowResult], models: Iterable[str] = ()) -> Results:
        """With these rows too. Of two rows of one key the newer is in force, the older is history."""
        kept = {row.key: row for row in self.rows if not _is_inherited(row)}
        old = {(*row.key, row.observed_at): row for row in self.history}
        for row in rows:
            other = kept.get(row.key)
            if other and other.observed_at != row.observed_at:
                newer, older = (row, other) if row.observed_at > other.observed_at else (other, row)
                kept[row.key] = newer
                place = (*older.key, older.observed_at)
                old[place] = older.first(old.get(place))
            else:
                kept[row.key] = row.first(other)
        listed = tuple(sorted({*self.models, *models}))
        rows_now, rows_before = tuple(kept[key] for key in sorted(kept)), tuple(old[key] for key in sorted(old))
        return Results(self.provider, listed, rows_now, rows_before, self.endpoint)

    def with_inherited(self, inherits: Mapping[str, str]) -> Results:
        """With rows for models that are declared to be sizes of one that was probed."""
        rows = [row for row in self.rows if not _is_inherited(row)]
        own = {row.model for row in rows}
        for model, base in inherits.items():
            if model not in own:
                rows += [_inherited(row, model) for row in rows if row.model == base]
        return structs.replace(self, rows=tuple(sorted(rows, key=lambda row: row.key)))


def _is_inherited(row: RowResult) -> bool:
    return any(cell.source == "inherited" for cell in row.cells.values())


def _inherited(row: RowResult, model: str) -> RowResult:
    note = f"as {row.model}: "
    cells = {
        name: cell
        if cell.verdict == "unknown"
        else structs.replace(cell, source="inherited", note=f"{note}{cell.note}")
        for name, cell in row.cells.items()
    }
    return structs.replace(row, model=model, cells=cells)


def cell_of(verdict: Verdict, source: Source, observed_at: str) -> Cell:
    """A verdict as it is kept."""
    k, n = verdict.samples
    observed = observed_at if verdict.evidence or verdict.verdict != "unknown" else ""
    note = one_line(verdict.note)
    return Cell(
        verdict.verdict, verdict.reason, note, verdict.evidence, source, observed, Samples(k, n) if n else None,
        dict(verdict.variants), strength=verdict.strength,  # type: ignore[arg-type]
    )  # fmt: skip


def cells_of(verdicts: Mapping[str, Verdict], source: Source, exchanges: Iterable[Exchange]) -> dict[str, Cell]:
    """Verdicts as they are kept: each of the newest time of its evidence (where it names none, of the row), and of the
    poorest grade.
    """
    by_place = {x.where: x for x in exchanges}
    newest = max((x.observed_at for x in by_place.values()), key=_plain_day, default="")
    cells = {}
    for name, verdict in verdicts.items():
        here = [by_place[where] for where in verdict.evidence if where in by_place]
        observed = max((x.observed_at for x in here), key=_plain_day, default=newest)
        cell = cell_of(verdict, source, observed)
        grade = max((x.grade for x in here), key=GRADES.index, default=GRADES[0])
        cells[name] = cell if grade == cell.grade else structs.replace(cell, grade=grade)
    return cells


def _plain_day(observed: str) -> str:
    """A time that orders: "≤" before it says that it may be older."""
    return observed.lstrip("≤")


def with_reasons(row: RowResult, old: RowResult | None, before: RowResult | None = None) -> RowResult:
    """The row, where nothing is known of a cell with the reason that was found when it was asked, for instance a
    time-out; and where forms of it were lost then, unknown in place of what the others alone would say against it. What
    was said already `before` it was asked is not lost with them.
    """
    if old is None:
        return row
    told = {name: (cell.verdict, cell.reason) for name, cell in before.cells.items()} if before else {}
    kept = {
        name: old.cells[name]
        for name, cell in row.cells.items()
        if name in old.cells and old.cells[name].verdict == "unknown" and _outlives(old.cells[name], cell)
        and (cell.verdict == "unknown" or told.get(name) != (cell.verdict, cell.reason))
    }  # fmt: skip
    return structs.replace(row, cells={**row.cells, **kept})


def _outlives(was: Cell, now: Cell) -> bool:
    """Whether a reason for which nothing was known outlives what the kept evidence says."""
    if now.verdict == "unknown":
        return now.reason == "not_asked" or (not is_lost(now.reason) and is_lost(was.reason))
    lost = {form for form, verdict in was.variants.items() if verdict == "unknown"}
    return now.verdict == "unsupported" and is_lost(was.reason) and bool(lost - now.variants.keys())
