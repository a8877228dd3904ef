"""Amazon's event streams: binary frames of headers and a payload, each with two checksums, which are checked.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html (the frame),
https://smithy.io/2.0/aws/amazon-eventstream.html (events, exceptions and errors). The oracle in the tests is
botocore's parser.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from providers.base import BadReply

_PRELUDE = struct.Struct("!III")  # length of the frame, length of its headers, checksum of both
_CRC = struct.Struct("!I")
_LEAST = _PRELUDE.size + _CRC.size
_MOST = 32 << 20  # more than the 24 MiB that a payload may have


class Frame(Struct, frozen=True):
    """One message of the stream."""

    headers: dict[str, Any]
    payload: bytes

    def _told(self, name: str) -> str:
        value = self.headers.get(name)
        return value if isinstance(value, str) else ""

    @property
    def event(self) -> str:
        """The name of an event; empty for what is none."""
        return self._told(":event-type") if self._told(":message-type") in ("event", "") else ""

    @property
    def exception(self) -> str:
        """The name of an exception or an error that ended the stream; empty where it is none."""
        return self._told(":exception-type") or self._told(":error-code")

    @property
    def message(self) -> str:
        """What an error without payload says."""
        return self._told(":error-message")


def frames(data: bytes) -> tuple[list[Frame], str]:
    """The frames of a body, and how it ends too early, where it does. Raises BadReply for what is no frame."""
    found: list[Frame] = []
    at = 0
    while len(data) - at >= _PRELUDE.size:
        whole, headers, checksum = _PRELUDE.unpack_from(data, at)
        where = f"frame {len(found) + 1} of the event stream"
        if zlib.crc32(data[at : at + 8]) != checksum:
            msg = f"{where}: the checksum of its head is wrong"
            raise BadReply(msg)
        if not _LEAST + headers <= whole <= _MOST:
            msg = f"{where}: {whole} bytes, {headers} of them headers"
            raise BadReply(msg)
        end = at + whole
        if end > len(data):
            return found, "the stream ends within a frame"
        if zlib.crc32(data[at : end - _CRC.size]) != _CRC.unpack_from(data, end - _CRC.size)[0]:
            msg = f"{where}: its checksum is wrong"
            raise BadReply(msg)
        start = at + _PRELUDE.size + headers
        found.append(Frame(_headers(data[at + _PRELUDE.size : start], where), data[start : end - _CRC.size]))
        at = end
    return found, "the stream ends within a frame" if at < len(data) else ""


def _fixed(form: str) -> Callable[[bytes, int], tuple[Any, int]]:
    packed = struct.Struct(form)

    def read(data: bytes, at: int) -> tuple[Any, int]:
        return packed.unpack_from(data, at)[0], at + packed.size

    return read


def _counted(data: bytes, at: int) -> tuple[bytes, int]:
    start = at + 2
    end = start + int.from_bytes(data[at:start], "big")
    if end > len(data):
        msg = "a header is longer than its frame"
        raise ValueError(msg)
    return data[start:end], end


def _text(data: bytes, at: int) -> tuple[str, int]:
    found, end = _counted(data, at)
    return found.decode(), end


# By the number of the type: true, false, byte, short, integer, long, bytes, text, time, UUID.
_TYPES: tuple[Callable[[bytes, int], tuple[Any, int]], ...] = (
    lambda _, at: (True, at), lambda _, at: (False, at), _fixed("!b"), _fixed("!h"), _fixed("!i"), _fixed("!q"),
    _counted, _text, _fixed("!q"), _fixed("!16s"),
)  # fmt: skip


def _headers(data: bytes, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = 0
    try:
        while at < len(data):
            end = at + 1 + data[at]
            name = data[at + 1 : end].decode()
            found[name], at = _TYPES[data[end]](data, end + 1)
    except (IndexError, ValueError, struct.error) as error:  # a UnicodeDecodeError is a ValueError
        msg = f"{where}: its headers cannot be read: {error}"
        raise BadReply(msg) from error
    return found
