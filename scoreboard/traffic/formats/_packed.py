"""Compression undone, within bounds: gzip, zlib and zstd, which their first bytes tell, whatever anybody says; and
brotli, which only a header can tell.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import TypeVar

from msgspec import structs

from providers.base import Request, Response

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 64 * 1024 * 1024  # the largest real recording has 1.2 MB
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_NAME = "br"  # of brotli, in headers
Side = TypeVar("Side", Request, Response)


def inflated(data: bytes) -> bytes:
    """What was compressed, told by its first bytes; else as it is. Raises ValueError, worded to follow its name."""
    if data[:3] == b"\x1f\x8b\x08":
        return _bounded(_inflate(31), data)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return _bounded(_zstd, data)
    if data[:2] in _ZLIB:  # two letters may be just that
        try:
            return _bounded(_inflate(15), data)
        except ValueError:
            return data
    return data


def unpacked_as_said(side: Side) -> Side:
    """A side of an exchange, its body without brotli where a header tells of it, and the bytes agree: many recorders
    keep the header of what they unpacked.
    """
    if _NAME not in side.headers.get("content-encoding", ""):
        return side
    try:
        return structs.replace(side, body=inflated(_bounded(_brotli, side.body)))
    except ValueError:
        return side


def _bounded(unpack: Callable[[bytes], tuple[bytes, bool]], data: bytes) -> bytes:
    """What was compressed, where it is whole and not too large. Raises ValueError."""
    try:
        plain, is_whole = unpack(data)
    except Exception as error:  # each library has errors of its own
        msg = f"is compressed and corrupt: {error}; record it again"
        raise ValueError(msg) from error
    if len(plain) > LIMIT:
        msg = f"has more than {LIMIT >> 20} MB unpacked, more than any recording; it was left out"
        raise ValueError(msg)
    if not is_whole:
        msg = "is compressed and cut; record it again"
        raise ValueError(msg)
    return plain


def _inflate(kind: int) -> Callable[[bytes], tuple[bytes, bool]]:
    def unpack(data: bytes) -> tuple[bytes, bool]:
        inflating = zlib.decompressobj(kind)
        return inflating.decompress(data, LIMIT + 1), inflating.eof

    return unpack


def _zstd(data: bytes) -> tuple[bytes, bool]:
    inflating = zstd.ZstdDecompressor()
    return inflating.decompress(data, LIMIT + 1), inflating.eof


def _brotli(data: bytes) -> tuple[bytes, bool]:
    import brotli  # type: ignore[import-untyped]

    inflating = brotli.Decompressor()
    return inflating.process(data, output_buffer_limit=LIMIT + 1), inflating.is_finished()
