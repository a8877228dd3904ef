"""What kind of media some bytes are, where the provider does not say: the first bytes tell
(https://mimesniff.spec.whatwg.org).
"""

from __future__ import annotations

from providers.chat import Document, Media, Modality
from providers.wire._http import from_url

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"), (b"%PDF-", "application/pdf"), (b"\x1aE\xdf\xa3", "video/webm"),
)  # fmt: skip


def sniffed(data: bytes, default: str) -> str:
    """The media type of the bytes, or the default."""
    if data[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(data[8:12], default)
    if data[4:8] == b"ftyp":
        return "video/mp4"
    if (
        data[:1] == b"\xff"
        and len(data) > 1
        and data[1] & 0xE0 == 0xE0
        and data[1] != 0xFF
        and data[:3] != b"\xff\xd8\xff"
    ):
        return "audio/aac" if data[1] & 0xF6 == 0xF0 else "audio/mpeg"  # frame headers of ADTS and of MPEG audio
    return next((mime for magic, mime in _MAGIC if data.startswith(magic)), default)


def linked(url: str, kind: Modality, mime: str = "") -> Media | Document:
    """What a URL or data URL brings; where neither its head nor its ending tells, it is the given kind."""
    found = from_url(url, mime)
    if isinstance(found, Media) and found.mime == "application/octet-stream":
        return Media(kind, f"{kind}/*" if kind != "document" else "application/pdf", found.data, found.url)
    return found
