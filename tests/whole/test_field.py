"""Verdicts behind servers that are odd in one thing: each case on each wire, in each mode, beside the same model without it."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest

from benchmarks.field import WIRES, Rows, Told, cases_of, judged, recorded
from benchmarks.field_cases import CASES
from emulator.oddities import discover

DELAY = 0.05  # seconds that a failure takes where it is slow
PAIRS = [(wire, case) for wire in WIRES for case in cases_of(wire)]


@cache
def rows_of(wire: str) -> Rows:
    """All cases of a wire, in one run."""
    with TemporaryDirectory() as folder:
        rows, _ = anyio.run(recorded, wire, cases_of(wire), Path(folder), DELAY)
    return rows


@pytest.mark.parametrize(
    ("wire", "case"), [pytest.param(*pair, marks=pytest.mark.xdist_group(f"field {pair[0]}")) for pair in PAIRS]
)
def test_verdicts_are_right_behind_an_odd_server(wire: str, case: str) -> None:
    wrong = [told.line for told in judged(case, wire, rows_of(wire)) if not told.right]
    assert not wrong, "\n".join([CASES[case][1], *wrong])


def test_each_wire_of_a_case_is_judged() -> None:
    assert {(wire, case) for case, wires in discover().items() for wire in wires} == set(PAIRS)


def test_a_cell_that_counts_tells_of_itself() -> None:
    told = Told("a case", "a wire", "sync", "json", "unknown", "supported", right=False, note="a note")
    assert "WRONG (a note)" in told.line and "a case" in told.line
