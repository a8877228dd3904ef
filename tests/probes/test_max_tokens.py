"""The cap on tokens."""

import pytest

from providers.chat import Ask, Reply, ToolCall, Usage
from tests.support.claims import Refusable
from tests.support.judging import Model, exchange, shows, told

ASK = Ask.text("Explain the theory of relativity in great details.", max_tokens=16)


class TestCap(Refusable):
    cell, feature, words = "max_tokens", "max_tokens", "max_tokens"
    options = {"max_tokens": 16}


def cut(tokens: int, text: str = "Space and time are", **more: object) -> Reply:
    return Reply(text=text, finish="length", finish_raw="length", usage=Usage(9, tokens), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (cut(16), "seen"),
        (cut(16, text="", thinking="Let me"), "seen"),
        (cut(19), "seen"),
        (cut(20), "missed ignored"),
        (Reply(text="Space", usage=Usage(9, 16)), "seen"),
        (Reply(text="Space"), "accepted"),
        (cut(300, text="word " * 300), "missed ignored"),
        (Reply(text="word " * 300, finish="stop"), "missed ignored"),
        (Reply(text="Space", finish="stop", finish_raw="stop", usage=Usage(9, 16)), "missed wrong"),
        (Reply(text="Done.", finish="stop", finish_raw="stop", usage=Usage(9, 3)), "accepted"),
        (cut(16, text="x" * 160), "seen"),
        (Reply(calls=(ToolCall("f", {}),), finish="tool_calls", usage=Usage(9, 16)), "accepted"),
    ],
    ids=[
        "cut", "all of it thinking", "a little more", "more", "no finish reason, but the count", "neither reason nor count", "past it",
        "past it, said to be whole", "cut, said to be whole", "ended of itself", "long tokens", "a call",
    ],
)  # fmt: skip
def test_a_cap(reply: Reply, expected: str) -> None:
    assert shows("max_tokens", exchange(ASK, reply)) == expected


def test_a_cap_that_was_too_high_to_be_reached_is_accepted() -> None:
    assert shows("max_tokens", exchange(Ask.text("Hi", max_tokens=4096), "Done.")) == "accepted"


def test_a_model_that_ignores_it_is_found_out() -> None:
    long = Reply(text="word " * 900, finish="stop", usage=Usage(9, 900))
    for share in (True, False):
        assert told(Model(lambda _: long).verdicts("max_tokens", share=share)["max_tokens"]) == "unsupported ignored"
