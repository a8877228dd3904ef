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
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
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
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        rate,
        rate * 2,
        2,
        16,
        b"data",
        len(data),
    )
    return header + data


def sound(data: bytes, form: str) -> bytes:
    """The quiet wave as mp3, flac, aac, opus, pcm, pcm16 or wav; anything else, a spoilt one, stays as it is."""
    if data != wav():
        return data
    if form in ("pcm", "pcm16"):
        return pcm()
    return (ASSETS / _ENCODED[form]).read_bytes() if form in _ENCODED else data


@cache
def jpeg(grey: int = 200) -> bytes:
    """A square of eight pixels of one grey, after https://www.w3.org/Graphics/JPEG/itu-t81.pdf: one block, which has only a mean."""
    mean = grey - 128  # quantised by 8
    size = abs(mean).bit_length()
    bits = f"{size:04b}" + (f"{mean if mean > 0 else mean + (1 << size) - 1:0{size}b}" if size else "") + "0"
    bits += "1" * (-len(bits) % 8)
    scan = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    parts = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, b"\0" + b"\x08" * 64),
        (0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0"),
        (0xC4, b"\0" + bytes([0, 0, 0, 9]) + bytes(12) + bytes(range(9))),
        (0xC4, b"\x10" + bytes([1]) + bytes(15) + b"\0"),
        (0xDA, b"\1\1\0\0\x3f\0"),
    )
    return (
        b"\xff\xd8"
        + b"".join(struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data for kind, data in parts)
        + scan
        + b"\xff\xd9"
    )
