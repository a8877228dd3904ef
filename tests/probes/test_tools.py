"""Tools are called, and what they answer is used."""

from typing import Any

import pytest
from msgspec import structs

from probes._tools import SQUARE_ROOT
from probes.base import probes
from providers.chat import Ask, Message, Reply, Text, Tool, ToolCall, ToolResult
from tests.support.claims import Refusable
from tests.support.judging import Model, exchange, refusal, refusing, shows, told, verdict_on

WEATHER = Tool(
    "weather", "The weather", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)
QUESTION = "Use the square_root tool to calculate the square root of 132413."
OURS = Ask.text(QUESTION, tools=(SQUARE_ROOT,), expects=frozenset({"tools"}))
TOOLS = ("tools", "tools.forced", "tools.unbiased", "tools.decisive")
TALK = Reply(text="It is 363.89", finish="stop")


def theirs(**options: Any) -> Ask:
    return Ask.text("What is the weather in Rome?", tools=(WEATHER,), **options)


def call(name: str = "square_root", raw: str = "", **arguments: Any) -> Reply:
    return Reply(calls=(ToolCall(name, None if raw else arguments, raw, "1"),), finish="tool_calls")


def fed_back(said: str, result: str = "363.89", question: Ask = OURS) -> Any:
    turns = (
        *question.messages,
        Message("assistant", (ToolCall("f", {}),)),
        Message("user", (ToolResult(result, "f"),)),
    )
    return exchange(Ask(turns, tools=question.tools), said)


class TestTools(Refusable):
    cell, feature, words = "tools", "tools", "tools"
    options = {"tools": (WEATHER,)}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (call(number=132413), "seen"),
        (call(number="132413"), "seen"),
        (call(number=132413.0), "seen"),
        (call(number="132,413"), "seen"),
        (call(number=132414), "missed wrong"),
        (call("cube_root", number=132413), "missed wrong"),
        (call(raw="{number:"), "missed malformed"),
        (TALK, "missed ignored"),
        (Reply(text="The root", finish="length"), "nothing capped"),
    ],
    ids=[
        "called",
        "a number in quotes",
        "a float",
        "with a comma",
        "wrong value",
        "wrong name",
        "no JSON",
        "no call",
        "cut",
    ],
)
def test_the_tool_that_was_called_for(reply: Reply, expected: str) -> None:
    assert shows("tools", exchange(OURS, reply)) == expected


@pytest.mark.parametrize(
    ("reply", "options", "expected"),
    [
        (call("weather", city="Rome"), {}, "seen"),
        (call("weather", city=7), {}, "missed wrong"),
        (call("weather"), {}, "missed wrong"),
        (call("climate", city="Rome"), {}, "missed wrong"),
        (call("weather", raw="{"), {}, "missed malformed"),
        (TALK, {}, "accepted"),
        (TALK, {"tool_choice": "required"}, ""),
        (TALK, {"tool_choice": "none"}, ""),
        (call("weather", city="Rome"), {"tool_choice": "none"}, ""),
    ],
    ids=[
        "called", "not what its parameters allow", "an argument missing", "undeclared", "no JSON", "no call, none called for", "forced",
        "no call allowed", "a call though none is allowed",
    ],
)  # fmt: skip
def test_the_tools_of_strangers(reply: Reply, options: dict[str, Any], expected: str) -> None:
    assert shows("tools", exchange(theirs(**options), reply)) == expected


def test_parameters_that_cannot_be_checked_are_not_held_against_a_call() -> None:
    odd = Tool("f", "", {"type": "nonsense"})
    assert shows("tools", exchange(Ask.text("Hi", tools=(odd,)), call("f", a=1))) == "seen"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("363.89", "seen"),
        ("The result is 363.890", "seen"),
        ("About 364.", "seen"),
        ("It is about 400.", "missed wrong"),
    ],
)
def test_the_result_that_was_fed_back_is_used(said: str, expected: str) -> None:
    assert shows("tools", fed_back(said)) == expected


def test_results_of_strangers_are_used_or_may_be() -> None:
    assert shows("tools", fed_back("It is 21 degrees.", "sunny, 21 degrees", theirs())) == "seen"
    assert shows("tools", fed_back("Fine.", "sunny, 21 degrees", theirs())) == "accepted"


def test_a_result_that_is_not_used_makes_a_call_flaky() -> None:
    assert told(verdict_on("tools", exchange(OURS, call(number=132413)), fed_back("It is about 400."))) == "flaky"


def test_a_call_that_the_server_itself_finds_spoiled_is_malformed() -> None:
    spoiled = refusal("Failed to call a function. Please adjust your prompt.", code="tool_use_failed")
    assert shows("tools", exchange(OURS, spoiled)) == "missed malformed"


def test_an_error_about_the_choice_refuses_no_tools() -> None:
    forced = theirs(tool_choice="required")
    x = exchange(forced, refusal("Unsupported value: 'tool_choice' does not support 'required'", param="tool_choice"))
    assert shows("tools.forced", x) == "refused rejected"
    assert shows("tools", x) != "refused rejected"


def test_a_question_that_needs_two_tools_settles_three_cells_with_one_more_order_and_the_result_fed_back() -> None:
    model = Model()
    found = model.verdicts(*TOOLS)
    assert {told(found[name]) for name in ("tools", "tools.forced", "tools.decisive")} == {"supported"}
    assert sorted(model.asked) == ["country-usa", "forced", "root-and-country", "root-and-country-result"]


def test_tools_are_asked_for_freely_so_that_forcing_may_be_refused() -> None:
    model = Model(refusing("tool_choice", "tool_choice is not supported"))
    found = model.verdicts("tools", "tools.forced", share=False)
    assert (told(found["tools"]), told(found["tools.forced"])) == ("supported", "unsupported rejected")
    assert model.asked == ["root", "root-result", "forced"]


def test_a_result_is_fed_back_to_a_call_that_was_right_and_to_no_other() -> None:
    model = Model(lambda ask: call(number=7) if ask.tools and not ask.name.endswith("result") else None)
    assert told(model.verdicts("tools", share=False)["tools"]) == "unsupported wrong"
    assert not [name for name in model.asked if name.endswith("result")]


def test_the_question_does_not_ask_for_what_the_wire_cannot_force() -> None:
    model = Model(lacks=("tool_choice",))
    found = model.verdicts(*TOOLS)
    assert told(found["tools"]) == "supported"
    assert told(found["tools.forced"]) == "unsupported not_expressible"
    assert {ask.tool_choice for ask in model.asks} == {"auto"}


def test_every_question_whose_words_call_for_a_call_says_so_to_its_judge() -> None:
    model = Model()
    model.verdicts(*TOOLS, share=False)
    assert all("tools" in ask.expects for ask in model.asks if ask.name.startswith(("root", "country")))
    assert all(isinstance(ask.messages[0].parts[0], Text) for ask in model.asks)
    assert probes()["tools"].asks_all


def test_a_result_that_is_fed_back_is_used_where_no_further_call_is_allowed_too() -> None:
    turn = fed_back("363.89")
    assert shows("tools", exchange(structs.replace(turn.ask, tool_choice="none"), "363.89")) == "seen"
    assert shows("tools", exchange(structs.replace(turn.ask, tool_choice="none"), "About 400.")) == "missed wrong"


def test_a_medium_in_a_result_that_is_not_taken_is_nothing_against_calls() -> None:
    back = fed_back("").ask
    assert shows("tools", exchange(back, refusal("The file type you uploaded is not supported"))) != "missed wrong"
    assert shows("tools", exchange(back, refusal("Conversation roles must alternate"))) == "missed wrong"
