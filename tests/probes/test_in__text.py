"""Text as input."""

import pytest

from providers.chat import Ask, Media, Reply, Tool, ToolCall
from tests.support.judging import HELLO, RATE, Model, exchange, shows, told, verdict_on


@pytest.mark.parametrize(
    "reply",
    [
        HELLO,
        Reply(calls=(ToolCall("f", {}),)),
        Reply(media=(Media("image", "image/png", b"x"),)),
        Reply(thinking="Hm", finish="length"),
    ],
)
def test_a_question_in_text_that_got_anything_is_seen(reply: Reply) -> None:
    assert shows("in.text", exchange("Hi", reply)) == "seen"


def test_an_answer_of_nothing_shows_nothing() -> None:
    assert shows("in.text", exchange("Hi", "")) == "nothing unsure"
    assert shows("in.text", exchange("Hi", RATE)) == "nothing rate"


def test_a_question_without_words_does_not_concern_it() -> None:
    assert shows("in.text", exchange(Ask(()))) == ""


QUESTIONS = ("Tell me of Canada.", "Tell me of bananas.", "Tell me of stories.", "Tell me of relativity.")


def test_many_of_our_questions_whose_answers_have_nothing_to_do_with_them_are_missed() -> None:
    deaf = [exchange(Ask.text(text, expects=frozenset({"in.text"})), "Xyzzy") for text in QUESTIONS]
    assert shows("in.text", *deaf) == "missed wrong"
    assert told(verdict_on("in.text", *deaf)) == "unsupported wrong"
    assert shows("in.text", *deaf[:3]) == "seen"  # too few to tell


def test_one_answer_that_has_a_word_of_its_question_is_enough() -> None:
    asks = [Ask.text(text, expects=frozenset({"in.text"})) for text in QUESTIONS]
    row = [exchange(ask, "Xyzzy") for ask in asks[1:]]
    assert shows("in.text", *row, exchange(asks[0], "Canada is vast.")) == "seen"


def test_what_a_grammar_makes_is_no_understanding() -> None:
    asks = [Ask.text(text, expects=frozenset({"in.text"})) for text in QUESTIONS]
    forced = Ask.text(
        "Say hello.", tools=(Tool("canada", "", {}),), tool_choice="required", expects=frozenset({"in.text"})
    )
    row = [exchange(ask, "Xyzzy") for ask in asks]
    calls = exchange(forced, Reply(calls=(ToolCall("canada", {}),)))
    assert told(verdict_on("in.text", *row, calls)) == "unsupported wrong"
    assert shows("in.text", calls, *row) == "nothing unsure"
    assert shows("in.text", calls, *row[:3]) == "seen"  # too few to tell


def test_what_strangers_ask_is_never_held_against_it() -> None:
    assert shows("in.text", *(exchange(text, "Xyzzy") for text in QUESTIONS)) == "seen"


def test_it_asks_one_plain_question() -> None:
    model = Model()
    assert told(model.verdicts("in.text", samples=3)["in.text"]) == "supported"
    assert model.asked == ["hello"]
