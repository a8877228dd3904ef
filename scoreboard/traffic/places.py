"""Where a file lies: of which collection it is, what its folders name, its address, its day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def files_below(root: Path) -> list[Path]:
    """The files that may hold recordings, in order."""
    if root.is_file():
        return [root]
    return [
        path
        for path in sorted(_walk(root))
        if not any(part in _APART or part.startswith(".") for part in path.relative_to(root).parts[:-1])
        and not path.name.startswith((".", "_days"))
    ]


def _walk(root: Path) -> Iterable[Path]:
    import os

    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _APART and not name.startswith(".")]
        yield from (Path(folder, name) for name in files)


def place_of(path: Path, root: Path, collection: str = "") -> Place:
    """Where a file lies that was found below a root, which is of this collection, where it says so."""
    if root.is_file():
        folders: Sequence[str] = path.resolve().parent.parts[-12:]
        within: Sequence[str] = ()
    else:
        within = path.relative_to(root).parts[:-1]
        folders = [*root.resolve().parts[-8:], *within]
    if collection:
        return Place(path, root, collection, tuple(within), tuple(within))
    name = collection_of(folders)
    if name:
        at = len(folders) - folders[::-1].index(name)
        return Place(path, root, name, tuple(folders[at:]), tuple(folders))
    return Place(path, root, "", tuple(within), tuple(folders))
