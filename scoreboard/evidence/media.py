"""The small files that live probes send: each plainly shows or says its word (assets/manifest.json)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from providers.chat import Media, Modality

FOLDER = Path(__file__).parent.parent.parent / "assets"


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


@cache
def _bytes(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def media(base_url: str = "") -> Mapping[str, Media]:
    """The media that probes may send. `base_url` is where the files can be fetched from by a provider; empty: nowhere."""
    return _Later(base_url)
