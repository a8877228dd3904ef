"""Several calls at once."""

from typing import Any, ClassVar

import pytest

from probes._tools import SQUARE_ROOT, root, two_roots
from probes.row import Row
from providers.chat import Ask, Message, Reply, ToolCall, ToolResult
from tests.support.claims import Deep
from tests.support.judging import Model, exchange, shows, told

OURS = two_roots(Row())
THEIRS = Ask.text("What is the weather in Rome?", tools=(SQUARE_ROOT,))
FIRST, SECOND = ToolCall("square_root", {"number": 132413}, id="1"), ToolCall("square_root", {"number": 98765}, id="2")
ONE, TWO = Reply(calls=(FIRST,), finish="tool_calls"), Reply(calls=(FIRST, SECOND), finish="tool_calls")


class TestParallel(Deep):
    cell, feature, words = "tools.parallel", "tools", "parallel tool calls"
    options: ClassVar[dict[str, Any]] = {"tools": (SQUARE_ROOT,)}


@pytest.mark.parametrize(
    ("ask", "reply", "expected"),
    [
        (OURS, TWO, "seen"),
        (OURS, ONE, "missed ignored"),
        (OURS, "Nothing.", ""),
        (THEIRS, TWO, "seen"),
        (THEIRS, ONE, ""),
        (root(Row()), ONE, ""),
        (two_roots(Row(), parallel=True), TWO, "seen"),
        (two_roots(Row(), parallel=True), ONE, "missed ignored"),
        (two_roots(Row(), parallel=False), ONE, ""),
        (two_roots(Row(), parallel=False), TWO, ""),
        (two_roots(Row(), name="renamed"), ONE, "missed ignored"),
    ],
    ids=[
        "two came", "one came", "none came", "two, not called for", "one, no more called for", "one root",
        "allowed, two", "allowed, one", "forbidden, one", "forbidden, two", "another name",
    ],
)  # fmt: skip
def test_one_reply_holds_two_calls(ask: Ask, reply: Reply | str, expected: str) -> None:
    assert shows("tools.parallel", exchange(ask, reply)) == expected


def test_where_results_were_fed_back_the_rest_is_no_concern() -> None:
    turns = (*OURS.messages, Message("assistant", (FIRST,)), Message("user", (ToolResult("363.89"),)))
    assert shows("tools.parallel", exchange(Ask(turns, tools=OURS.tools, expects=OURS.expects), ONE)) == ""


def test_two_are_called_for_at_once_and_one_question_tells() -> None:
    model = Model()
    assert told(model.verdicts("tools.parallel")["tools.parallel"]) == "supported"
    assert model.asked == ["two-roots"]
    assert told(Model(lambda _: ONE).verdicts("tools.parallel")["tools.parallel"]) == "unsupported ignored"


@pytest.mark.parametrize("call", [FIRST, SECOND], ids=["the first", "the second"])
def test_one_call_alone_is_no_wrong_call_of_a_tool(call: ToolCall) -> None:
    assert shows("tools", exchange(OURS, Reply(calls=(call,), finish="tool_calls"))) == "seen"
    assert shows("tools", exchange(OURS, Reply(calls=(ToolCall("square_root", {"number": 7}),)))) == "missed wrong"
