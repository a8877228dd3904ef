"""A stream says what the plain answer says."""

from typing import Any

import pytest
from msgspec import structs

from probes._tools import SQUARE_ROOT
from probes.base import probes
from probes.row import Exchange
from providers.chat import Ask, Reply, ToolCall, Usage
from tests.support.judging import Model, asked, exchange, refusal, shows, told
from tests.support.streaming import CALL, WHOLE, as_streamed, stream_verdict

CALLED = structs.replace(WHOLE, text="", calls=(CALL,), finish="tool_calls", finish_raw="tool_calls")


def plain(reply: Reply, **options: Any) -> Exchange:
    return exchange(Ask.text("Hi", **options), structs.replace(reply, streamed=None))


def both(streamed: Reply, *answers: Exchange) -> str:
    verdict = stream_verdict("stream.agrees", exchange(Ask.text("Hi", stream=True), streamed), *answers)
    return told(verdict)


@pytest.mark.parametrize(
    ("streamed", "answers", "expected"),
    [
        (WHOLE, [plain(WHOLE)], "supported"),
        (CALLED, [plain(CALLED)], "supported"),
        (structs.replace(WHOLE, text="Other words."), [plain(WHOLE)], "supported"),
        (structs.replace(WHOLE, usage=None), [plain(structs.replace(WHOLE, usage=None))], "supported"),
        (structs.replace(WHOLE, usage=None), [plain(WHOLE)], "unsupported wrong"),
        (structs.replace(WHOLE, usage=None, finish=None), [plain(structs.replace(WHOLE, usage=None, finish=None))], "unknown unsure"),
        (structs.replace(WHOLE, usage=Usage(0, 10)), [plain(WHOLE)], "unsupported wrong"),
        (structs.replace(CALLED, finish="stop"), [plain(CALLED)], "unsupported wrong"),
        (CALLED, [plain(WHOLE)], "unknown unsure"),
        (CALLED, [plain(WHOLE), plain(CALLED)], "supported"),
        (structs.replace(CALLED, calls=(ToolCall("other", {}),)), [plain(CALLED)], "unknown unsure"),
        (WHOLE, [], "unknown not_asked"),
        (WHOLE, [plain(WHOLE, max_tokens=9)], "unknown not_asked"),
        (WHOLE, [plain(refusal("down", 500))], "unknown not_asked"),
    ],
    ids=[
        "alike", "calls alike", "other words", "neither counts", "the stream counts nothing", "neither tells anything", "another count", "another end",
        "called in the stream alone", "one of two answers called", "another tool", "no plain answer", "another question", "no answer",
    ],
)  # fmt: skip
def test_a_stream_agrees_where_counts_end_and_calls_do(streamed: Reply, answers: list[Exchange], expected: str) -> None:
    assert both(streamed, *answers) == expected


def test_an_error_shows_nothing() -> None:
    assert both(refusal("slow down", 429), plain(WHOLE)) == "unknown rate"


@pytest.mark.parametrize(("share", "name"), [(True, "root-and-country"), (False, "root")])
def test_the_same_question_is_put_in_both_modes(share: bool, name: str) -> None:
    model = Model(as_streamed)
    verdicts = asked(model.row(stream=True, share=share, deep=True), [probes()["stream.agrees"]])
    assert told(verdicts["stream.agrees"]) == "supported"
    assert [(ask.name, ask.stream) for ask in model.asks] == [(name, True), (f"{name}-unstreamed", False)]


def test_where_there_are_no_tools_a_greeting_is_compared() -> None:
    model = Model(as_streamed, lacks=("tools",))
    verdicts = asked(model.row(stream=True, deep=True), [probes()["stream.agrees"]])
    assert told(verdicts["stream.agrees"]) == "supported"
    assert model.asked == ["hello", "hello-unstreamed"]


def test_a_plain_answer_is_not_judged_itself() -> None:
    assert shows("stream.agrees", plain(WHOLE, tools=(SQUARE_ROOT,))) == ""
