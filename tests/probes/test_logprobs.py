"""Log-probabilities."""

import pytest

from providers.chat import Ask, Reply, TokenLogprob, ToolCall
from tests.support.claims import Refusable
from tests.support.judging import exchange, shows

ASK = Ask.text("Say hello.", top_logprobs=2)


class TestLogprobs(Refusable):
    cell, feature, words = "logprobs", "top_logprobs", "logprobs"
    options = {"top_logprobs": 2}


@pytest.mark.parametrize(
    ("logprobs", "expected"),
    [
        ((TokenLogprob("Hello", -0.1, (("Hi", -2.0),)),), "seen"),
        ((TokenLogprob("Hello", 0.0, ()),), "seen"),
        ((TokenLogprob("Hello", 3.0, ()),), "missed malformed"),
        ((TokenLogprob("Something", -0.1), TokenLogprob(" else", -0.2)), "missed wrong"),
        ((), "missed ignored"),
    ],
    ids=["there", "certain", "above zero", "of another text", "none"],
)
def test_they_come_with_the_text(logprobs: tuple[TokenLogprob, ...], expected: str) -> None:
    assert shows("logprobs", exchange(ASK, Reply(text="Hello", logprobs=logprobs))) == expected


def test_those_of_a_call_or_of_the_thinking_are_of_the_answer_too() -> None:
    call = Reply(text="Well", calls=(ToolCall("f", {"a": "otter"}),), logprobs=(TokenLogprob("otter", -0.1),))
    assert shows("logprobs", exchange(ASK, call)) == "seen"
    thought = Reply(text="Well", thinking="of otters", logprobs=(TokenLogprob("otters", -0.1),))
    assert shows("logprobs", exchange(ASK, thought)) == "seen"


def test_without_a_text_none_are_missed() -> None:
    assert shows("logprobs", exchange(ASK, Reply(calls=(ToolCall("f", {}),)))) == "nothing unsure"


def test_an_answer_that_was_cut_by_the_cap_may_still_have_them() -> None:
    assert (
        shows("logprobs", exchange(ASK, Reply(text="Hello", finish="length", logprobs=(TokenLogprob("Hello", -0.1),))))
        == "seen"
    )
    assert shows("logprobs", exchange(ASK, Reply(text="Hello", finish="length"))) == "nothing capped"
