"""What a file of recordings shows, exchange by exchange: whose row each is, and what each cell takes from it, or why
it is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from probes.base import probes
from probes.findings import findings_of
from probes.row import Row
from scoreboard.text import one_line
from scoreboard.traffic.exchanges import File, Outcome, read
from scoreboard.traffic.importer import What, places
from scoreboard.traffic.rows import TrafficRow, rows

_LONGEST = 160


def told(what: What) -> Iterator[str]:
    """The lines. Raises BadRecording for a path that is not there."""
    for place in places(what):
        file = read(place)
        if not file.form:
            yield file.trouble or f"{place.path} is no recording of a form that is known"
            continue
        yield f"{place.path}: {file.form}, {len(file.outcomes)} exchange{'s' if len(file.outcomes) != 1 else ''}"
        yield from _exchanges(file)


def _exchanges(file: File) -> Iterator[str]:
    found = rows(file.recorded)
    for outcome in sorted(file.outcomes, key=lambda outcome: outcome.place):
        yield f"{outcome.place}. {one_line(outcome.line):.{_LONGEST}}"
        if outcome.recorded is None:
            yield f"   {outcome.fate}: {one_line(outcome.why)}"
            continue
        row = next(
            (row for row in found if any(x.where == outcome.recorded.exchange.where for x in row.exchanges)), None
        )
        if row is None:
            yield f"   a copy of another exchange of {outcome.recorded.provider}/{outcome.recorded.model}"
            continue
        yield from _cells(outcome, row)


def _cells(outcome: Outcome, row: TrafficRow) -> Iterator[str]:
    if outcome.recorded is None:
        return
    where = outcome.recorded.exchange.where
    x = next(x for x in row.exchanges if x.where == where)
    yield f"   {one_line(row.id.name)}, {outcome.recorded.wire}, {x.grade}, {x.observed_at or 'no day'}"
    yield f"   {where}"
    if outcome.why:
        yield f"   lost: {one_line(outcome.why)}"
    judged: Row = row.row
    for probe in probes().values():
        for finding in findings_of(probe, x, judged):
            name = f"{probe.id} {finding.variant}".strip()
            kind = f"{finding.kind} ({finding.reason})" if finding.reason else finding.kind
            yield f"   {name:<24} {kind:<22} {one_line(finding.note):.{_LONGEST}}".rstrip()
