"""Web search."""

import pytest
from msgspec import structs

from providers.chat import Ask, Message, Reply, Source, Text, Tool, ToolCall
from tests.support.claims import Refusable
from tests.support.judging import Model, exchange, refusal, shows, told


class TestSearch(Refusable):
    cell, feature, words = "web_search", "web_search", "web_search"
    options = {"web_search": True}


@pytest.mark.parametrize(
    ("reply", "theirs", "ours"),
    [
        (Reply(text="X", sources=(Source("https://example.com", "t"),)), "seen", "seen"),
        (Reply(text="X", searches=("nobel prize",)), "seen", "seen"),
        (Reply(text="X"), "accepted", "missed ignored"),
        (Reply(text="X", searches=("x",), sources=(Source("not a url"),)), "missed malformed", "missed malformed"),
    ],
    ids=["sources", "queries", "no trace", "no address"],
)
def test_it_shows_where_it_looked(reply: Reply, theirs: str, ours: str) -> None:
    assert shows("web_search", exchange(Ask.text("Who?", web_search=True), reply)) == theirs
    assert (
        shows("web_search", exchange(Ask.text("Who?", web_search=True, expects=frozenset({"web_search"})), reply))
        == ours
    )
    assert shows("web_search", exchange(Ask.text("Search the web: who?", web_search=True), reply)) == ours


def test_a_turn_after_the_search_a_call_before_it_and_addresses_that_were_struck_out_are_no_failures() -> None:
    asked = Ask.text("Search the web: who?", web_search=True)
    later = structs.replace(asked, messages=(*asked.messages, Message("assistant", (Text("She."),)), *asked.messages))
    assert shows("web_search", exchange(later, "OK")) == "accepted"
    assert shows("web_search", exchange(asked, Reply(calls=(ToolCall("city", {}),)))) == "accepted"
    struck = Reply(text="X", sources=(Source("urlREDACTED"),))
    assert shows("web_search", exchange(asked, struck, grade="rewritten")) == "seen"


def test_that_it_is_listed_among_the_tools_that_are_taken_refuses_the_others_alone() -> None:
    listed = refusal("These models only support the 'web_search_preview' and 'mcp' tools.", param="tools")
    asked = Ask.text("Who?", web_search=True, tools=(Tool("f", "", {}),))
    assert shows("web_search", exchange(asked, listed)) == "nothing unsure"
    assert shows("tools", exchange(asked, listed)) == "refused rejected"


def test_a_model_that_never_looks_is_found_out() -> None:
    assert (
        told(Model(lambda _: Reply(text="I know.", finish="stop")).verdicts("web_search")["web_search"])
        == "unsupported ignored"
    )
