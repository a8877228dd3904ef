"""Several calls at once can be forbidden."""

from typing import Any, ClassVar

import pytest

from probes._tools import SQUARE_ROOT, two_roots
from probes.row import Row
from providers.chat import Ask, Reply, ToolCall
from tests.support.claims import Deep
from tests.support.judging import Model, exchange, shows, told

OPTIONS: dict[str, Any] = {"tools": (SQUARE_ROOT,), "parallel": False}
OURS = two_roots(Row(), parallel=False)
FIRST, SECOND = ToolCall("square_root", {"number": 132413}, id="1"), ToolCall("square_root", {"number": 98765}, id="2")
ONE, TWO = Reply(calls=(FIRST,), finish="tool_calls"), Reply(calls=(FIRST, SECOND), finish="tool_calls")


class TestSerial(Deep):
    cell, feature, words = "tools.serial", "parallel", "parallel_tool_calls"
    options: ClassVar[dict[str, Any]] = OPTIONS


@pytest.mark.parametrize(
    ("ask", "reply", "expected"),
    [
        (OURS, ONE, "accepted"),
        (OURS, TWO, "missed ignored"),
        (OURS, "Nothing.", "accepted"),
        (Ask.text("Hi", **OPTIONS), ONE, "accepted"),
        (Ask.text("Hi", **OPTIONS, expects=frozenset({"tools"})), ONE, "accepted"),
        (Ask.text("Hi", **OPTIONS), TWO, "missed ignored"),
        (two_roots(Row(), parallel=True), TWO, ""),
        (two_roots(Row()), ONE, ""),
    ],
    ids=[
        "one came", "two came", "none came", "one, no more called for", "one, and one called for",
        "two, not called for", "allowed", "not said",
    ],
)  # fmt: skip
def test_no_more_than_one_call_comes(ask: Ask, reply: Reply | str, expected: str) -> None:
    assert shows("tools.serial", exchange(ask, reply)) == expected


def test_two_are_called_for_at_once_and_one_is_allowed() -> None:
    model = Model()
    assert told(model.verdicts("tools.serial")["tools.serial"]) == "supported"
    free, ask = model.asks
    assert (free.name, free.parallel) == ("two-roots", None)
    assert (ask.name, ask.parallel) == ("two-roots-serial", False)


def test_a_model_that_never_calls_twice_shows_nothing() -> None:
    verdict = Model(lambda _: ONE).verdicts("tools.serial")["tools.serial"]
    assert (verdict.verdict, verdict.strength) == ("supported", "accepted")


def test_a_model_that_heeds_it_not_is_found_out_and_one_that_heeds_it_is_parallel_all_the_same() -> None:
    heedless = Model(lambda _: TWO).verdicts("tools.parallel", "tools.serial")
    assert [told(verdict) for verdict in heedless.values()] == ["supported", "unsupported ignored"]
    heeding = Model(lambda ask: ONE if ask.parallel is False else TWO).verdicts("tools.parallel", "tools.serial")
    assert {told(verdict) for verdict in heeding.values()} == {"supported"}
