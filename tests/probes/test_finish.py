"""Why an answer ended."""

import pytest
from msgspec import structs

from probes.row import EVERY
from providers.chat import Ask, Reply, ToolCall, Usage
from tests.support.judging import HELLO, RATE, exchange, shows, told, verdict_on

CALL = (ToolCall("f", {}, "1"),)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (HELLO, "seen"),
        (Reply(text="Hello"), "missed ignored"),
        (Reply(calls=CALL, finish="stop", finish_raw="stop"), "missed wrong"),
        (Reply(calls=CALL, finish="tool_calls"), "seen"),
        (Reply(text="Hello", finish="length", finish_raw="length"), "missed wrong"),
        (Reply(text="Hello", finish="other", finish_raw="whim"), "missed malformed"),
        (Reply(text="word " * 99, finish="length", usage=Usage(9, 99)), "seen"),
        (Reply(text="", thinking="Hm", finish="length"), "seen"),
        (Reply(text="Hel", finish="content_filter"), "nothing filtered"),
        (RATE, "nothing rate"),
    ],
    ids=[
        "it fits", "none", "stop on a call", "calls", "length without a cap", "none that is documented", "a provider's own cap",
        "cut while thinking", "filtered", "an error",
    ],
)  # fmt: skip
def test_it_must_be_there_and_fit(reply: Reply, expected: str) -> None:
    assert shows("finish", exchange(Ask.text("Hi", expects=EVERY), reply)) == expected


def test_a_cap_of_the_apis_own_and_a_whole_text_of_just_as_many_tokens_fit_what_strangers_ask() -> None:
    short = Reply(text="Here is a", finish="length", finish_raw="length", usage=Usage(9, 3))
    assert shows("finish", exchange("Hi", short)) == "seen"
    whole = Reply(text="Here it is.", finish="stop", finish_raw="stop", usage=Usage(9, 16))
    capped = Ask.text("Hi", max_tokens=16)
    assert shows("finish", exchange(capped, whole)) == "seen"
    assert shows("finish", exchange(capped, structs.replace(whole, text="Here it"))) == "missed wrong"
    assert shows("max_tokens", exchange(capped, whole)) == "accepted"


def test_stop_fits_the_call_of_a_tool_that_was_named() -> None:
    named = Ask.text("Hi", tool_choice="required", named_tool="f")
    assert shows("finish", exchange(named, Reply(calls=CALL, finish="stop"))) == "seen"


@pytest.mark.parametrize(
    ("tokens", "finish", "expected"),
    [(16, "length", "seen"), (16, "stop", "missed wrong"), (300, "stop", "seen"), (9, "stop", "seen")],
    ids=["cut, and said so", "cut, said to be whole", "a cap that had no effect", "ended of itself"],
)
def test_why_a_capped_answer_ended(tokens: int, finish: str, expected: str) -> None:
    reply = Reply(text="word " * tokens, finish=finish, finish_raw=finish, usage=Usage(9, tokens))  # type: ignore[arg-type]
    assert shows("finish", exchange(Ask.text("x", max_tokens=16), reply)) == expected


def test_a_row_that_tells_now_and_then_is_flaky() -> None:
    assert told(verdict_on("finish", exchange("Hi"), exchange("Ho", Reply(text="Hello")))) == "flaky"
