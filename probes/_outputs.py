"""What the probes of generated media share."""

from __future__ import annotations

from probes.base import Asks, Row, quoted, supported, unsupported
from providers.chat import Ask, Media, Modality

_SAMPLES = 400  # bytes: a hundredth of a second
# How files of a kind begin (https://mimesniff.spec.whatwg.org). Bare samples of sound, two bytes each, begin with anything.
_BEGINS: dict[str, tuple[bytes, ...]] = {
    "image": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"<svg", b"<?xml", b"BM", b"\x00\x00\x00"),
    "audio/wav": (b"RIFF",),
    "audio/flac": (b"fLaC",),
    "audio/ogg": (b"OggS",),
    "audio/mpeg": (b"ID3", b"\xff"),
}


def asks_for(row: Row, modality: Modality, prompt: str, *, with_text: bool = False) -> Asks:
    """Asks for one medium. Supported when it came back with bytes that are of its kind, or with an address in it."""
    outputs: tuple[Modality, ...] = ("text", modality) if with_text else (modality,)
    reply = yield Ask.text(prompt, name=f"doc-{modality}", outputs=outputs, stream=row.stream, thinking=row.thinking)
    broken = [m for m in reply.media if m.data and not _is_whole(m)]
    if broken:
        return unsupported("malformed", reply, f"{len(broken[0].data)} bytes that are no {broken[0].mime}")
    made = [m for m in reply.media if m.modality == modality and (m.data or m.url)]
    if made:
        size = f"{len(made[0].data)} bytes" if made[0].data else "an address"
        return supported(reply, f"made {made[0].mime}, {size}")
    if reply.media:
        return unsupported("wrong", reply, f"made {reply.media[0].mime} instead")
    return unsupported("ignored", reply, f"answered without one: {quoted(reply.text)}")


def _is_whole(media: Media) -> bool:
    if media.mime.lower().startswith(("audio/pcm", "audio/l16")):
        return len(media.data) % 2 == 0 and len(media.data) > _SAMPLES
    begins = _BEGINS.get(media.mime) or _BEGINS.get(media.modality)
    return begins is None or media.data.startswith(begins)
