"""Verdicts behind servers that are odd in one thing, in each mode, beside the same model without it: each case on three of its wires,
which take turns. `python -m benchmarks.field` judges each on all of them.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest

from benchmarks.field import WIRES, Rows, Told, judged, recorded
from benchmarks.field_cases import CASES
from emulator.oddities import discover

DELAY = 0.05  # seconds that a failure takes where it is slow
MOST = 3  # wires of a case


def wires_of(case: str) -> list[str]:
    """The wires on which a case is judged here: each next case begins with another one."""
    known = sorted(discover()[case])
    first = list(CASES).index(case) % len(known)
    return [*known[first:], *known[:first]][:MOST]


PAIRS = sorted((wire, case) for case in CASES for wire in wires_of(case))


def cases_of(wire: str) -> list[str]:
    """The cases that are judged here on a wire."""
    return [case for one, case in PAIRS if one == wire]


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


def test_each_case_and_each_wire_is_judged() -> None:
    assert {case for _, case in PAIRS} == set(discover()) == set(CASES)
    assert all(len(cases_of(wire)) >= 10 for wire in WIRES)


def test_a_cell_that_counts_tells_of_itself() -> None:
    told = Told("a case", "a wire", "sync", "json", "unknown", "supported", right=False, note="a note")
    assert "WRONG (a note)" in told.line and "a case" in told.line
