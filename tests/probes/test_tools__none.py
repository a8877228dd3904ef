"""Calls can be forbidden."""

from typing import Any, ClassVar

import pytest

from probes._tools import SQUARE_ROOT
from providers.chat import Ask, Message, Reply, ToolCall, ToolResult
from tests.support.claims import Deep
from tests.support.judging import Model, exchange, shows, told

OPTIONS: dict[str, Any] = {"tools": (SQUARE_ROOT,), "tool_choice": "none"}
OURS = Ask.text("Use the tool to take the root of 132413.", **OPTIONS, expects=frozenset({"tools", "in.text"}))
THEIRS = Ask.text("How are you?", **OPTIONS)
CALLED = Reply(calls=(ToolCall("square_root", {"number": 132413}),), finish="tool_calls")


class TestNone(Deep):
    cell, feature, words = "tools.none", "tool_choice", "tool_choice"
    options: ClassVar[dict[str, Any]] = OPTIONS


@pytest.mark.parametrize(
    ("ask", "reply", "expected"),
    [
        (OURS, "It is 363.89", "accepted"),
        (OURS, CALLED, "missed ignored"),
        (OURS, Reply(calls=(ToolCall("square_root", None, "{"),)), "missed ignored"),
        (OURS, Reply(text="It is", finish="length"), "nothing capped"),
        (THEIRS, "Fine.", "accepted"),
        (THEIRS, CALLED, "missed ignored"),
        (Ask.text("Hi", tools=(SQUARE_ROOT,)), "Fine.", ""),
        (Ask.text("Hi", tools=(SQUARE_ROOT,), tool_choice="required"), "Fine.", ""),
    ],
    ids=[
        "none came", "one came", "one of no JSON came", "cut", "none came, none called for",
        "one came, none called for", "free", "required",
    ],
)  # fmt: skip
def test_no_call_comes_where_calls_are_forbidden(ask: Ask, reply: Reply | str, expected: str) -> None:
    assert shows("tools.none", exchange(ask, reply)) == expected


def test_where_a_result_was_fed_back_nothing_calls_for_a_call_any_more() -> None:
    turns = (*OURS.messages, Message("assistant", CALLED.calls), Message("user", (ToolResult("363.89"),)))
    assert shows("tools.none", exchange(Ask(turns, **OPTIONS, expects=OURS.expects), "363.89")) == "accepted"


def test_the_words_call_for_a_call_that_the_choice_forbids() -> None:
    model = Model()
    assert told(model.verdicts("tools.none")["tools.none"]) == "supported"
    free, ask = model.asks
    assert (free.name, free.tool_choice) == ("root", "auto")
    assert (ask.name, ask.tool_choice) == ("root-none", "none")


def test_a_model_that_gets_no_tool_shows_nothing() -> None:
    found = Model(lambda ask: Reply(text="It is 363.89", finish="stop") if ask.tools else None)
    assert told(found.verdicts("tools.none")["tools.none"]) == "unknown unsure"


def test_a_model_that_calls_all_the_same_is_found_out_and_tools_stand() -> None:
    found = Model(lambda ask: CALLED if ask.tool_choice == "none" else None).verdicts("tools", "tools.none")
    assert (told(found["tools.none"]), told(found["tools"])) == ("unsupported ignored", "supported")


def test_a_model_that_keeps_to_it_is_not_blamed_by_other_cells() -> None:
    found = Model().verdicts("tools", "tools.none", "tools.forced", "finish")
    assert {told(found[name]) for name in ("tools", "tools.none", "tools.forced")} == {"supported"}
