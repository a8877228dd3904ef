"""A call of one tool can be demanded by its name."""

from typing import Any, ClassVar

import pytest

from providers.chat import Ask, Reply, Tool, ToolCall
from tests.support.claims import Deep
from tests.support.judging import Model, exchange, shows, told

F, G = (Tool(name, "", {"type": "object", "properties": {}}) for name in "fg")
OPTIONS: dict[str, Any] = {"tools": (F, G), "tool_choice": "required", "named_tool": "g"}


def calls(*names: str) -> Reply:
    return Reply(text="Hello", calls=tuple(ToolCall(name, {"country": "Canada"}) for name in names))


class TestNamed(Deep):
    cell, feature, words = "tools.named", "tool_choice", "tool_choice"
    options: ClassVar[dict[str, Any]] = OPTIONS


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (calls("g"), "seen"),
        (calls(" g"), "seen"),
        (calls("g", "g"), "seen"),
        (calls(), "missed ignored"),
        (calls("f"), "missed wrong"),
        (calls("g", "f"), "missed wrong"),
        (Reply(text="Hel", finish="length"), "nothing capped"),
    ],
    ids=["called", "with a blank", "twice", "no call", "the other one", "the other one too", "cut"],
)
def test_the_tool_that_was_named_is_called(reply: Reply, expected: str) -> None:
    assert shows("tools.named", exchange(Ask.text("Hello.", **OPTIONS), reply)) == expected


def test_a_call_that_is_demanded_of_any_tool_does_not_concern_it() -> None:
    assert shows("tools.named", exchange(Ask.text("Hello.", tools=(F,), tool_choice="required"), calls("f"))) == ""


def test_the_second_of_two_tools_is_demanded_in_words_that_give_no_cause_for_it() -> None:
    model = Model()
    assert told(model.verdicts("tools.named")["tools.named"]) == "supported"
    (ask,) = model.asks
    assert ask.named_tool == ask.tools[1].name
    assert "tools" not in ask.expects


def test_a_model_that_calls_the_first_is_found_out() -> None:
    model = Model(lambda ask: calls(ask.tools[0].name))
    assert told(model.verdicts("tools.named")["tools.named"]) == "unsupported wrong"


def test_what_is_called_for_no_cause_is_no_vote_on_countries() -> None:
    def answer(ask: Ask) -> Reply | None:
        return calls(ask.named_tool) if ask.named_tool else None

    alone = Model(answer).verdicts("tools.unbiased", "tools.decisive")
    beside = Model(answer).verdicts("tools.named", "tools.unbiased", "tools.decisive")
    assert {name: beside[name].samples for name in alone} == {name: alone[name].samples for name in alone}
