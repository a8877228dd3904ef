"""Models of known habits are told wrongly no more often than is stated."""

import pytest

from benchmarks.bias import BOUND, Habits, measured, right


def test_habits_are_told_no_more_often_wrongly_than_stated() -> None:
    groups = measured(600)
    assert len(groups) == 9
    for name, (count, wrong, _) in groups.items():
        assert wrong <= BOUND * count + 2 * (BOUND * (1 - BOUND) * count) ** 0.5, name
    assert groups["always the first"][1] == groups["never the first"][1] == 0


@pytest.mark.parametrize(
    ("habits", "bias", "decisive"),
    [
        (Habits(1.0), {"unsupported"}, {"supported"}),
        (Habits(0.0), {"supported"}, {"supported"}),
        (Habits(0.5), {"flaky"}, {"supported"}),
        (Habits(0.5, 0.5), {"supported", "flaky", "unsupported"}, {"unsupported"}),
    ],
)
def test_what_is_right_follows_from_the_habits(habits: Habits, bias: set[str], decisive: set[str]) -> None:
    assert right(habits) == (bias, decisive, {"supported"})


def test_obedience_by_chance_is_flaky() -> None:
    assert [right(Habits(0.0, obeys=obeys))[2] for obeys in (0.0, 0.26, 1.0)] == [
        {"unsupported"}, {"flaky"}, {"supported"},
    ]  # fmt: skip
