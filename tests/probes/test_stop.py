"""Stop sequences."""

import pytest

from providers.chat import Ask, Reply
from tests.support.claims import Refusable
from tests.support.judging import Model, exchange, shows, told

ASK = Ask.text("Talk about Canada.", stop=("is",))
COUNTED = "\n".join(map(str, range(1, 21)))
PLAIN = exchange("Talk about Canada.", "Canada is vast.")


class TestStop(Refusable):
    cell, feature, words = "stop", "stop", "stop"
    options = {"stop": ("is",)}


@pytest.mark.parametrize(
    ("text", "finish", "expected"),
    [
        ("Canada ", "stop_sequence", "seen"),
        ("", "stop_sequence", "seen"),
        ("Canada ", "stop", "accepted"),
        ("Canada is vast", "stop", "missed ignored"),
        ("Canada is", "stop", "missed wrong"),
        ("Canada ", "length", "nothing capped"),
        ("Canada ", None, "accepted"),
        ("Canada ", "content_filter", "nothing filtered"),
    ],
    ids=[
        "named",
        "nothing before it",
        "not in the text",
        "past it",
        "with it",
        "cut for length",
        "no reason",
        "filtered",
    ],
)
def test_a_stop_sequence(text: str, finish: str | None, expected: str) -> None:
    assert shows("stop", exchange(ASK, Reply(text=text, finish=finish))) == expected  # type: ignore[arg-type]


def test_the_same_without_it_goes_on_where_this_ends() -> None:
    assert shows("stop", exchange(ASK, "Canada "), PLAIN) == "seen"
    assert shows("stop", exchange(ASK, "Canada has"), PLAIN) == "accepted"  # it ends elsewhere
    assert (
        shows("stop", exchange(ASK, "Canada "), exchange("Talk about bananas.", "Canada is vast.")) == "accepted"
    )  # another question


def test_a_twin_with_a_stop_sequence_of_its_own_is_none() -> None:
    assert (
        shows("stop", exchange(ASK, "Canada "), exchange(Ask.text("Talk about Canada.", stop=("vast",)), "Canada is "))
        == "accepted"
    )


def test_any_of_several_sequences_will_do() -> None:
    assert shows("stop", exchange(Ask.text("x", stop=("foo", "vast")), "Canada is vast")) == "missed wrong"


def test_a_model_that_ignores_it_is_found_out_by_a_word_of_its_own_story() -> None:
    told_of = Reply(text="Canada is vast. " * 20 + "Nobody remembered the violin, and somebody played.", finish="stop")
    for share in (True, False):
        model = Model(lambda ask: told_of if ask.seed else Reply(text=COUNTED, finish="stop"))
        assert told(model.verdicts("stop", share=share)["stop"]) == "unsupported ignored"
        assert any(ask.stop for ask in model.asks)
