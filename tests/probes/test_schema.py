"""JSON by a schema."""

from typing import Any

import pytest

from probes.schema import complaint
from providers.chat import Ask, Reply, ToolCall
from tests.support.claims import Refusable
from tests.support.judging import exchange, shows

SCHEMA = {
    "type": "object",
    "properties": {"is_fruit": {"type": "boolean"}},
    "required": ["is_fruit"],
    "additionalProperties": False,
}


class TestSchema(Refusable):
    cell, feature, words = "schema", "schema", "response_format json_schema"
    options = {"schema": SCHEMA}


def ask(schema: dict[str, Any] = SCHEMA, **options: Any) -> Ask:
    return Ask.text("Is a banana a fruit?", schema=schema, **options)


@pytest.mark.parametrize(
    ("text", "finish", "expected"),
    [
        ('{"is_fruit": true}', "stop", "seen"),
        ('{"is_fruit": "yes"}', "stop", "missed malformed"),
        ('{"fruit": true}', "stop", "missed malformed"),
        ("no JSON", "stop", "missed malformed"),
        ("[" * 100_000, "stop", "missed malformed"),
        ('{"is_fr', "length", "nothing capped"),
    ],
    ids=["valid", "wrong type", "field missing", "no JSON", "nested deep", "cut"],
)
def test_it_is_judged_by_validity(text: str, finish: str, expected: str) -> None:
    assert shows("schema", exchange(ask(), Reply(text=text, finish=finish))) == expected  # type: ignore[arg-type]


def test_the_schema_that_was_really_sent_decides() -> None:
    other = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    assert shows("schema", exchange(ask(other), '{"ok": true}')) == "seen"
    assert shows("schema", exchange(ask(other), '{"is_fruit": true}')) == "missed malformed"


def test_a_schema_that_is_no_must_is_not_missed() -> None:
    assert shows("schema", exchange(ask(strict=False), "Yes.")) == "nothing unsure"
    assert shows("schema", exchange(ask(strict=False), '{"is_fruit": true}')) == "seen"
    assert shows("schema", exchange(ask(strict=True), "Yes.")) == "missed malformed"


@pytest.mark.parametrize(
    "schema", [{"type": "nonsense"}, {"$ref": "#/nowhere"}, {"pattern": 7}, {"$ref": "https://example.com/x.json"}]
)
def test_a_schema_that_cannot_be_checked_shows_nothing(schema: dict[str, Any]) -> None:
    assert shows("schema", exchange(ask(schema), '"text"')) == "nothing unsure"


def test_a_call_instead_of_a_text_shows_nothing() -> None:
    assert shows("schema", exchange(ask(), Reply(calls=(ToolCall("f", {}),)))) == "nothing unsure"


def test_a_complaint_is_short_and_none_where_it_is_valid() -> None:
    assert complaint({"is_fruit": True}, SCHEMA) == ""
    assert 0 < len(complaint({"is_fruit": "x" * 500}, SCHEMA)) <= 120
