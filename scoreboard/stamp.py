"""Whether anything changed since a step last ran, told by size and time of the files alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from providers.plugins import files

_CODE = ("providers", "probes", "scoreboard", "templates", "assets")
_FOLDER = Path(".scoreboard")


def fresh(step: str, inputs: Iterable[Path], outputs: Iterable[Path]) -> bool:
    """True when inputs, outputs and our own code are as they were when the step was last kept."""
    try:
        return (_FOLDER / step).read_text() == _digest([*inputs, *outputs])
    except OSError:
        return False


def keep(step: str, inputs: Iterable[Path], outputs: Iterable[Path]) -> None:
    """Remembers the state. A folder that cannot be written only costs time."""
    try:
        _FOLDER.mkdir(exist_ok=True)
        (_FOLDER / step).write_text(_digest([*inputs, *outputs]))
    except OSError:
        return


def code() -> str:
    """What changes with our own code."""
    return _digest([])


def _digest(paths: Iterable[Path]) -> str:
    code = Path(__file__).parent.parent
    seen = hashlib.sha256()
    for root in [*paths, *(code / name for name in _CODE), *files()]:
        for name, size, time in sorted(_files(str(root))):
            seen.update(f"{name}\0{size}\0{time}\0".encode())
    return seen.hexdigest()


def _files(root: str) -> Iterable[tuple[str, int, int]]:
    try:
        with os.scandir(root) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        yield from _files(entry.path)
                else:
                    stat = entry.stat()
                    yield entry.path, stat.st_size, stat.st_mtime_ns
    except NotADirectoryError:
        stat = os.stat(root)
        yield root, stat.st_size, stat.st_mtime_ns
    except FileNotFoundError:
        yield root, -1, 0
