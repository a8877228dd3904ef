"""What a run has found of a provider so far: rows are appended to a journal as they are done, and put into the results at the end.

So a run holds no rows in memory, however many it asks, and one that is killed leaves its journal to the next. Each run has a journal
of its own, which it holds by a lock as long as it lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from providers.base import Provider
from scoreboard.disk import DiskError
from scoreboard.replay import with_reasons
from scoreboard.results import ResultRow, file_of, load, save


class Findings:
    """One provider's journal in this run. Raises DiskError where it cannot be written."""

    def __init__(self, folder: Path, provider: Provider) -> None:
        self._folder, self._provider = folder, provider
        self._stem = file_of(folder, provider.name).stem
        self._path = folder / f".{self._stem}.{os.getpid()}.part"
        self._file: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.put()

    def add(self, row: ResultRow) -> None:
        """Appends a row."""
        line = msgspec.json.encode(row) + b"\n"
        try:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
                fcntl.flock(self._file, fcntl.LOCK_EX)
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            msg = f"{self._path} cannot be written: {error.strerror}; free some space or name another folder with --results"
            raise DiskError(msg) from error

    def put(self, models: Iterable[str] = ()) -> None:
        """Puts the rows of this run, and of those that were killed, into the results. Raises ResultsError, DiskError."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        listed = tuple(models)
        if not listed and not any(self._journals()):
            return
        with _lock(self._folder / ".lock"):
            done = [journal for journal in self._journals() if not _is_held(journal)]
            results = load(self._folder, self._provider.name)
            known = {row.key: row for row in results.rows}
            for journal in done:
                for row in _rows(journal):
                    known[row.key] = with_reasons(row, known.get(row.key))
                    results = results.merged([known[row.key]])
            merged = results.merged([], (*listed, *self._provider.models))
            save(self._folder, merged.with_inherited(self._provider.inherits))
            for journal in done:
                journal.unlink(missing_ok=True)

    def _journals(self) -> Iterator[Path]:
        return self._folder.glob(f".{self._stem}.*.part")


def _rows(journal: Path) -> Iterator[ResultRow]:
    """The rows of a journal; a line that a kill cut off is left out."""
    for line in journal.read_bytes().splitlines():
        with contextlib.suppress(msgspec.MsgspecError, UnicodeError):
            yield msgspec.json.decode(line, type=ResultRow)


def _is_held(journal: Path) -> bool:
    """Whether a run that lives still writes it."""
    with journal.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Waits for its turn among the runs that put their rows into one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
