"""Tokens that a stream counts."""

from providers.chat import Usage
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


def test_an_answer_that_the_cap_cut_is_counted_too() -> None:
    assert shows("stream.usage", without(usage=None, finish="length")) == "missed ignored"
