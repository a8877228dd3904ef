"""The small files that live probes send: each plainly shows or says its word (assets/manifest.json)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from providers.chat import Media, Modality
from scoreboard.bundled import bundled

FOLDER = bundled("assets")


class Asset(Struct, frozen=True):
    """A file of the folder: its media type, its word, the digest of its bytes."""

    file: str
    mime: str
    modality: Modality
    format: str
    word: str
    sha256: str
    bytes: int


class _Later(Mapping[str, Media]):
    """Media by "png" or "png/url", read from disk when asked for: judging recordings never needs the bytes."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._assets = {asset.format: asset for asset in manifest() if asset.modality != "text"}

    def __getitem__(self, key: str) -> Media:
        asset = self._assets[key.removesuffix("/url")]
        if key.endswith("/url"):
            if not self._base_url:
                raise KeyError(key)
            return Media(asset.modality, asset.mime, url=f"{self._base_url}/{asset.file}", word=asset.word)
        return Media(asset.modality, asset.mime, _bytes(asset.file), word=asset.word)

    def __iter__(self) -> Iterator[str]:
        return iter(self._assets)

    def __len__(self) -> int:
        return len(self._assets)


@cache
def manifest() -> tuple[Asset, ...]:
    """All assets, in order of file name."""
    return tuple(msgspec.json.decode((FOLDER / "manifest.json").read_bytes(), type=list[Asset]))


class Known(Struct, frozen=True):
    """A medium that others send, and the words for what it shows or says: any of them will do. Told by the digest of
    its bytes, or by its address.
    """

    shows: tuple[str, ...]
    sha256: str = ""
    url: str = ""


@cache
def _words() -> dict[str, str]:
    """By digest or address, the words of a medium, with | between those of which any will do."""
    words = {asset.sha256: asset.word for asset in manifest() if asset.modality != "text"}
    for known in msgspec.json.decode(Path(__file__).with_name("known_media.json").read_bytes(), type=list[Known]):
        words[known.sha256 or known.url] = "|".join(known.shows)
    return words


def word_of(medium: Media) -> str:
    """What a medium shows or says, where that is known; else empty."""
    if medium.data:
        return _words().get(hashlib.sha256(medium.data).hexdigest(), "")
    if medium.url in _words():
        return _words()[medium.url]
    by_name = {asset.file: asset.word for asset in manifest()}
    return by_name.get(medium.url.rpartition("/")[2], "")


@cache
def _bytes(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def media(base_url: str = "") -> Mapping[str, Media]:
    """The media that probes may send. `base_url` is where the files can be fetched from by a provider; empty:
    nowhere.
    """
    return _Later(base_url)
