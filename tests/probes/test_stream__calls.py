"""Calls in a stream."""

import pytest
from msgspec import structs

from probes._tools import SQUARE_ROOT
from probes.row import Exchange
from providers.chat import Streamed, ToolCall
from tests.support.judging import shown, shows, told
from tests.support.streaming import CALL, WHOLE, OfStreams, stream_verdict, streamed

TOOLS = {"tools": (SQUARE_ROOT,)}
TWICE = "call 0 is named twice"


def with_calls(*calls: ToolCall, defects: tuple[str, ...] = (), **changes: object) -> Exchange:
    told_of = Streamed("[DONE]", defects=defects)
    return streamed(structs.replace(WHOLE, text="", calls=calls, streamed=told_of, **changes), **TOOLS)


class TestCalls(OfStreams):
    cell = "stream.calls"
    questions = ["root", "root-and-country"]
    options = TOOLS


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (with_calls(CALL), "seen"),
        (with_calls(CALL, CALL), "seen"),
        (with_calls(CALL, defects=("the index is missing",)), "missed malformed"),
        (with_calls(ToolCall("square_root", None, "{")), "missed malformed"),
        (with_calls(CALL, ToolCall("square_root", None, "{")), "missed malformed"),
        (with_calls(), ""),
        (with_calls(finish="length"), ""),
        (with_calls(ToolCall("square_root", None, "{"), finish="length"), "nothing capped"),
        (streamed(structs.replace(WHOLE, calls=(CALL,)), outputs=()), ""),
    ],
    ids=[
        "whole", "two of them", "a piece that tells not whose it is", "no JSON", "no JSON in one of two", "no call",
        "no call, cut", "no JSON since it was cut", "no tools were offered",
    ],
)  # fmt: skip
def test_pieces_join_to_calls(x: Exchange, expected: str) -> None:
    assert shows("stream.calls", x) == expected


def test_what_is_not_well_formed_is_told_once_and_at_most_three_of_it() -> None:
    (finding,) = shown("stream.calls", with_calls(CALL, defects=(TWICE, TWICE, "b", "c", "d")))
    assert finding.note == f"{TWICE}; b; c"


def test_an_answer_that_did_not_come_as_a_stream_shows_nothing() -> None:
    assert shows("stream.calls", streamed(structs.replace(WHOLE, calls=(CALL,), streamed=None), **TOOLS)) == ""


def test_a_row_whose_calls_are_spoiled_now_and_then_is_flaky() -> None:
    spoiled = with_calls(CALL, defects=(TWICE,))
    assert told(stream_verdict("stream.calls", with_calls(CALL), spoiled)) == "flaky"


def test_it_is_told_where_calls_have_no_type_as_their_api_allows() -> None:
    untyped = structs.replace(WHOLE, text="", calls=(CALL,), streamed=Streamed("[DONE]", untyped=True))
    (finding,) = shown("stream.calls", streamed(untyped, **TOOLS))
    assert (finding.kind, "without their type" in finding.note) == ("seen", True)
    (finding,) = shown("stream.calls", with_calls(CALL))
    assert "type" not in finding.note
