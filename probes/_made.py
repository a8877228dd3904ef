"""What the probes of media as output share: whether one came, and is one."""

from __future__ import annotations

from probes.base import quoted
from probes.row import Exchange, Finding, missed, nothing, seen
from providers.chat import Media, Modality

_SAMPLES = 400  # bytes: a hundredth of a second
# How files of a kind begin (https://mimesniff.spec.whatwg.org). Bare samples of sound, two bytes each, begin with
# anything.
_BEGINS: dict[str, tuple[bytes, ...]] = {
    "image": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"<svg", b"<?xml", b"BM", b"\x00\x00\x00"),
    "video": (b"\x00\x00\x00", b"\x00\x00\x01", b"\x1aE\xdf\xa3", b"RIFF", b"OggS"),
    "audio/wav": (b"RIFF",),
    "audio/flac": (b"fLaC",),
    "audio/ogg": (b"OggS",),
    "audio/mpeg": (b"ID3", b"\xff"),
}


def made(x: Exchange, modality: Modality) -> Finding:
    """Whether a medium of a kind came back: with bytes that are of its kind, or as an address."""
    media = x.reply.media
    if broken := next((medium for medium in media if medium.data and not _is_whole(medium)), None):
        note = f"{len(broken.data)} bytes that are no {broken.mime}"
        return missed("malformed", note) if x.is_as_it_was else nothing("unsure", f"{note}, as a recorder wrote them")
    if came := next((medium for medium in media if medium.modality == modality and (medium.data or medium.url)), None):
        return seen(f"made {came.mime}, {f'{len(came.data)} bytes' if came.data else 'an address'}")
    if media:
        return missed("wrong", f"made {media[0].mime} instead")
    if x.reply.calls:
        return nothing("unsure", "a call came instead")
    return missed("ignored", f"answered without one: {quoted(x.reply.text)}")


def _is_whole(medium: Media) -> bool:
    if medium.mime.lower().startswith(("audio/pcm", "audio/l16")):
        return len(medium.data) % 2 == 0 and len(medium.data) > _SAMPLES
    begins = _BEGINS.get(medium.mime) or _BEGINS.get(medium.modality)
    return begins is None or medium.data.startswith(begins)
