"""Arguments of several levels, in several scripts."""

from typing import Any, ClassVar

import pytest
from msgspec import structs

from probes.base import probes
from probes.row import Row
from providers.chat import Ask, Message, Reply, Tool, ToolCall, ToolResult
from tests.support.claims import Deep
from tests.support.judging import Model, exchange, shows, told

PERSON: dict[str, Any] = {
    "name": "Zoë Ångström",
    "address": {"city": "東京", "zip": "100-0001"},
    "tags": ["naïve", "日本"],
}


def ours() -> Ask:
    questions = probes()["tools.nested"].questions
    assert questions
    return next(questions(Row()))


OURS = ours()


def calls(*arguments: dict[str, Any] | None) -> Reply:
    return Reply(calls=tuple(ToolCall("store_person", one) for one in arguments), finish="tool_calls")


class TestNested(Deep):
    cell, feature, words = "tools.nested", "tools", "tools"
    options: ClassVar[dict[str, Any]] = {}

    def ask(self) -> Ask:
        return OURS


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (calls(PERSON), "seen"),
        (calls({**PERSON, "name": "Zoe Angstrom"}), "missed wrong"),
        (calls({**PERSON, "name": "Zo\\u00eb \\u00c5ngstr\\u00f6m"}), "missed wrong"),
        (calls({**PERSON, "address": "東京, 100-0001"}), "missed wrong"),
        (calls({**PERSON, "address": '{"city": "東京", "zip": "100-0001"}'}), "missed wrong"),
        (calls({**PERSON, "address": {"city": "東京"}}), "missed wrong"),
        (calls({**PERSON, "tags": ["日本", "naïve"]}), "missed wrong"),
        (calls(None), "missed malformed"),
        (Reply(text="Stored.", finish="stop"), "missed ignored"),
        (Reply(text="Sto", finish="length"), "nothing capped"),
    ],
    ids=[
        "all of it", "letters without their marks", "escaped twice", "a text for an object", "JSON within a text",
        "a part missing", "another order", "no JSON", "no call", "cut",
    ],
)  # fmt: skip
def test_the_call_has_all_as_it_was_said(reply: Reply, expected: str) -> None:
    assert shows("tools.nested", exchange(OURS, reply)) == expected


def test_a_tool_of_that_name_of_strangers_is_another() -> None:
    other = Tool("store_person", "", {"type": "object", "properties": {"name": {"type": "string"}}})
    theirs = Ask.text("Store Ann.", tools=(other,), expects=frozenset({"tools"}))
    assert shows("tools.nested", exchange(theirs, calls({"name": "Ann"}))) == ""


def test_no_call_is_due_where_the_result_was_fed_back_or_calls_are_forbidden() -> None:
    turns = (*OURS.messages, Message("assistant", calls(PERSON).calls), Message("user", (ToolResult("stored"),)))
    assert shows("tools.nested", exchange(structs.replace(OURS, messages=turns), "Stored.")) == ""
    assert shows("tools.nested", exchange(structs.replace(OURS, tool_choice="none"), "Stored.")) == ""


def test_one_question_tells_and_a_server_that_loses_letters_is_found_out() -> None:
    model = Model()
    assert told(model.verdicts("tools.nested")["tools.nested"]) == "supported"
    assert model.asked == ["person"]
    loses = Model(lambda ask: calls({**PERSON, "name": "Zo? ?ngstr?m"}) if ask.tools else None)
    assert told(loses.verdicts("tools.nested")["tools.nested"]) == "unsupported wrong"
