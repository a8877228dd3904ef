"""Whether the order of an enum decides."""

from typing import Any, ClassVar

import pytest
from msgspec import structs

from probes._tools import chosen, is_bias_question, listed
from providers.chat import Ask, Message, Reply, Tool, ToolCall, ToolResult
from tests.support.claims import Refusable
from tests.support.countries import CANADA, TALK, USA, picks
from tests.support.judging import RATE, Model, exchange, shows, told, verdict_on


class TestUnbiased(Refusable):
    cell, feature, words = "tools.unbiased", "tools", "tools"
    options: ClassVar[dict[str, Any]] = {}

    def ask(self) -> Ask:
        return CANADA


@pytest.mark.parametrize(
    ("canada", "usa", "expected"),
    [
        (picks("Canada"), picks("Canada"), "flaky"),
        (picks("USA"), picks("Canada"), "supported"),
        (picks("Canada"), picks("USA"), "unsupported wrong"),
        (picks("Canada", "USA"), picks("USA"), "flaky"),
        (picks("Canada", "USA"), picks("USA", "Canada"), "supported"),
        (TALK, picks("USA"), "unsupported wrong"),
        (TALK, TALK, "unknown unsure"),
        (RATE, RATE, "unknown rate"),
    ],
    ids=["one by its first", "no order by its first", "both by their first", "both values once", "both values twice", "one call", "no call", "rate"],
)  # fmt: skip
def test_the_order_of_an_enum(canada: Reply, usa: Reply, expected: str) -> None:
    assert told(verdict_on("tools.unbiased", exchange(CANADA, canada), exchange(USA, usa))) == expected


def test_other_tools_and_results_that_were_fed_back_do_not_concern_it() -> None:
    other = Ask.text("Hi", tools=(Tool("f", "", {"type": "object", "properties": {"c": {"enum": ["Canada", "USA"]}}}),))
    assert shows("tools.unbiased", exchange(other, picks("USA"))) == ""
    turns = (*CANADA.messages, Message("user", (ToolResult("noted"),)))
    assert not is_bias_question(exchange(Ask(turns, tools=CANADA.tools)))


def test_the_order_is_that_which_was_really_sent() -> None:
    assert listed(CANADA) == ["Canada", "USA"]
    assert listed(USA) == ["USA", "Canada"]
    assert chosen(exchange(CANADA, picks("USA"))) == ["USA"]


def test_both_orders_are_asked_for() -> None:
    model = Model()
    model.verdicts("tools.unbiased", share=False)
    assert model.asked == ["country-canada", "country-usa"]
    shared = Model()
    shared.verdicts("tools.unbiased", "tools.decisive")
    assert shared.asked == ["root-and-country", "country-usa"]


def test_a_model_that_takes_the_first_whatever_it_is_is_found_out() -> None:
    def first(ask: Ask) -> Reply | None:
        return picks(listed(ask)[0]) if listed(ask) else None

    assert told(Model(first).verdicts("tools.unbiased", share=False)["tools.unbiased"]) == "unsupported wrong"


def test_where_more_is_to_be_known_other_values_in_other_languages_are_asked_for_until_it_varies() -> None:
    def first(ask: Ask) -> Reply | None:
        return calls(ask, listed(ask)[0]) if listed(ask) else None

    biased = Model(first)
    verdict = biased.verdicts("tools.unbiased", share=False, deep=True)["tools.unbiased"]
    assert (told(verdict), verdict.samples) == ("unsupported wrong", (0, 10))
    assert len({tuple(sorted(listed(ask))) for ask in biased.asks}) == 5
    steady = Model()
    assert steady.verdicts("tools.unbiased", share=False, deep=True)["tools.unbiased"].samples == (1, 2)
    assert len(steady.asks) == 2


def test_what_a_model_does_at_last_is_found() -> None:
    def late(ask: Ask) -> Reply | None:
        return calls(ask, listed(ask)[1 if "青" in listed(ask) else 0]) if listed(ask) else None

    assert told(Model(late).verdicts("tools.unbiased", share=False, deep=True)["tools.unbiased"]) == "flaky"


def calls(ask: Ask, value: str) -> Reply:
    """A call of the only tool with a value."""
    (tool,) = ask.tools
    return Reply(calls=(ToolCall(tool.name, {"value": value}, "1"),), finish="tool_calls")


def test_calls_that_come_where_they_are_demanded_alone_tell_nothing_of_the_model() -> None:
    forced = exchange(structs.replace(USA, tool_choice="required"), picks("Canada"))
    free = exchange(structs.replace(CANADA, tool_choice="auto"), TALK)
    for cell in ("tools.unbiased", "tools.decisive"):
        assert shows(cell, forced, free) == "nothing unsure"
        assert shows(cell, forced) == "seen"
        assert shows(cell, forced, exchange(CANADA, picks("USA"))) == "seen"
    assert shows("tools", forced, free) == ""
