"""A stream says what the plain answer says."""

from typing import Any

import pytest
from msgspec import structs

from probes._tools import SQUARE_ROOT
from probes.base import probes
from probes.row import EVERY, Exchange, Row
from providers.chat import Ask, Reply, ToolCall, Usage
from scoreboard.judge.engine import judge
from tests.support.judging import EVERYTHING, Model, asked, exchange, refusal, shows, told
from tests.support.streaming import CALL, WHOLE, as_streamed, stream_verdict

CALLED = structs.replace(WHOLE, text="", calls=(CALL,), finish="tool_calls", finish_raw="tool_calls")


def plain(reply: Reply, **options: Any) -> Exchange:
    return exchange(Ask.text("Hi", **options), structs.replace(reply, streamed=None))


def both(streamed: Reply, *answers: Exchange) -> str:
    verdict = stream_verdict("stream.agrees", exchange(Ask.text("Hi", stream=True, expects=EVERY), streamed), *answers)
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


def stranger(reply: Reply, *, stream: bool = False, day: str = "2026-01-01", **options: Any) -> Exchange:
    x = exchange(Ask.text("Hi", stream=stream, **options), reply if stream else structs.replace(reply, streamed=None))
    return structs.replace(x, observed_at=day)


MORE = structs.replace(WHOLE, usage=Usage(99, 10))
CAPPED = structs.replace(WHOLE, finish="length", finish_raw="length")
ENDLESS = structs.replace(WHOLE, finish=None, finish_raw="")


@pytest.mark.parametrize(
    ("streamed", "plain", "expected"),
    [
        (stranger(WHOLE, stream=True), stranger(WHOLE), "supported"),
        (stranger(WHOLE, stream=True), stranger(WHOLE, day="2026-02-02"), "supported"),
        (stranger(WHOLE, stream=True), stranger(MORE), "unknown unsure"),
        (stranger(structs.replace(WHOLE, usage=None), stream=True), stranger(WHOLE), "unsupported wrong"),
        (stranger(structs.replace(WHOLE, usage=None), stream=True, usage=False), stranger(WHOLE), "supported"),
        (stranger(ENDLESS, stream=True), stranger(WHOLE), "unsupported wrong"),
        (stranger(ENDLESS, stream=True), stranger(WHOLE, day="2026-02-02"), "unknown unsure"),
        (stranger(structs.replace(ENDLESS, model="a"), stream=True), stranger(structs.replace(WHOLE, model="b")), "unknown unsure"),
        (stranger(CAPPED, stream=True), stranger(WHOLE), "unknown capped"),
    ],
    ids=[
        "alike", "alike on two days", "another number", "counts nothing", "counts nothing, unasked", "no end", "no end on another day",
        "no end of another model", "one is capped",
    ],
)  # fmt: skip
def test_what_tells_two_answers_to_a_stranger_apart_may_be_something_else(
    streamed: Exchange, plain: Exchange, expected: str
) -> None:
    apart = Row([streamed], fields=EVERYTHING, stream=True, others=[plain])
    assert told(judge(apart, [probes()["stream.agrees"]])["stream.agrees"]) == expected


def test_one_of_several_plain_answers_is_enough() -> None:
    assert both(WHOLE, plain(MORE), plain(WHOLE)) == "supported"


def test_an_exchange_of_the_other_mode_shows_nothing_else() -> None:
    refused = exchange(Ask.text("Hi"), structs.replace(CALLED, streamed=None))
    row = Row([exchange(Ask.text("Hi", stream=True), WHOLE)], fields=EVERYTHING, stream=True)
    beside = Row(row.exchanges, fields=EVERYTHING, stream=True, others=[refused])
    assert judge(row, probes().values()).keys() == judge(beside, probes().values()).keys()
    was, now = (judge(one, (p for p in probes().values() if p.id != "stream.agrees")) for one in (row, beside))
    assert was == now


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
