"""One of two values is called, not both."""

from typing import Any, ClassVar

import pytest

from probes._tools import listed
from providers.chat import Ask, Reply, ToolCall
from tests.support.claims import Refusable
from tests.support.countries import CANADA, TALK, USA, picks
from tests.support.judging import RATE, Model, exchange, shows, told, verdict_on


class TestDecisive(Refusable):
    cell, feature, words = "tools.decisive", "tools", "tools"
    options: ClassVar[dict[str, Any]] = {}

    def ask(self) -> Ask:
        return CANADA


@pytest.mark.parametrize(
    ("canada", "usa", "expected"),
    [
        (picks("Canada"), picks("Canada"), "supported"),
        (picks("Canada", "USA"), picks("USA"), "unsupported wrong"),
        (picks("Canada", "USA"), picks("USA", "Canada"), "unsupported wrong"),
        (picks("Canada", "Canada"), picks("USA"), "supported"),
        (TALK, picks("USA"), "supported"),
        (TALK, TALK, "unknown unsure"),
        (RATE, RATE, "unknown rate"),
    ],
    ids=["one each", "both values once", "both values twice", "one value twice", "one call", "no call", "rate"],
)
def test_one_value_is_called(canada: Reply, usa: Reply, expected: str) -> None:
    assert told(verdict_on("tools.decisive", exchange(CANADA, canada), exchange(USA, usa))) == expected


def test_the_call_of_the_other_tool_in_the_same_answer_is_no_second_value() -> None:
    both = Reply(calls=(ToolCall("square_root", {"number": 132413}), *picks("USA").calls), finish="tool_calls")
    assert shows("tools.decisive", exchange(CANADA, both)) == "seen"


def test_a_model_that_cannot_decide_is_found_out() -> None:
    found = Model(lambda ask: picks("Canada", "USA") if ask.tools else None).verdicts("tools.decisive")
    assert told(found["tools.decisive"]) == "unsupported wrong"


def test_where_more_is_to_be_known_one_that_wavers_at_last_is_found_out() -> None:
    def late(ask: Ask) -> Reply | None:
        values = listed(ask)[: 2 if "青" in listed(ask) else 1]
        return Reply(calls=tuple(ToolCall(ask.tools[0].name, {"value": value}, value) for value in values))

    assert told(Model(late).verdicts("tools.decisive", share=False)["tools.decisive"]) == "supported"
    deep = Model(late).verdicts("tools.decisive", share=False, deep=True)["tools.decisive"]
    assert told(deep) == "unsupported wrong"
