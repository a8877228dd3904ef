"""JSON mode."""

import pytest

from providers.chat import Ask, Reply, ToolCall
from tests.support.claims import Refusable
from tests.support.judging import exchange, refusal, shows

ASK = Ask.text("Is a banana a fruit?", json=True)


class TestJson(Refusable):
    cell, feature, words = "json", "json", "response_format json_object"
    options = {"json": True}


@pytest.mark.parametrize(
    ("text", "finish", "expected"),
    [
        ('{"is_fruit": true}', "stop", "seen"),
        ('{"is_fruit": false}', "stop", "seen"),
        ("{}", "stop", "seen"),
        ("Yes, a banana is a fruit.", "stop", "missed malformed"),
        ('```json\n{"is_fruit": true}\n```', "stop", "missed malformed"),
        ("true", "stop", "missed malformed"),
        ("[" * 100_000, "stop", "missed malformed"),
        ('{"is_fr', "length", "nothing capped"),
        ('{"is_fruit": true}', "length", "seen"),
        ('{"is_fr', "content_filter", "nothing filtered"),
    ],
    ids=[
        "an object",
        "a wrong fact",
        "empty",
        "prose",
        "a fence",
        "no object",
        "nested deep",
        "cut",
        "whole though cut",
        "filtered",
    ],
)
def test_it_is_judged_by_form(text: str, finish: str, expected: str) -> None:
    assert shows("json", exchange(ASK, Reply(text=text, finish=finish))) == expected  # type: ignore[arg-type]


def test_a_call_instead_of_a_text_shows_nothing() -> None:
    assert shows("json", exchange(ASK, Reply(calls=(ToolCall("f", {}),), finish="tool_calls"))) == "nothing unsure"


def test_a_schema_without_json_mode_does_not_concern_it() -> None:
    assert shows("json", exchange(Ask.text("Hi", schema={"type": "object"}), "{}")) == ""


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "response_format is not supported by this model"),
        (403, "JSON mode is not enabled for this model"),
        (404, "No endpoints found that support response_format"),
        (422, "response_format: Extra inputs are not permitted"),
        (500, "response_format json_object is not supported"),
    ],
)
def test_an_error_that_names_it_is_a_refusal_whatever_its_status(status: int, message: str) -> None:
    assert shows("json", exchange(ASK, refusal(message, status))) == "refused rejected"


def test_what_the_server_catches_as_the_models_failure_is_missed() -> None:
    failed = refusal("Failed to generate JSON. Please adjust your prompt.", code="json_validate_failed")
    assert shows("json", exchange(ASK, failed)) == "missed malformed"
