"""Text as output."""

import pytest

from providers.chat import Ask, Media, Reply, ToolCall
from tests.support.claims import Refusable
from tests.support.judging import HELLO, Model, exchange, refusal, shows, told, verdict_on

OURS = Ask.text("Say hello.", expects=frozenset({"in.text"}))


class TestText(Refusable):
    cell, feature, words = "out.text", "text", "text output"
    options = {"outputs": ("text",)}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (HELLO, "seen"),
        (Reply(text="Bonjour !"), "seen"),
        (Reply(text=" ", finish="stop"), "missed wrong"),
        (Reply(text="", finish="length"), "nothing capped"),
        (Reply(text="", thinking="Hm.", finish="stop"), "missed wrong"),
        (Reply(text="\ufffd" * 4), "missed malformed"),
        (Reply(text=""), "missed wrong"),
    ],
    ids=[
        "a greeting",
        "any greeting",
        "no text",
        "no room for any",
        "thinking alone",
        "marks that stand for none",
        "no finish",
    ],
)
def test_a_question_for_text(reply: Reply, expected: str) -> None:
    assert shows("out.text", exchange(OURS, reply)) == expected


def test_strangers_may_have_kept_half_a_reply() -> None:
    assert shows("out.text", exchange("Hi", Reply(text=""))) == "nothing unsure"
    assert shows("out.text", exchange("Hi", Reply(text="", finish="stop"))) == "missed wrong"
    assert shows("out.text", exchange("Reply with a blank line", Reply(text=" \n", finish="stop"))) == "nothing unsure"


@pytest.mark.parametrize("options", [{"json": True}, {"stop": ("a",)}, {"web_search": True}])
def test_an_empty_answer_to_what_may_spoil_a_text_does_not_concern_it(options: dict[str, object]) -> None:
    assert shows("out.text", exchange(Ask.text("Hi", **options), "")) == ""
    assert shows("out.text", exchange(Ask.text("Hi", **options), "Hello")) == "seen"


def test_an_answer_about_a_file_that_went_up_does_not_concern_it_where_it_is_no_text() -> None:
    about = Ask.text("What is in it?", Media("document", "application/pdf", b"%PDF", upload=True))
    assert shows("out.text", exchange(about, "\ufffd\ufffd")) == ""


def test_a_call_in_its_place_does_not_concern_it() -> None:
    assert shows("out.text", exchange("Hi", Reply(calls=(ToolCall("f", {}),), finish="tool_calls"))) == ""


def test_a_model_that_makes_no_text_is_asked_once() -> None:
    model = Model(lambda _: refusal("text output is not supported by this model"))
    assert told(model.verdicts("out.text", samples=3)["out.text"]) == "unsupported rejected"
    assert model.asked == ["hello"]
    assert told(verdict_on("out.text", exchange("Hi"))) == "supported"
