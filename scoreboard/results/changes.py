"""What changed in results, and why: the API, the model that answers, the question, or the judge. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct, structs

from scoreboard.mode import Mode
from scoreboard.results.comparing import Owned, Pair, Side, paired_by_name
from scoreboard.results.model import Cell, Results, RowResult

Who = Literal["API", "model", "question", "judge", ""]


class Cause(Struct, frozen=True):
    """What changed, and the words for it; `who` is empty of what is new, or gone, or cannot be told."""

    who: Who
    words: str


class Change(Struct, frozen=True):
    """A cell that is not what it was."""

    pair: Pair
    cell: str
    old: Cell | None
    new: Cell | None
    cause: Cause

    @property
    def variants(self) -> dict[str, tuple[str, str]]:
        """The forms of it that differ, with what each was and is; "absent" where it is not told of."""
        old, new = ((cell.variants if cell else {}) for cell in (self.old, self.new))
        both = {name: (old.get(name, "absent"), new.get(name, "absent")) for name in sorted(old | new)}
        return {name: said for name, said in both.items() if said[0] != said[1]}


def changes(old: Side, new: Side) -> Iterator[Change]:
    """The cells that differ in verdict, reason, strength or forms, and of which anything was or is known."""
    for pair in paired_by_name(old, new):
        for name in pair.names:
            was, now = pair.cells(name)
            if _said(was) != _said(now) and any(one and one.verdict != "unknown" for one in (was, now)):
                yield Change(pair, name, was, now, cause(pair, was, now))


def changes_of(pairs: Iterable[tuple[Results, Results]]) -> list[Change]:
    """The same between results and what they are to become, of each provider."""
    return [one for old, new in pairs for one in changes(Side.of("", [old]), Side.of("", [new]))]


def _said(cell: Cell | None) -> object:
    return cell and (cell.verdict, cell.why, cell.variants)


def cause(pair: Pair, was: Cell | None, now: Cell | None) -> Cause:
    """Why a cell changed, by what it rests on."""
    old, new = pair.a, pair.b
    if old is None or was is None:
        return Cause("", "a new row" if old is None else "a new cell")
    if new is None or now is None:
        return Cause("", "gone")
    if (set(was.evidence), day(was)) == (set(now.evidence), day(now)):
        return _judged_otherwise(old.row.judge, new.row.judge)
    fresh = "new evidence" if day(now) > day(was) else "other evidence"
    also = f", by another revision of the judge ({_revisions(old.row.judge, new.row.judge)})"
    by = also if old.row.judge != new.row.judge else ""
    if old.row.served_as != new.row.served_as:
        names = [one.row.served_as or one.row.model for one in (old, new)]
        return Cause("model", f"another model ({names[0]} -> {names[1]}), {fresh}{by}")
    if not was.evidence:
        return Cause("question", "asked for the first time")
    if not now.evidence:
        return Cause("judge", "no exchange is behind it any more")
    if not {question(one) for one in was.evidence} & {question(one) for one in now.evidence}:
        return Cause("question", f"{fresh}, to another question{by}")
    return Cause("API", f"{fresh}, to the same question{by}")


def _judged_otherwise(was: int, now: int) -> Cause:
    if was != now:
        return Cause("judge", f"better rule ({_revisions(was, now)})")
    if not now:
        return Cause("judge", "the same evidence, read otherwise (by which revisions was not kept)")
    return Cause("", "the same evidence and rules: what stands behind or beside it changed")


def _revisions(was: int, now: int) -> str:
    return f"revision {was or 'not kept'} -> {now or 'not kept'}"


def day(cell: Cell) -> str:
    """The day of the newest evidence, in ISO 8601; that of an upper bound is the bound."""
    return cell.observed_at.lstrip("≤")[:10]


def question(evidence: str) -> str:
    """What tells the question of an address of evidence: the name of its file, which is that of our own cassettes, and
    of most recordings as well.
    """
    path = evidence.partition("#")[0]
    return (urlsplit(path).path if "://" in path else path).rpartition("/")[2]


class Entry(Struct, frozen=True):
    """A verdict of a cell on a day, and why it is another than the one before; None of the first."""

    day: str
    row: RowResult
    cell: Cell
    cause: Cause | None = None


def history(results: Results, model: str, mode: Mode, name: str) -> list[Entry]:
    """A cell's verdicts over time, the oldest first. What nothing was known of stands for itself."""
    rows = [row for row in _oldest_first((*results.rows, *results.history)) if (row.model, row.mode) == (model, mode)]
    found: list[Entry] = []
    for row in rows:
        if (cell := row.cells.get(name)) is None:
            continue
        when, why = day(cell) or row_day(row), None
        if found and _said(found[-1].cell) != _said(cell):
            pair = Pair(Owned(results.provider, found[-1].row), Owned(results.provider, row))
            why = cause(pair, found[-1].cell, cell)
        elif found and found[-1].day == when:
            continue
        found.append(Entry(when, row, cell, why))
    return found


def row_day(row: RowResult) -> str:
    """The day of the newest evidence of a row."""
    return max(map(day, row.cells.values()), default="")


def _oldest_first(rows: Iterable[RowResult]) -> list[RowResult]:
    return sorted(rows, key=row_day)


def as_of(results: Results, until: str) -> Results:
    """What was in force on a day, by the evidence of up to then. Of a row whose newest evidence is younger, the cells
    that rest on older stay, and the others are those of the row before it.
    """
    by_key: dict[tuple[str, bool, bool], list[RowResult]] = {}
    for row in _oldest_first((*results.history, *results.rows)):
        by_key.setdefault(row.key, []).append(row)
    rows = [found for _, here in sorted(by_key.items()) if (found := _as_of(here, until))]
    return structs.replace(results, rows=tuple(rows), history=())


def _as_of(rows: Sequence[RowResult], until: str) -> RowResult | None:
    """Of the rows of one key, the oldest first."""
    if not rows:
        return None
    newest = rows[-1]
    if row_day(newest) <= until:
        return newest
    before = _as_of(rows[:-1], until)
    cells = {name: cell for name, cell in newest.cells.items() if "" < day(cell) <= until}
    if before:
        return structs.replace(before, cells={**before.cells, **cells})
    return structs.replace(newest, cells=cells) if cells else None
