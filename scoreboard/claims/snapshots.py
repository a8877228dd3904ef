"""A copy of a catalogue, read: where it is, how old it is, its entries, and the texts that a patch would change.

All of it is other people's text: a path that leads out of its repository is not taken over.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from msgspec import Struct

from scoreboard.claims.catalogues import Catalogue
from scoreboard.errors import ScoreboardError

USUAL = Path("..", "shared", "claims")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class SnapshotError(ScoreboardError):
    """A copy of a catalogue that is not there, or cannot be read; the message says what to do."""


class Entry(Struct, frozen=True):
    """What a catalogue says of a key: whose it is there, its fields, and the file that it stands in."""

    owner: str
    key: str
    fields: dict[str, Any]
    path: str = ""


class Snapshot:
    """A copy of a catalogue. `day`: when it was taken, in ISO 8601, empty where that is not known; `texts`: by path in
    its repository; a link is {"symlink": target}.
    """

    def __init__(self, catalogue: Catalogue, place: Path, day: str = "", version: str = "") -> None:
        self.catalogue, self.place, self.day, self.version = catalogue, place, day, version

    @cached_property
    def entries(self) -> list[Entry]:
        """All entries. Raises SnapshotError."""
        readers = {
            "entries": self._keyed,
            "providers": self._nested,
            "configs": self._configs,
            "list": self._listed,
        }
        try:
            return [entry for entry in readers[self.catalogue.layout]() if self._is_ours(entry)]
        except (AttributeError, KeyError, TypeError) as error:
            msg = f"{self.place} is no copy of {self.catalogue.title}: {error!r}; name another with --snapshot"
            raise SnapshotError(msg) from error

    def _is_ours(self, entry: Entry) -> bool:
        return not self.catalogue.modes or entry.fields.get("mode") in self.catalogue.modes

    @cached_property
    def _by_key(self) -> dict[str, list[Entry]]:
        by_key: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_key.setdefault(entry.key.lower(), []).append(entry)
        return by_key

    def find(self, key: str, owner: str) -> Entry | None:
        """The entry of exactly that key, else of one that differs in case alone."""
        found = [one for one in self._by_key.get(key.lower(), ()) if fnmatchcase(one.owner, owner)]
        return next((one for one in found if one.key == key), found[0] if len(found) == 1 else None)

    @cached_property
    def texts(self) -> dict[str, Any]:
        """What a patch would change. Raises SnapshotError."""
        catalogue = self.catalogue
        if catalogue.texts:
            beside = self.place.with_name(catalogue.texts)
            found = _json(beside) if beside.is_file() else {}
            return {path: text for path, text in found.items() if _is_plain(path)}
        if catalogue.layout == "configs":
            return {f"{catalogue.file}/{path.name}": _text(path) for path in sorted(self.place.glob("*.json"))}
        return dict.fromkeys(catalogue.files, _text(self.place)) if catalogue.files else {}

    def _keyed(self) -> Iterator[Entry]:
        for key, fields in _json(self.place).items():
            if isinstance(fields, dict):
                yield Entry(str(fields.get(self.catalogue.owner, "")), key, fields)

    def _nested(self) -> Iterator[Entry]:
        for owner, provider in _json(self.place).items():
            for key, fields in provider["models"].items():
                yield Entry(owner, key, fields, f"providers/{owner}/models/{key}.toml")

    def _configs(self) -> Iterator[Entry]:
        for path in sorted(self.place.glob("*.json")):
            provider = _json(path)
            for fields in provider.get("models") or ():
                yield Entry(provider["id"], fields["id"], fields, f"{self.catalogue.file}/{path.name}")

    def _listed(self) -> Iterator[Entry]:
        for fields in _json(self.place)["data"]:
            yield Entry("", fields["id"], fields)


def snapshot(catalogue: Catalogue, place: Path | None = None) -> Snapshot:
    """The copy at a place (the file, or the folder that holds it), by default the newest of the usual folder, else that
    of an installed package. Raises SnapshotError where there is none.
    """
    if place is None:
        found = sorted(USUAL.glob(catalogue.folder))
        if not found:
            return _installed(catalogue)
        place = found[-1]
    at = place if place.is_file() or not (place / catalogue.file).exists() else place / catalogue.file
    if (
        not at.exists()
        or (at.is_dir() and not any(at.glob("*.json")))
        or (at.is_dir() and catalogue.layout != "configs")
    ):
        msg = f"{place} holds no copy of {catalogue.title}: there is no {catalogue.file}; name another with --snapshot"
        raise SnapshotError(msg)
    return Snapshot(catalogue, at, _day_of(place), place.name)


def _installed(catalogue: Catalogue) -> Snapshot:
    with contextlib.suppress(PackageNotFoundError):
        if catalogue.package:
            package = distribution(catalogue.package)
            place = Path(str(package.locate_file(f"{catalogue.package}/{catalogue.file}")))
            return Snapshot(catalogue, place, "", f"{catalogue.package} {package.version}")
    pip = f", or install its newest: pip install {catalogue.package}" if catalogue.package else ""
    msg = f"there is no copy of {catalogue.title} in {USUAL}; name one with --snapshot{pip}"
    raise SnapshotError(msg)


def _day_of(place: Path) -> str:
    """The day of a copy: in the name of its folder, else in the list of sources beside it."""
    if found := _DAY.search(place.name):
        return found.group()
    beside = place.parent / "sources.json"
    if not beside.is_file():
        return ""
    listed = _json(beside)
    dates = (str(one.get("date", "")) for one in listed if isinstance(one, dict) and one.get("folder") == place.name)
    return next((found.group() for date in dates if (found := _DAY.search(date))), "")


def _json(path: Path) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes())
    except (OSError, UnicodeError, msgspec.DecodeError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        msg = f"{path} cannot be read: {why}; name another copy with --snapshot"
        raise SnapshotError(msg) from error


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeError) as error:
        msg = f"{path} cannot be read: {error}; name another copy with --snapshot"
        raise SnapshotError(msg) from error


def _is_plain(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and not {"..", ".git"} & set(parts) and path.isprintable()
