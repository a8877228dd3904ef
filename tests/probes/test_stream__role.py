"""Who speaks in a stream."""

from providers.chat import Streamed
from tests.support.judging import shows, told
from tests.support.streaming import WHOLE, OfStreams, stream_verdict, streamed, without


class TestRole(OfStreams):
    cell = "stream.role"


def test_a_piece_names_the_role_or_the_api_has_none() -> None:
    assert shows("stream.role", streamed(WHOLE)) == "seen"
    assert shows("stream.role", without(streamed=Streamed("[DONE]", role=False))) == "missed ignored"


def test_an_answer_that_did_not_come_as_a_stream_shows_nothing() -> None:
    assert shows("stream.role", without(streamed=None)) == ""


def test_a_row_that_names_it_now_and_then_is_flaky() -> None:
    silent = without(streamed=Streamed("[DONE]", role=False))
    assert told(stream_verdict("stream.role", streamed(WHOLE), silent)) == "flaky"
