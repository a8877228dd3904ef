"""What a run has found of a provider so far: rows are appended to a journal as they are done, and put into the results
at the end.

So a run holds no rows in memory, however many it asks, and one that is killed leaves its journal to the next. Each run
has a journal of its own, which it holds by a lock as long as it lives. Results that cannot be read are met before
anything is asked.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import structs

from providers.base import Provider
from scoreboard.disk import DiskError, lock, locked, taken, write_all
from scoreboard.results.model import Results, RowResult, with_reasons
from scoreboard.results.store import file_of, load, save


class ResultsJournal:
    """One provider's journal in this run. Raises ResultsError, and DiskError where it cannot be written."""

    def __init__(self, folder: Path, provider: Provider, endpoint: str = "") -> None:
        self._folder, self._provider, self._endpoint = folder, provider, endpoint
        self._stem = file_of(folder, provider.name).stem
        self._path = folder / f".{self._stem}.{os.getpid()}.part"
        self._file: int | None = None

    def __enter__(self) -> Self:
        load(self._folder, self._provider.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.put()

    def add(self, row: RowResult) -> None:
        """Appends a row."""
        line = msgspec.json.encode(row) + b"\n"
        try:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = lock(self._path, os.O_WRONLY | os.O_APPEND)
                line = (
                    b"\n" + line
                )  # ends a line that was cut off, by a full disk or by the end of a run of the same number
            write_all(self._file, line)
        except OSError as error:
            self._close()
            msg = (
                f"{self._path} cannot be written: {error.strerror}; free some space or name another folder with "
                "--results"
            )
            raise DiskError(msg) from error

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def put(self, models: Iterable[str] = ()) -> None:
        """Puts the rows of this run, and of those that were killed, into the results. Raises ResultsError,
        DiskError.
        """
        self._close()
        listed = tuple(models)
        if not listed and not any(self._journals()):
            return
        path = self._folder / ".lock"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # The journals are held till they are gone: a run that has just made its own waits, and makes another.
            with locked(path, os.O_RDWR), contextlib.ExitStack() as held:
                self._put(listed, [journal for journal in self._journals() if _held(journal, held)])
        except OSError as error:
            msg = (
                f"{error.filename or path} cannot be written: {error.strerror}; check the folder or name another "
                "with --results"
            )
            raise DiskError(msg) from error

    def _put(self, listed: tuple[str, ...], journals: list[Path]) -> None:
        results = load(self._folder, self._provider.name)
        # In the order in which runs wrote them last.
        merged = results.merged(_merged(results, sorted(journals, key=_written)), (*listed, *self._provider.models))
        asked = structs.replace(
            merged.with_inherited(self._provider.inherits), endpoint=self._endpoint or results.endpoint
        )
        save(self._folder, asked)
        for journal in journals:
            journal.unlink(missing_ok=True)

    def _journals(self) -> Iterator[Path]:
        return self._folder.glob(f".{self._stem}.[0-9]*.part")


def _held(journal: Path, held: contextlib.ExitStack) -> bool:
    """Whether a journal could be had, to be held as long as the others: no run that lives writes it."""
    handle = taken(journal)
    if handle is not None:
        held.callback(os.close, handle)
    return handle is not None


def _written(journal: Path) -> tuple[int, str]:
    return journal.stat().st_mtime_ns, journal.name


def _merged(results: Results, journals: Iterable[Path]) -> Iterator[RowResult]:
    """The rows of journals; a cell that has no recording keeps the reason that was found when it was asked."""
    newest = {row.key: row for row in results.rows}
    for journal in journals:
        for line in journal.read_bytes().splitlines():
            with contextlib.suppress(msgspec.MsgspecError, UnicodeError):  # a line that was cut off is left out
                row = msgspec.json.decode(line, type=RowResult)
                newest[row.key] = with_reasons(row, newest.get(row.key))
                yield newest[row.key]
