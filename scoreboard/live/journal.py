"""The journal of a row: what its questions were answered so far, a line each, until all is in cassettes.

Each interaction is appended as it comes and handed to the system at once, so that a run that is killed loses none that
was answered. It is not flushed to the disk: that is for the cassettes, which stay. A line that was cut off (by a kill,
by a full disk) ends where the next one begins, so that it spoils none. The file is also the lock by which a run holds
its row: it stays, empty, when the row is done, since some systems look at each file that was lately removed whenever
one is made (ext4 without a journal: 0.1 ms and more a cassette). It was named `.lock` once: one of that name is read
and held as well, and removed when the journal is next emptied.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from scoreboard.disk import DiskError, sweep, taken, write_all
from scoreboard.evidence.cassettes import CassetteError
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.redaction import Redactor

NAME = "row.journal"
_OLD_NAME = ".lock"


class _Before(Struct, frozen=True):
    """A line as earlier releases wrote it."""

    recording: Interaction


@contextmanager
def held(folder: Path, redactor: Redactor) -> Iterator[Journal | None]:
    """The journal of the row in a folder, held against other runs; None where another has it. Raises DiskError,
    CassetteError.
    """
    with ExitStack() as open_files:
        handle = _taken(folder, open_files)
        yield None if handle is None else Journal(folder, handle, redactor)


def _taken(folder: Path, open_files: ExitStack) -> int | None:
    """The file, locked until the stack is closed, and with it one of the old name."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = taken(folder / NAME, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        if handle is None:
            return None
        open_files.callback(os.close, handle)
        if (folder / _OLD_NAME).exists():
            old = taken(folder / _OLD_NAME)
            if old is None:
                return None
            open_files.callback(os.close, old)
    except OSError as error:
        msg = (
            f"{folder} cannot be written: {error.strerror}; check its permissions or name another folder with "
            "--cassettes"
        )
        raise DiskError(msg) from error
    return handle


class Journal:
    """What an earlier run left of a row, and what this one appends. Raises CassetteError, and DiskError where it cannot
    be written.
    """

    def __init__(self, folder: Path, handle: int, redactor: Redactor) -> None:
        self._path, self._handle, self._redactor = folder / NAME, handle, redactor
        self.left = read(folder)
        self._is_whole = False  # whether what was written last ends its line

    def append(self, interaction: Interaction) -> None:
        """Adds an interaction, which is as `cassettes.kept` makes it."""
        line = msgspec.json.encode(interaction) + b"\n"
        if self._redactor.leaks(line):
            msg = (
                f"{self._path} was not written: a secret would have been in it; please report how the provider "
                "echoed it"
            )
            raise CassetteError(msg)
        begin, self._is_whole = b"" if self._is_whole else b"\n", False
        try:
            write_all(self._handle, begin + line)
        except OSError as error:
            msg = (
                f"{self._path} cannot be written: {error.strerror}; free some space or name another folder with "
                "--cassettes"
            )
            raise DiskError(msg) from error
        self._is_whole = True

    def clear(self) -> None:
        """Ends it: its interactions are in cassettes. Raises DiskError."""
        try:
            os.ftruncate(self._handle, 0)
            self._path.with_name(_OLD_NAME).unlink(missing_ok=True)
            sweep(self._path.parent)
        except OSError as error:
            msg = f"{self._path} cannot be emptied: {error.strerror}; check the folder's permissions"
            raise DiskError(msg) from error


def read(folder: Path) -> list[Interaction]:
    """The interactions of the journal in a row's folder; a line that was cut off is left out. Raises CassetteError."""
    paths = (folder / _OLD_NAME, folder / NAME)
    return [interaction for path in paths for line in _lines(path) if (interaction := _read_line(line)) is not None]


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise CassetteError(msg) from error


def _read_line(line: bytes) -> Interaction | None:
    try:
        return msgspec.json.decode(line, type=Interaction)
    except (msgspec.MsgspecError, UnicodeError):
        pass
    try:
        return msgspec.json.decode(line, type=_Before).recording
    except (msgspec.MsgspecError, UnicodeError):
        return None
