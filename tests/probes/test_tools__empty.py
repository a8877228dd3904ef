"""A tool that takes nothing."""

from typing import Any, ClassVar

import pytest

from probes._tools import SQUARE_ROOT
from providers.chat import Ask, Message, Reply, Tool, ToolCall, ToolResult
from tests.support.claims import Deep
from tests.support.judging import Model, exchange, shows, told

CLOCK = Tool("clock", "The time", {"type": "object", "properties": {}})
EXPECTS = frozenset({"tools"})
OURS = Ask.text("What time is it?", tools=(CLOCK,), expects=EXPECTS)


def calls(*arguments: dict[str, Any] | None) -> Reply:
    return Reply(calls=tuple(ToolCall("clock", one) for one in arguments), finish="tool_calls")


class TestEmpty(Deep):
    cell, feature, words = "tools.empty", "tools", "tools"
    options: ClassVar[dict[str, Any]] = {"tools": (CLOCK,)}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (calls({}), "seen"),
        (calls({}, {}), "seen"),
        (calls(None), "missed malformed"),
        (calls({"zone": "UTC"}), "missed malformed"),
        (calls({}, None), "missed malformed"),
        (Reply(text="Noon", finish="stop"), "missed ignored"),
        (Reply(text="No", finish="length"), "nothing capped"),
    ],
    ids=["an empty object", "twice", "no JSON", "made up arguments", "one of two is no JSON", "no call", "cut"],
)
def test_it_is_called_with_an_empty_object(reply: Reply, expected: str) -> None:
    assert shows("tools.empty", exchange(OURS, reply)) == expected


@pytest.mark.parametrize(
    "ask",
    [
        Ask.text("Hi", tools=(CLOCK,)),
        Ask.text("Hi", tools=(CLOCK, SQUARE_ROOT), expects=EXPECTS),
        Ask.text("Hi", tools=(SQUARE_ROOT,), expects=EXPECTS),
        Ask.text("Hi", tools=(CLOCK,), tool_choice="none", expects=EXPECTS),
        Ask(
            (*OURS.messages, Message("assistant", (ToolCall("clock", {}),)), Message("user", (ToolResult("noon"),))),
            tools=(CLOCK,),
            expects=EXPECTS,
        ),
    ],
    ids=["not called for", "beside another tool", "another tool", "forbidden", "called before"],
)
def test_no_call_is_missed_where_none_is_due(ask: Ask) -> None:
    assert shows("tools.empty", exchange(ask, "It is noon.")) == ""


def test_a_tool_without_properties_at_all_takes_nothing_either() -> None:
    bare = Tool("clock", "", {"type": "object"})
    assert shows("tools.empty", exchange(Ask.text("Hi", tools=(bare,)), calls({}))) == "seen"


def test_one_question_tells_and_a_server_that_spoils_the_empty_object_is_found_out() -> None:
    model = Model()
    assert told(model.verdicts("tools.empty")["tools.empty"]) == "supported"
    assert model.asked == ["clock"]
    spoils = Model(lambda ask: calls(None) if ask.tools else None)
    assert told(spoils.verdicts("tools.empty")["tools.empty"]) == "unsupported malformed"
