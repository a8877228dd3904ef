"""A run that is killed again and again ends as one that was left alone (benchmarks/kill.py does it more often)."""

from pathlib import Path

from benchmarks.kill import killed


def test_a_run_that_is_killed_at_random_moments_ends_as_one_that_was_left_alone(tmp_path: Path) -> None:
    found = killed(tmp_path, 6)
    assert not found.wrong
    assert found.kills.total() == 6
    assert found.lost <= found.most
