"""Files that are replaced in one step, or stay as they were.

What is on its way to be FILE is written to `.FILE.part` beside it, by one process at a time. One that is killed leaves
that behind; the next that writes FILE starts it anew, and `sweep` removes those that nobody writes any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from scoreboard.errors import ScoreboardError


class DiskError(ScoreboardError):
    """A file that cannot be written; the message says which, why, and what to do."""


def write(path: Path, data: bytes, *, durable: bool = True) -> bool:
    """Replaces a file in one step, or leaves it as it was; True when it changed. What is not durable may be lost with
    the power, and is for what can be made again. Raises DiskError.
    """
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        with locked(part, os.O_RDWR) as handle:
            try:
                os.ftruncate(handle, 0)
                write_all(handle, data)
                if durable:
                    os.fsync(handle)
                os.fchmod(handle, 0o644)
                os.replace(part, path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(part)
                raise
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}; nothing was changed, free some space or name another folder"
        raise DiskError(msg) from error
    return True


def write_all(handle: int, data: bytes) -> None:
    """Writes all of it, in as many steps as the system takes. Raises OSError."""
    while data:
        data = data[os.write(handle, data) :]


@contextlib.contextmanager
def locked(path: Path, how: int) -> Iterator[int]:
    """A file that nobody else has locked, made where there is none; waits for that. Raises OSError."""
    handle = lock(path, how)
    try:
        yield handle
    finally:
        os.close(handle)


def lock(path: Path, how: int) -> int:
    """The same, to be closed by the caller, which ends the lock."""
    while True:
        handle = os.open(path, os.O_CREAT | how, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Whoever had it may have removed or renamed it by now.
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def taken(path: Path, how: int = os.O_RDONLY) -> int | None:
    """A file, locked, to be closed by the caller; None where another process that lives has it, or it is not there.
    Raises OSError.
    """
    try:
        handle = os.open(path, how, 0o644)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), os.stat(path)):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def sweep(folder: Path) -> None:
    """Removes what processes that were killed left of files that they were about to write into a folder."""
    for part in folder.glob(".*.part"):
        if (handle := taken(part)) is not None:
            part.unlink(missing_ok=True)
            os.close(handle)
