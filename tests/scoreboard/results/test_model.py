"""Results as they are kept."""

import pytest

from scoreboard.results.model import Samples


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(1, 1, 0.207, 1.0), (0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (81, 263, 0.255, 0.366)]
)
def test_the_interval_is_wilsons(k: int, n: int, low: float, high: float) -> None:
    """As Newcombe (1998, table 1) has them: 81 of 263 is 0.2553 to 0.3662."""
    assert Samples(k, n).interval == pytest.approx((low, high), abs=0.001)
