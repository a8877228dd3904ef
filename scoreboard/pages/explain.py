"""Why a cell shows what it shows, and what differs between two sets of results, in words for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from probes.base import Probe, probes
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import ResultsError


def explained(results: Results, model: str, cell: str | None) -> Iterator[str]:
    """Lines that tell about a model's cell in each of its modes. Raises ResultsError for a name that is not known."""
    by_id = probes()
    if cell is not None and cell not in by_id:
        msg = f"no cell is named {cell!r}{_hint(cell, by_id)}"
        raise ResultsError(msg)
    rows = [row for row in results.rows if row.model == model]
    if not rows and model in results.models:
        msg = (
            f"{results.provider}/{model} is known, but nobody probed it; `scoreboard record "
            f"{results.provider}/{model}` does"
        )
        raise ResultsError(msg)
    if not rows:
        msg = f"{results.provider} has no model {model!r}{_hint(model, [row.model for row in results.rows])}"
        raise ResultsError(msg)
    for name in [cell] if cell else list(by_id):
        yield from _probe(by_id[name])
        for row in rows:
            yield from _cell(results.provider, row, name)
        yield ""


def _hint(name: str, names: Iterable[str]) -> str:
    close = get_close_matches(name, list(names), 1)
    return f"; did you mean {close[0]}?" if close else ""


def _probe(probe: Probe) -> Iterator[str]:
    yield f"{probe.id}: {probe.doc.strip()}"
    yield ""


def _cell(provider: str, row: RowResult, name: str) -> Iterator[str]:
    cell = row.cells.get(name)
    yield f"  {provider}/{row.model} {row.mode.emoji}"
    if cell is None:
        yield "    unknown: no such cell in the results"
        return
    why = f" ({cell.why})" if cell.why else ""
    yield f"    {cell.verdict}{why}: {cell.note or 'no more is known'}"
    if cell.variants:
        yield "    by variant: " + ", ".join(
            f"{variant} {verdict}" for variant, verdict in sorted(cell.variants.items())
        )
    if cell.samples:
        yield (
            f"    samples: {cell.samples.k} of {cell.samples.n}; observed: {cell.observed_at or 'not known'}; "
            f"source: {cell.source}"
        )
    for evidence in cell.evidence:
        yield f"    evidence: {evidence}"


def differences(old: Sequence[Results], new: Sequence[Results]) -> Iterator[str]:
    """A line per cell whose verdict or reason differs, with the new one's note."""
    before, after = _cells(old), _cells(new)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if (was and (was.verdict, was.why)) != (now and (now.verdict, now.why)):
            note = f": {now.note}" if now and now.note else ""
            yield f"{key[0]}/{key[1]} {key[2]} {key[3]}: {_verdict_of(was)} -> {_verdict_of(now)}{note}"


def _cells(everything: Sequence[Results]) -> dict[tuple[str, str, str, str], Cell]:
    return {
        (results.provider, row.model, row.mode.emoji, name): cell
        for results in everything
        for row in results.rows
        for name, cell in row.cells.items()
    }


def _verdict_of(cell: Cell | None) -> str:
    return "absent" if cell is None else f"{cell.verdict} ({cell.why})" if cell.why else cell.verdict
