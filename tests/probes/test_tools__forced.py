"""A call can be demanded."""

import pytest
from msgspec import structs

from probes._tools import SQUARE_ROOT
from probes.row import EVERY
from providers.chat import Ask, Reply, Tool, ToolCall
from tests.support.claims import Refusable
from tests.support.judging import Model, exchange, refusal, shows, told

TOOL = Tool("f", "", {"type": "object", "properties": {}})
OTHER = Tool("g", "", {"type": "object", "properties": {}})
FORCED = Ask.text("Hello.", tools=(TOOL, OTHER), tool_choice="required")
NAMED = Ask.text("Hello.", tools=(TOOL, OTHER), tool_choice="required", named_tool="f")


class TestForced(Refusable):
    cell, feature, words = "tools.forced", "tool_choice", "tool_choice"
    options = {"tools": (TOOL,), "tool_choice": "required"}


@pytest.mark.parametrize(
    ("ask", "calls", "expected"),
    [
        (FORCED, (ToolCall("g", {}),), "seen"),
        (FORCED, (ToolCall("h", {}),), "seen"),
        (FORCED, (), "missed ignored"),
        (FORCED, (ToolCall("f", None, "{"),), "missed malformed"),
        (FORCED, (ToolCall("f", None, "15"),), "seen"),
        (FORCED, (ToolCall("f", None, '"x"'),), "seen"),
        (FORCED, (ToolCall("f", None, '"{"'),), "missed malformed"),
        (FORCED, (ToolCall("f", None, "{"), ToolCall("f", {})), "seen"),
        (NAMED, (ToolCall("f", {}),), "seen"),
        (NAMED, (ToolCall("g", {}),), "missed wrong"),
        (NAMED, (ToolCall("g", {}), ToolCall("f", {})), "seen"),
        (Ask.text("Hello.", tools=(TOOL,), tool_choice="none"), (), ""),
        (Ask.text("Hello.", tools=(TOOL,)), (ToolCall("f", {}),), ""),
    ],
    ids=[
        "any", "an undeclared one", "none", "no JSON", "JSON, but no object", "a text", "an object within a text", "one of two", "the named one", "another than the named one", "the named one too",
        "none allowed", "auto",
    ],
)  # fmt: skip
def test_a_call_was_required(ask: Ask, calls: tuple[ToolCall, ...], expected: str) -> None:
    assert shows("tools.forced", exchange(ask, Reply(text="Hi", calls=calls))) == expected


def test_an_error_about_tools_as_a_whole_refuses_it_too() -> None:
    assert (
        shows("tools.forced", exchange(FORCED, refusal("tools are not supported by this model"))) == "refused rejected"
    )


def test_a_call_that_the_server_finds_spoiled_is_malformed() -> None:
    spoiled = refusal("Failed to call a function.", code="tool_use_failed")
    assert shows("tools.forced", exchange(FORCED, spoiled)) == "missed malformed"


def test_a_model_that_answers_in_words_is_found_out() -> None:
    model = Model(lambda ask: Reply(text="363.89", finish="stop") if ask.tool_choice == "required" else None)
    assert told(model.verdicts("tools.forced")["tools.forced"]) == "unsupported ignored"


def test_our_question_that_names_a_tool_is_of_another_cell_and_a_strangers_is_not() -> None:
    named = Ask.text("Hi", tools=(SQUARE_ROOT,), tool_choice="required", named_tool=SQUARE_ROOT.name)
    called = Reply(calls=(ToolCall(SQUARE_ROOT.name, {"number": 1}),))
    assert shows("tools.forced", exchange(named, called)) == "seen"
    assert shows("tools.forced", exchange(structs.replace(named, expects=EVERY), called)) == ""
