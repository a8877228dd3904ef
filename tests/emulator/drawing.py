"""The smallest pictures and sounds that a viewer or player accepts."""

import struct
import zlib
from functools import cache

from .senses import ASSETS

# Sounds that take an encoder are the ones the probes send; Ogg is the container that APIs put Opus in.
_ENCODED = {"mp3": "audio.mp3", "flac": "audio.flac", "aac": "audio.aac", "opus": "audio.ogg"}


@cache
def png(size: int = 8, colour: tuple[int, int, int] = (250, 210, 40)) -> bytes:
    """A square of one colour, after https://www.w3.org/TR/png/."""
    row = b"\0" + bytes(colour) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row * size)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@cache
def pcm(seconds: float = 0.1, rate: int = 24000) -> bytes:
    """A quiet square wave, 16 bits, one channel."""
    period = rate // 440
    samples = (800 if at % period < period // 2 else -800 for at in range(int(seconds * rate)))
    return b"".join(struct.pack("<h", sample) for sample in samples)


@cache
def wav(seconds: float = 0.1, rate: int = 24000) -> bytes:
    """The same with the header of a WAV file."""
    data = pcm(seconds, rate)
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", len(data)
    )
    return header + data


def sound(data: bytes, form: str) -> bytes:
    """The quiet wave as mp3, flac, aac, opus, pcm, pcm16 or wav; anything else, a spoilt one, stays as it is."""
    if data != wav():
        return data
    if form in ("pcm", "pcm16"):
        return pcm()
    return (ASSETS / _ENCODED[form]).read_bytes() if form in _ENCODED else data
