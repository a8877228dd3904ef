"""Whether a stream comes as the answer is made."""

import pytest

from providers.chat import Chunk
from tests.support.judging import shows, told
from tests.support.streaming import WHOLE, OfStreams, stream_verdict, streamed, without


class TestFlows(OfStreams):
    cell = "stream.flows"


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((0.5, 0.8, 1.4), "seen"),
        ((0.1, 0.2, 0.41), "seen"),
        ((3.0,), "missed ignored"),
        ((0.01,), "missed ignored"),
        ((3.0, 3.01, 3.02), "missed ignored"),
        (tuple(9.0 + n / 100 for n in range(30)), "nothing unsure"),
        (tuple(9.0 + n / 10_000 for n in range(30)), "missed ignored"),
        ((0.1, 0.2, 0.3), "nothing unsure"),
        ((), ""),
        ((None, None), ""),
    ],
    ids=[
        "in pieces", "just slow enough", "in one piece", "in one piece at once", "in a burst at the end",
        "many pieces behind a long wait", "many at once behind a long wait", "too quick to tell", "no pieces kept", "no times kept",
    ],
)  # fmt: skip
def test_pieces_are_spread_over_the_time_that_the_answer_took(times: tuple[float | None, ...], expected: str) -> None:
    assert shows("stream.flows", without(chunks=tuple(Chunk(64, at) for at in times))) == expected


def test_a_short_answer_may_well_be_one_piece() -> None:
    assert shows("stream.flows", without(text="Hello", chunks=(Chunk(64, 1.0),))) == ""


def test_a_row_that_flows_now_and_then_is_flaky() -> None:
    burst = without(chunks=(Chunk(64, 3.0), Chunk(64, 3.01)))
    assert told(stream_verdict("stream.flows", streamed(WHOLE), burst)) == "flaky"
