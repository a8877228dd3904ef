"""Where a file lies: of which collection it is, what its folders name, its address, its day."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from scoreboard.traffic.collections import COLLECTIONS, Collection, collection_of, on_the_web

# Folders of recordings that were to fail, and of lists and uploads that belong to no model.
_APART = ("_errors", "_other")
_DAYS = "_days.tsv"


class Place(Struct, frozen=True):
    """A file, the name of its collection (empty where there is none), and the folders of the file below that, or below
    the folder that was named; `above` are all that may name something.
    """

    path: Path
    root: Path
    collection: str = ""
    below: tuple[str, ...] = ()
    above: tuple[str, ...] = ()

    @property
    def known(self) -> Collection | None:
        """What is known of its collection."""
        return COLLECTIONS.get(self.collection)

    @property
    def where(self) -> str:
        """Its address, as evidence."""
        return on_the_web("/".join(filter(None, (self.collection, *self.below, self.path.name))))

    @property
    def day(self) -> str:
        """The day up to which it was recorded, with "≤" before it; that of a snapshot is that of its recordings."""
        folder = self.path.parent
        for _ in self.below:
            folder = folder.parent
        written = _days(folder / _DAYS).get("/".join((*self.below, self.path.name)), "") if self.collection else ""
        if written:
            return f"≤{written}"
        return "" if self.known is None else self.known.day if self.known.snapshot else f"≤{self.known.day}"

    @property
    def model(self) -> str:
        """The model's folder, where the collection has one a model."""
        known = self.known
        return "/".join(self.below[1:]) if known and known.snapshot else ""


@cache
def _days(path: Path) -> dict[str, str]:
    """The days of files, as a table beside them has them."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError):
        return {}
    return {file: day for day, _, file in (line.partition("\t") for line in lines)}


def places_below(root: Path, collection: str = "") -> Iterator[Place]:
    """The files of a root that may hold recordings, in order; the root is of this collection, where it says so."""
    if root.is_file():
        yield _place(root, root, root.resolve().parent.parts[-12:], (), collection)
        return
    above = root.resolve().parts[-8:]
    for path, within in _walk(str(root)):
        yield _place(Path(path), root, (*above, *within), within, collection)


def place_of(path: Path, root: Path, collection: str = "") -> Place:
    """Where a file lies that was found below a root."""
    if path == root:
        return next(places_below(root, collection))
    within = path.relative_to(root).parts[:-1]
    return _place(path, root, (*root.resolve().parts[-8:], *within), within, collection)


def _place(path: Path, root: Path, folders: tuple[str, ...], within: tuple[str, ...], collection: str) -> Place:
    if collection:
        return Place(path, root, collection, within, within)
    name = collection_of(folders)
    below = folders[len(folders) - folders[::-1].index(name) :] if name else within
    return Place(path, root, name, below, folders)


def _walk(folder: str, within: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Files and the folders between, in order; what is hidden is left out."""
    with os.scandir(folder) as entries:
        here = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    for entry in here:
        if entry.is_dir():
            if entry.name not in _APART and not entry.is_symlink():
                yield from _walk(entry.path, (*within, entry.name))
        elif entry.is_file() and entry.name != _DAYS:
            yield entry.path, within
