"""Usage."""

import pytest

from providers.chat import Ask, Reply, ToolCall, Usage
from tests.support.judging import HELLO, RATE, Model, exchange, shows, told, verdict_on


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (HELLO, "seen"),
        (Reply(text="", finish="length", usage=Usage(9, 0)), "seen"),
        (Reply(text="Hello"), "missed ignored"),
        (Reply(text="Hello", usage=Usage(0, 4)), "missed wrong"),
        (Reply(text="Hello", usage=Usage(9, 0)), "missed wrong"),
        (Reply(calls=(ToolCall("f", {}),), usage=Usage(9, 0)), "missed wrong"),
        (Reply(text="Hello", usage=Usage(-1, 4)), "missed malformed"),
        (Reply(text="Hel", finish="length", usage=Usage(9, 1)), "seen"),
        (RATE, "nothing rate"),
    ],
    ids=[
        "counted",
        "nothing came out",
        "none",
        "none in",
        "none out",
        "none for a call",
        "below zero",
        "cut by the cap",
        "an error",
    ],
)
def test_tokens_are_counted(reply: Reply, expected: str) -> None:
    assert shows("usage", exchange("Hi", reply)) == expected


def test_a_stream_that_was_not_asked_to_count_shows_nothing() -> None:
    assert shows("usage", exchange(Ask.text("Hi", stream=True, usage=False), "Hello")) == "nothing unsure"


def test_a_row_that_counts_now_and_then_is_flaky() -> None:
    assert told(verdict_on("usage", exchange("Hi"), exchange("Ho", "Hello"))) == "flaky"
    assert told(verdict_on("usage", exchange("Hi"), exchange("Ho", RATE))) == "supported"
    assert told(verdict_on("usage", exchange("Ho", RATE))) == "unknown rate"


def test_it_asks_one_plain_question() -> None:
    model = Model()
    assert told(model.verdicts("usage")["usage"]) == "supported"
    assert model.asked == ["hello"]
