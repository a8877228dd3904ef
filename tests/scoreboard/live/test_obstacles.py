"""What is told of several outcomes, and in which words."""

import pytest

from providers.base import providers
from scoreboard.live.obstacles import Outcome, no_model, nothing_there, refusal, words, worst

KNOWN = providers()["openaicompatible"]


def outcome(kind: str, status: int = 400) -> Outcome:
    return Outcome("http://h/v1/x", KNOWN, kind, status, "so it is")


def test_what_tells_most_is_told() -> None:
    kinds = ["address", "page", "timeout", "auth", "model"]
    assert worst([outcome(kind) for kind in kinds]).kind == "model"
    assert worst([outcome(kind) for kind in kinds[:3]]).kind == "timeout"
    assert worst([outcome("auth"), outcome("")]).answered


@pytest.mark.parametrize(
    "kind", ["auth", "billing", "rate", "server", "redirect", "timeout", "cut", "network", "own", "unreadable", "form"]
)
def test_each_line_says_where_and_is_one(kind: str) -> None:
    told = str(refusal(outcome(kind), key="KEY_NAME", is_set=True, seconds=15))
    assert "http://h/v1/x" in told and "\n" not in told
    assert kind != "auth" or "KEY_NAME" in told


def test_names_and_addresses() -> None:
    assert "it offers gpt-4o, a" in str(no_model(outcome("model"), "gpt4o", ["a", "gpt-4o"]))
    assert "check --model" in str(no_model(outcome("model"), "m", []))
    assert str(nothing_there(outcome("address"), "http://h", "http://h/x", [])).endswith("take --base-url http://h")
    assert "either" in str(nothing_there(outcome("page"), "", "", ["http://h/y"]))


def test_words_are_one_line_and_not_long() -> None:
    assert words("a\n\x1b[2Jb") == "'a [2Jb'"
    assert len(words("x" * 10_000)) < 200
    assert words("") == "nothing more"
