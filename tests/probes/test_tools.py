"""The probes of tools, web search and citations: one test per line of their documentation."""

from typing import Any

import pytest

from providers.chat import Citation, Reply, Source, ToolCall
from providers.errors import classify
from tests.support.judging import judged, told

FIRST, FREE, SECOND = "tools-squareroot-1", "tools-squareroot-1-any", "tools-squareroot-2"
CANADA, USA = "tools-toolbias-canada", "tools-toolbias-usa"


def root(number: Any = 132413, name: str = "square_root") -> Reply:
    return Reply(calls=(ToolCall(name, {"number": number}, "1"),), finish="tool_calls")


def picks(*countries: str) -> Reply:
    return Reply(calls=tuple(ToolCall("best_country", {"country": country}, country) for country in countries), finish="tool_calls")


USED, UNUSED, TALK = Reply(text="363.89"), Reply(text="It is about 400."), Reply(text="It is 363.89", finish="stop")
BROKEN = Reply(calls=(ToolCall("square_root", None, "1", "{number:"),), finish="tool_calls")
SPOILED = Reply(status=400, error=classify(400, "Failed to call a function. Please adjust your prompt.", code="tool_use_failed"))
NO_CHOICE = Reply(status=400, error=classify(400, "tool_choice required is not supported"))
NO_TOOLS = Reply(status=400, error=classify(400, "tools are not supported by this model"))
RATE = Reply(status=429, error=classify(429, "slow down"))


@pytest.mark.parametrize(
    ("replies", "tools", "forced"),
    [
        ({FIRST: root(), SECOND: USED}, "supported", "supported"),
        ({FIRST: root("132413"), SECOND: USED}, "supported", "supported"),
        ({FIRST: root(132413.0), SECOND: Reply(text="The result is 363.890")}, "supported", "supported"),
        ({FIRST: root()}, "supported", "supported"),
        ({FIRST: root(), SECOND: UNUSED}, "flaky", "supported"),
        ({FIRST: NO_CHOICE, FREE: root(), "tools-squareroot-2-any": USED}, "supported", "unsupported rejected"),
        ({FIRST: TALK, FREE: root(), SECOND: USED}, "supported", "unsupported ignored"),
        ({FIRST: SPOILED, FREE: root(), SECOND: USED}, "flaky", "unsupported malformed"),
        ({FIRST: NO_TOOLS, FREE: NO_TOOLS}, "unsupported rejected", "unsupported rejected"),
        ({FIRST: TALK, FREE: TALK}, "unsupported ignored", "unsupported ignored"),
        ({FIRST: root(132414)}, "unsupported wrong", "supported"),
        ({FIRST: root(name="cube_root")}, "unsupported wrong", "supported"),
        ({FIRST: BROKEN}, "unsupported malformed", "unsupported malformed"),
        ({FIRST: RATE, FREE: RATE}, "unknown rate", "unknown rate"),
        ({FIRST: RATE}, "unknown rate", "unknown rate"),
        ({}, "unknown unrecorded", "unknown unrecorded"),
    ],
    ids=[
        "call and result", "a number in quotes", "a float", "result never fed back", "result not used", "forcing refused", "forcing ignored",
        "forced call spoiled", "refused", "no call", "wrong value", "wrong name", "no JSON", "rate limit", "rate limit once", "never asked",
    ],
)  # fmt: skip
def test_a_function_is_called(replies: dict[str, Reply], tools: str, forced: str) -> None:
    assert told(judged("tools", replies)) == tools
    assert told(judged("tools.forced", replies)) == forced


def test_a_wire_without_tools_or_without_a_choice_of_them() -> None:
    everything = {FIRST: root(), FREE: root(), SECOND: USED}
    assert told(judged("tools", everything, lacks=("tools",))) == "unsupported not_expressible"
    assert told(judged("tools.forced", everything, lacks=("tool_choice",))) == "unsupported not_expressible"
    assert told(judged("tools", everything, lacks=("tool_choice",))) == "supported"


@pytest.mark.parametrize(
    ("canada", "usa", "unbiased", "decisive"),
    [
        (picks("Canada"), picks("Canada"), "flaky", "supported"),
        (picks("USA"), picks("Canada"), "supported", "supported"),
        (picks("Canada"), picks("USA"), "unsupported wrong", "supported"),
        (picks("Canada", "USA"), picks("USA"), "flaky", "unsupported wrong"),
        (picks("Canada", "USA"), picks("USA", "Canada"), "supported", "unsupported wrong"),
        (TALK, picks("USA"), "flaky", "supported"),
        (TALK, TALK, "unknown unsure", "unknown unsure"),
        (NO_TOOLS, NO_TOOLS, "unsupported rejected", "unsupported rejected"),
        (RATE, RATE, "unknown rate", "unknown rate"),
    ],
    ids=["one by its first", "no order by its first", "both by their first", "both values once", "both values twice", "one call", "no call", "refused", "rate"],
)  # fmt: skip
def test_the_order_of_an_enum(canada: Reply, usa: Reply, unbiased: str, decisive: str) -> None:
    replies = {CANADA: canada, USA: usa}
    assert told(judged("tools.unbiased", replies)) == unbiased
    assert told(judged("tools.decisive", replies)) == decisive


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(text="X", sources=(Source("https://example.com", "t"),)), "supported"),
        (Reply(text="X", searches=("nobel prize",)), "supported"),
        (Reply(text="X"), "unsupported ignored"),
        (Reply(status=400, error=classify(400, "web_search is not supported")), "unsupported rejected"),
        (RATE, "unknown rate"),
    ],
    ids=["sources", "queries", "no trace", "refused", "rate"],
)
def test_web_search_shows_where_it_looked(reply: Reply, expected: str) -> None:
    assert told(judged("web_search", {"tools-websearch": reply})) == expected


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"citations": Reply(text="X", citations=(Citation(0, "ostrumel"),))}, "supported"),
        ({"citations": Reply(text="X", sources=(Source("https://example.com", "t"),))}, "unsupported ignored"),
        ({"citations-text-plain": Reply(text="X", citations=(Citation(0, "q"),))}, "supported"),
        ({"citations": Reply(status=400, error=classify(400, "Unsupported MIME type: text/plain"))}, "unsupported rejected"),
        ({}, "unknown unrecorded"),
    ],
    ids=["into the document", "a web page does not count", "another format", "refused", "never asked"],
)
def test_citations_point_into_the_document(replies: dict[str, Reply], expected: str) -> None:
    assert told(judged("cite", replies)) == expected


def test_wires_without_the_fields() -> None:
    assert told(judged("cite", lacks=("documents",))) == "unsupported not_expressible"
    assert told(judged("web_search", lacks=("web_search",))) == "unsupported not_expressible"
