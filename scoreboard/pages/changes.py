"""What changed in results, and a cell's history, in words and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from probes.base import Probe
from scoreboard.pages.markup import escape, grid
from scoreboard.results.changes import Change, Entry, history
from scoreboard.results.model import Cell, Results
from scoreboard.text import one_line

_NOTE = 200
_WHO = {
    "API": "the API answers otherwise",
    "model": "another model answers",
    "question": "the question is another",
    "judge": "the judge decides otherwise",
    "": "new, gone, or not told",
}


def said(cell: Cell | None) -> str:
    """A verdict and its reason in words; "absent" where there is none."""
    return "absent" if cell is None else f"{cell.verdict} ({cell.why})" if cell.why else cell.verdict


def cut(text: str, size: int = _NOTE) -> str:
    """A text on one line, and not long."""
    line = one_line(text[: 4 * size])
    return line if len(line) <= size else f"{line[:size]}…"


def lines(found: Iterable[Change]) -> Iterator[str]:
    """A line per cell: what it was and is, both reasons, and what changed."""
    for one in found:
        name = f"{one.pair.some.name} {one.pair.mode.emoji} {one.cell}"
        notes = " -> ".join(cut(cell.note) for cell in (one.old, one.new) if cell and cell.note)
        yield one_line(f"{name}: {said(one.old)} -> {said(one.new)}: {_forms(one)}{notes} [{_cause(one)}]")


def _cause(one: Change) -> str:
    return f"{one.cause.who}: {one.cause.words}" if one.cause.who else one.cause.words


def _forms(one: Change) -> str:
    if one.old is None or one.new is None:
        return ""
    told = ", ".join(f"{name} {was} -> {now}" for name, (was, now) in one.variants.items())
    return f"({told}) " if told else ""


def markdown(names: tuple[str, str], found: Sequence[Change]) -> str:
    """The same as a page of Markdown: how many for which cause, and a table."""
    head = f"# {len(found)} {'cell differs' if len(found) == 1 else 'cells differ'}\n\n"
    between = f"From {escape(names[0])} to {escape(names[1])}"
    counts = Counter[str](one.cause.who for one in found)
    told = ", ".join(f"{words}: {counts[who]}" for who, words in _WHO.items() if counts[who])
    body = [
        (
            escape(one.pair.some.name), one.pair.mode.emoji, escape(one.cell), _side(one.old), _side(one.new),
            escape(_forms(one) + _cause(one)),
        )
        for one in found
    ]  # fmt: skip
    table = grid(("Model", "Mode", "Cell", "Was", "Is", "What changed"), body)
    return f"{head}{between}{'; ' if told else ''}{told}.\n" + (f"\n{table}\n" if found else "")


def _side(cell: Cell | None) -> str:
    note = f": {cut(cell.note)}" if cell and cell.note else ""
    return escape(said(cell) + note)


def history_lines(results: Results, model: str, probes: Sequence[Probe]) -> Iterator[str]:
    """A line per verdict of these cells in each mode of a model, the oldest first, with its evidence; a cell of which
    nothing was ever known is left out where many are asked for.
    """
    modes = sorted({row.mode for row in (*results.rows, *results.history) if row.model == model})
    for probe in probes:
        told = {mode: history(results, model, mode, probe.id) for mode in modes}
        known = {mode: here for mode, here in told.items() if len(probes) == 1 or any(map(_is_known, here))}
        if not any(known.values()):
            continue
        yield f"{probe.id}: {probe.title}"
        for mode, here in known.items():
            yield f"  {results.provider}/{model} {mode.emoji}"
            for entry in here:
                yield from _entry(entry)


def _is_known(entry: Entry) -> bool:
    return entry.cell.verdict != "unknown"


def _entry(entry: Entry) -> Iterator[str]:
    cell = entry.cell
    why = f" [{': '.join(filter(None, (entry.cause.who, entry.cause.words)))}]" if entry.cause else ""
    yield "    " + one_line(f"{entry.day or 'no day'}  {said(cell)}: {cut(cell.note)}{why}")
    for evidence in cell.evidence:
        yield f"                {one_line(evidence)}"
