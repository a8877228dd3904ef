"""The judge: the exchanges of a row, and one verdict per capability. Live, replay, import and pytest differ in where
they come from.
"""

from __future__ import annotations

from collections.abc import Iterable

from probes.base import Probe, Verdict
from probes.findings import findings
from probes.row import Row
from scoreboard.judge.tally import tally


def judge(row: Row, probes: Iterable[Probe]) -> dict[str, Verdict]:
    """One verdict per probe, by cell id."""
    here = (probe for probe in probes if row.stream or not probe.streams_only)
    return {probe.id: tally(probe, findings(probe, row), row) for probe in here}
