"""Tools and a schema for the answer in one request."""

from typing import Any, ClassVar

import pytest
from msgspec import structs

from probes._tools import CALLS, SQUARE_ROOT, fed_back
from providers.chat import Ask, Reply, ToolCall
from scoreboard.live.ideal import ideal
from tests.support.claims import Deep
from tests.support.judging import COUNT, Model, exchange, refusal, refusing, shows, told

SCHEMA = {"type": "object", "properties": {"root": {"type": "number"}}, "required": ["root"]}
OPTIONS: dict[str, Any] = {"tools": (SQUARE_ROOT,), "schema": SCHEMA}
CALLED = Reply(calls=(ToolCall("square_root", {"number": 132413}),), finish="tool_calls")


class TestSchema(Deep):
    cell, feature, words = "tools.schema", "schema", "schema"
    options: ClassVar[dict[str, Any]] = OPTIONS


@pytest.mark.parametrize(
    ("reply", "options", "expected"),
    [
        (CALLED, {}, "accepted"),
        ('{"root": 363.89}', {}, "accepted"),
        ('{"root": 363.89}', {"expects": CALLS}, "missed ignored"),
        ('{"root": "363.89"}', {}, "missed malformed"),
        ('{"result": 363.89}', {}, "missed malformed"),
        ("It is 363.89.", {}, "missed malformed"),
        ("", {}, "missed malformed"),
        (Reply(text='{"root": 36', finish="length"), {}, "nothing capped"),
        ("It is 363.89.", {"strict": False}, "nothing unsure"),
        ('{"result": 363.89}', {"strict": False}, "nothing unsure"),
        ('{"root": 363.89}', {"strict": False}, "accepted"),
        ('{"root": 363.89}', {"schema": {"type": "nonsense"}}, "nothing unsure"),
    ],
    ids=[
        "a call", "a valid text", "a valid text where a call is due", "another type", "another field", "no JSON", "nothing", "cut", "no must, no JSON",
        "no must, another field", "no must, valid", "a schema that is none",
    ],
)  # fmt: skip
def test_a_call_and_a_valid_text_each_show_one_of_the_two(
    reply: Reply | str, options: dict[str, Any], expected: str
) -> None:
    assert shows("tools.schema", exchange(Ask.text("What is the root?", **OPTIONS | options), reply)) == expected


@pytest.mark.parametrize("alone", ["tools", "schema"])
def test_one_of_them_alone_does_not_concern_it(alone: str) -> None:
    assert shows("tools.schema", exchange(Ask.text("Hi", **{alone: OPTIONS[alone]}), CALLED)) == ""


@pytest.mark.parametrize(
    ("said", "expected"),
    [('{"root": 363.89}', "seen"), ("363.89", "missed malformed"), (CALLED, "accepted")],
    ids=["by the schema", "in words", "another call"],
)
def test_what_comes_after_the_result_tells(said: Reply | str, expected: str) -> None:
    asked = exchange(Ask.text("What is the root?", **OPTIONS), CALLED)
    assert shows("tools.schema", exchange(fed_back(asked), said)) == expected


def test_both_are_asked_for_at_once_and_again_with_the_result() -> None:
    model = Model()
    assert told(model.verdicts("tools.schema")["tools.schema"]) == "supported"
    assert [ask.name for ask in model.asks] == ["root-schema", "root-schema-result"]
    assert all(ask.features >= {"tools", "schema"} for ask in model.asks)


@pytest.mark.parametrize("dropped", ["tools", "schema"])
def test_one_of_them_that_never_arrives_is_found_out(dropped: str) -> None:
    found = Model(lambda ask: ideal(structs.replace(ask, **{dropped: None if dropped == "schema" else ()}), COUNT))
    expected = "unsupported " + ("ignored" if dropped == "tools" else "malformed")
    assert told(found.verdicts("tools.schema")["tools.schema"]) == expected


def test_where_both_do_not_go_together_each_stands_for_itself() -> None:
    def answer(ask: Ask) -> Reply | None:
        return refusal("tools cannot be combined with response_format") if {"tools", "schema"} <= ask.features else None

    found = Model(answer).verdicts("tools", "schema", "tools.schema")
    assert told(found["tools.schema"]) == "unsupported rejected"
    assert {told(found[name]) for name in ("tools", "schema")} == {"supported"}


@pytest.mark.parametrize("said", ['{"root": 363.89}', "363.89"], ids=["by the schema", "in words"])
def test_what_both_together_come_to_is_not_laid_on_either(said: str) -> None:
    def answer(ask: Ask) -> Reply | None:
        return Reply(text=said, finish="stop") if {"tools", "schema"} <= ask.features else None

    found = Model(answer).verdicts("tools", "schema", "tools.schema")
    assert {told(found[name]) for name in ("tools", "schema")} == {"supported"}
    assert told(found["tools.schema"]) == "unsupported " + ("ignored" if said.startswith("{") else "malformed")


def test_a_row_without_schemas_is_asked_for_none() -> None:
    found = Model(refusing("tools", "tools are not supported by this model")).verdicts("out.text", "tools.schema")
    assert told(found["tools.schema"]) == "unsupported rejected"
