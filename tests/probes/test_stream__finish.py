"""Why a streamed answer ended."""

import pytest

from tests.support.judging import shows, told
from tests.support.streaming import WHOLE, OfStreams, stream_verdict, streamed, without


class TestFinish(OfStreams):
    cell = "stream.finish"


@pytest.mark.parametrize(
    ("finish", "raw", "expected"),
    [
        ("stop", "end_turn", "seen"),
        ("length", "length", "seen"),
        ("other", "whim", "seen"),  # whether it fits is told by the cell of finish reasons
        (None, "", "missed ignored"),
    ],
)
def test_the_stream_tells_why_it_ended(finish: str | None, raw: str, expected: str) -> None:
    assert shows("stream.finish", without(finish=finish, finish_raw=raw)) == expected


def test_a_row_whose_streams_tell_now_and_then_is_flaky() -> None:
    assert told(stream_verdict("stream.finish", streamed(WHOLE), without(finish=None, finish_raw=""))) == "flaky"
