"""Files that are replaced in one step, or stay as they were."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class DiskError(Exception):
    """A file that cannot be written; the message says which, why, and what to do."""


def write(path: Path, data: bytes) -> bool:
    """Replaces a file in one step, or leaves it as it was; True when it changed. Raises DiskError."""
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}; nothing was changed, free some space or name another folder"
        raise DiskError(msg) from error
    return True
