"""How a stream ends."""

import pytest

from providers.chat import Streamed
from tests.support.judging import shows
from tests.support.streaming import WHOLE, OfStreams, streamed, without


class TestEnds(OfStreams):
    cell = "stream.ends"


@pytest.mark.parametrize("mark", ["[DONE]", "message_stop", "response.completed"])
def test_any_mark_that_an_api_documents_ends_it(mark: str) -> None:
    assert shows("stream.ends", without(streamed=Streamed(mark))) == "seen"


def test_a_finished_answer_without_a_mark_just_stops() -> None:
    assert shows("stream.ends", without(streamed=Streamed())) == "missed ignored"


def test_an_answer_that_the_cap_cut_ends_with_its_mark_too() -> None:
    assert shows("stream.ends", without(finish="length")) == "seen"


def test_an_answer_that_did_not_come_as_a_stream_shows_nothing() -> None:
    assert shows("stream.ends", streamed(WHOLE)) == "seen"
    assert shows("stream.ends", without(streamed=None)) == ""
