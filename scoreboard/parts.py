"""The part file of a row: what its questions were answered so far, a line each, until all its cells are done and have their cassettes.

Each exchange is appended as it comes and handed to the system at once, so that a run that is killed loses none that was answered. It is
not flushed to the disk: that is for the cassettes, which stay. A line that was cut off (by a kill, by a full disk) ends where the
next one begins, so that it spoils none.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from scoreboard.cassettes import CassetteError, Recording
from scoreboard.disk import DiskError, sweep, write_all
from scoreboard.redaction import Redactor

NAME = ".asked.part"


class Part(Struct, frozen=True):
    """One exchange, as a cassette keeps it, and the cell for which it was made."""

    cell: str
    recording: Recording


class PartFile:
    """A row's part file: what an earlier run left in it, and what this one appends. Raises CassetteError, and DiskError where it
    cannot be written.
    """

    def __init__(self, folder: Path, redactor: Redactor) -> None:
        self.path, self._redactor = folder / NAME, redactor
        self._file: int | None = None
        self.left = read(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def append(self, cell: str, kept: Recording) -> None:
        """Adds an exchange, which is as `cassettes.kept` makes it."""
        line = msgspec.json.encode(Part(cell, kept)) + b"\n"
        if self._redactor.leaks(line):
            msg = f"{self.path} was not written: a secret would have been in it; please report how the provider echoed it"
            raise CassetteError(msg)
        try:
            if self._file is None:
                line = b"\n" + line
                self._file = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
            write_all(self._file, line)
        except OSError as error:
            self._close()
            msg = f"{self.path} cannot be written: {error.strerror}; free some space or name another folder with --cassettes"
            raise DiskError(msg) from error

    def remove(self) -> None:
        """Ends it: its exchanges are in cassettes. Raises DiskError."""
        try:
            self.path.unlink(missing_ok=True)
            sweep(self.path.parent)
        except OSError as error:
            msg = f"{self.path} cannot be removed: {error.strerror}; check the folder's permissions"
            raise DiskError(msg) from error


def read(path: Path) -> list[Part]:
    """The exchanges of a part file, none where there is none; a line that was cut off is left out. Raises CassetteError."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise CassetteError(msg) from error
    found = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=Part))
        except (msgspec.MsgspecError, UnicodeError):
            continue
    return found
