"""Amazon's event streams, with botocore's parser as the oracle."""

from __future__ import annotations

import struct

import pytest
from botocore.eventstream import EventStreamBuffer  # type: ignore[import-untyped]  # it has no types
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply
from providers.wire._event_stream import frames
from tests.support.frames import event, exception, frame, header

TWO = event("messageStart", {"role": "assistant"}) + event("messageStop", {"stopReason": "end_turn"})
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda name: len(name.encode()) < 256)
TYPED = st.one_of(
    st.just(b"\x00"),
    st.just(b"\x01"),
    st.integers(-128, 127).map(lambda n: b"\x02" + struct.pack("!b", n)),
    st.integers(-(2**15), 2**15 - 1).map(lambda n: b"\x03" + struct.pack("!h", n)),
    st.integers(-(2**31), 2**31 - 1).map(lambda n: b"\x04" + struct.pack("!i", n)),
    st.integers(-(2**63), 2**63 - 1).map(lambda n: b"\x05" + struct.pack("!q", n)),
    st.binary(max_size=50).map(lambda data: b"\x06" + struct.pack("!H", len(data)) + data),
    st.text(max_size=20).map(lambda text: b"\x07" + struct.pack("!H", len(text.encode())) + text.encode()),
    st.integers(-(2**63), 2**63 - 1).map(lambda n: b"\x08" + struct.pack("!q", n)),
    st.binary(min_size=16, max_size=16).map(lambda data: b"\x09" + data),
)
HEADERS = st.dictionaries(NAMES, TYPED, max_size=4).map(
    lambda told: b"".join(bytes([len(name.encode())]) + name.encode() + value for name, value in told.items())
)


@given(st.lists(st.tuples(st.binary(max_size=200), HEADERS), max_size=5))
def test_frames_are_read_as_botocore_reads_them(told: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(frame(payload, headers) for payload, headers in told)
    oracle = EventStreamBuffer()
    oracle.add_data(data)
    read, cut = frames(data)
    assert [(one.headers, one.payload) for one in read] == [(one.headers, one.payload) for one in oracle]
    assert not cut


def test_events_and_exceptions_tell_their_names() -> None:
    read, _ = frames(TWO + exception("throttlingException", "Too many requests"))
    assert [one.event for one in read] == ["messageStart", "messageStop", ""]
    assert [one.exception for one in read] == ["", "", "throttlingException"]
    (error,), _ = frames(
        frame(b"", header(":message-type", "error") + header(":error-code", "E") + header(":error-message", "why"))
    )
    assert (error.event, error.exception, error.message) == ("", "E", "why")


@pytest.mark.parametrize("end", range(1, len(TWO)))
def test_a_stream_may_end_anywhere(end: int) -> None:
    read, cut = frames(TWO[:end])
    assert len(read) < 2
    assert cut == ("" if end == len(event("messageStart", {"role": "assistant"})) else "the stream ends within a frame")


@given(st.integers(0, len(TWO) - 1), st.integers(1, 255))
def test_a_changed_byte_is_found(place: int, by: int) -> None:
    data = bytearray(TWO)
    data[place] ^= by
    with pytest.raises(BadReply, match=r"frame [12] of the event stream: "):
        frames(bytes(data))


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        (b"\x03abc\x2a", "cannot be read"),
        (b"\x01a\x07\x00\x09x", "longer"),
        (b"\x09a", "cannot be read"),
        (b"\x01\xff\x00", "cannot be read"),
    ],
)
def test_headers_that_are_none(headers: bytes, why: str) -> None:
    with pytest.raises(BadReply, match=why):
        frames(frame(b"", headers))


def test_no_frame_is_longer_than_it_says() -> None:
    with pytest.raises(BadReply, match="its head is wrong"):
        frames(b"<html>502 Bad Gateway</html>")
