"""Tools and a schema for the answer in one request."""

from typing import Any, ClassVar

import pytest

from probes._tools import SQUARE_ROOT
from providers.chat import Ask, Reply, ToolCall
from tests.support.claims import Deep
from tests.support.judging import Model, exchange, refusal, refusing, shows, told

SCHEMA = {"type": "object", "properties": {"root": {"type": "number"}}, "required": ["root"]}
OPTIONS: dict[str, Any] = {"tools": (SQUARE_ROOT,), "schema": SCHEMA}
CALLED = Reply(calls=(ToolCall("square_root", {"number": 132413}),), finish="tool_calls")


class TestSchema(Deep):
    cell, feature, words = "tools.schema", "schema", "schema"
    options: ClassVar[dict[str, Any]] = OPTIONS


@pytest.mark.parametrize(
    ("reply", "options", "expected"),
    [
        (CALLED, {}, "seen"),
        ('{"root": 363.89}', {}, "seen"),
        ('{"root": "363.89"}', {}, "missed malformed"),
        ('{"result": 363.89}', {}, "missed malformed"),
        ("It is 363.89.", {}, "missed malformed"),
        ("", {}, "missed malformed"),
        (Reply(text='{"root": 36', finish="length"), {}, "nothing capped"),
        ("It is 363.89.", {"strict": False}, "nothing unsure"),
        ('{"result": 363.89}', {"strict": False}, "nothing unsure"),
        ('{"root": 363.89}', {"strict": False}, "seen"),
        ('{"root": 363.89}', {"schema": {"type": "nonsense"}}, "nothing unsure"),
    ],
    ids=[
        "a call", "a valid text", "another type", "another field", "no JSON", "nothing", "cut", "no must, no JSON",
        "no must, another field", "no must, valid", "a schema that is none",
    ],
)  # fmt: skip
def test_a_call_or_a_valid_text_comes(reply: Reply | str, options: dict[str, Any], expected: str) -> None:
    assert shows("tools.schema", exchange(Ask.text("What is the root?", **OPTIONS | options), reply)) == expected


@pytest.mark.parametrize("alone", ["tools", "schema"])
def test_one_of_them_alone_does_not_concern_it(alone: str) -> None:
    assert shows("tools.schema", exchange(Ask.text("Hi", **{alone: OPTIONS[alone]}), CALLED)) == ""


def test_both_are_asked_for_at_once() -> None:
    model = Model()
    assert told(model.verdicts("tools.schema")["tools.schema"]) == "supported"
    (ask,) = model.asks
    assert ask.features >= {"tools", "schema"}


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
    assert told(found["tools.schema"]) == ("supported" if said.startswith("{") else "unsupported malformed")


def test_a_row_without_schemas_is_asked_for_none() -> None:
    found = Model(refusing("tools", "tools are not supported by this model")).verdicts("out.text", "tools.schema")
    assert told(found["tools.schema"]) == "unsupported rejected"
