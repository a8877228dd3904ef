"""Frames of an Amazon event stream, made by hand."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable
from typing import Any

import msgspec


def header(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack("!H", len(value)) + value.encode()


def frame(payload: bytes, headers: bytes) -> bytes:
    head = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    head += struct.pack("!I", zlib.crc32(head))
    return head + headers + payload + struct.pack("!I", zlib.crc32(head + headers + payload))


def event(name: str, value: Any) -> bytes:
    told = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(msgspec.json.encode(value), b"".join(header(*item) for item in told.items()))


def exception(name: str, message: str) -> bytes:
    told = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return frame(msgspec.json.encode({"message": message}), b"".join(header(*item) for item in told.items()))


def stream(*events: tuple[str, Any]) -> bytes:
    return b"".join(event(*told) for told in events)


def chunks(values: Iterable[Any]) -> bytes:
    """The pieces of an invoked model: base64 of JSON, padded by `p`."""
    return stream(
        *(("chunk", {"bytes": base64.b64encode(msgspec.json.encode(v)).decode(), "p": "abc"}) for v in values)
    )
