"""Results as they are kept."""

import pytest

from scoreboard.results.model import Cell, RowResult, Samples, with_reasons


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(1, 1, 0.207, 1.0), (0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (81, 263, 0.255, 0.366)]
)
def test_the_interval_is_wilsons(k: int, n: int, low: float, high: float) -> None:
    """As Newcombe (1998, table 1) has them: 81 of 263 is 0.2553 to 0.3662."""
    assert Samples(k, n).interval == pytest.approx((low, high), abs=0.001)


def row(cell: Cell) -> RowResult:
    return RowResult("m", False, False, {"in.image": cell})


IGNORED = Cell("unsupported", "ignored", variants={"png/inline": "unsupported"})
LOST = Cell("unknown", "timeout", variants={"png/inline": "unsupported", "gif/url": "unknown"})


@pytest.mark.parametrize(
    ("before", "expected"),
    [(None, LOST), (row(LOST), LOST), (row(Cell("unsupported", "rejected")), LOST), (row(IGNORED), IGNORED)],
    ids=["for the first time", "lost before", "another thing before", "the same before"],
)
def test_a_form_that_was_lost_says_nothing_against_what_was_told_before(
    before: RowResult | None, expected: Cell
) -> None:
    """A time-out of a form that is asked for now leaves the verdict on the others as open as it was."""
    assert with_reasons(row(IGNORED), row(LOST), before) == row(expected)
