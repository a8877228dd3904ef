"""What an import knows from the last time, so that only what is new is read and judged again.

One file, below .scoreboard/: what each file of recordings came to, by its size and time, and the verdicts on each row,
by what they rest on. All of it is void when our own code or the list of collections changed. A cache that cannot be
read or written only costs time.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
from msgspec import Struct

from scoreboard.disk import DiskError, write
from scoreboard.results.model import RowResult
from scoreboard.traffic.rows import Packed, plain


class Sorted(Struct, frozen=True, array_like=True):
    """What a file came to: its form, its exchanges, how many had which fate and why, a line for each trouble."""

    form: str
    packed: tuple[Packed, ...] = ()
    fates: tuple[tuple[str, str], ...] = ()
    complaints: tuple[str, ...] = ()


class Judged(Struct, frozen=True, array_like=True):
    """The verdicts on a row, and wire fields that no driver knew, with where each was first seen."""

    row: RowResult
    drift: dict[str, str]


class _Kept(Struct, array_like=True):
    code: str
    files: dict[str, tuple[int, int, Sorted]]
    rows: dict[bytes, Judged]


class Cache:
    """`path` is None where nothing is kept; `code` changes with our own code."""

    def __init__(self, path: Path | None = None, code: str = "") -> None:
        self._path = path
        self._old = _Kept(code, {}, {})
        self._new = _Kept(code, {}, {})
        if path:
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                kept = msgspec.msgpack.decode(path.read_bytes(), type=_Kept)
                self._old = kept if kept.code == code else self._old

    def file(self, path: Path, collection: str) -> Sorted | None:
        """What a file came to that is as it was."""
        if not self._path:
            return None
        name, size, time = _state(path, collection)
        known = self._old.files.get(name)
        if known is None or known[:2] != (size, time):
            return None
        self._new.files[name] = known
        return known[2]

    def keep_file(self, path: Path, collection: str, came_to: Sorted) -> None:
        """Remembers it."""
        if not self._path:
            return
        name, size, time = _state(path, collection)
        self._new.files[name] = (size, time, came_to)

    def row(self, name: bytes) -> Judged | None:
        """The verdicts that rest on the same."""
        known = self._old.rows.get(name)
        if known is not None:
            self._new.rows[name] = known
        return known

    def keep_row(self, name: bytes, judged: Judged) -> None:
        """Remembers them."""
        self._new.rows[name] = judged

    def keep(self) -> None:
        """Writes what was used or added, in one step."""
        if self._path and (self._new.files != self._old.files or self._new.rows.keys() != self._old.rows.keys()):
            with contextlib.suppress(OSError, DiskError):
                self._path.parent.mkdir(exist_ok=True)
                write(self._path, plain(self._new))


def _state(path: Path, collection: str) -> tuple[str, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return f"{path}\0{collection}", -1, -1
    return f"{path}\0{collection}", stat.st_size, stat.st_mtime_ns
