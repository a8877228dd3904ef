"""Tokens that a stream counts."""

from providers.chat import Streamed, Usage
from tests.support.judging import shown, shows
from tests.support.streaming import WHOLE, OfStreams, streamed, without


class TestUsage(OfStreams):
    cell = "stream.usage"


def test_the_stream_counts_where_it_is_asked_to() -> None:
    (finding,) = shown("stream.usage", without(usage=Usage(12, 34)))
    assert (finding.kind, finding.note) == ("seen", "12 tokens in, 34 out")
    assert shows("stream.usage", without(usage=None)) == "missed ignored"


def test_a_stream_that_was_not_asked_to_count_shows_it_where_it_does_and_nothing_else() -> None:
    assert shows("stream.usage", streamed(WHOLE, usage=False)) == "seen"
    silent = without(usage=None).reply
    assert shows("stream.usage", streamed(silent, usage=False)) == ""


def test_it_is_told_where_the_tokens_are_counted_and_that_nobody_asked() -> None:
    elsewhere = without(usage=Usage(1, 2), streamed=Streamed("[DONE]", counted_in="timings"))
    (finding,) = shown("stream.usage", elsewhere)
    assert (finding.kind, finding.note) == ("seen", "1 tokens in, 2 out, told in timings, not in usage")
    (finding,) = shown("stream.usage", streamed(elsewhere.reply, usage=False))
    assert finding.note == "1 tokens in, 2 out, told in timings, not in usage, which was not asked for"


def test_an_answer_that_the_cap_cut_is_counted_too() -> None:
    assert shows("stream.usage", without(usage=None, finish="length")) == "missed ignored"
