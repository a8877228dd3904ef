"""How many flags of catalogues the results contradict or fill: counted where copies of these are at hand
(`scoreboard claims --counts --keep`), and kept beside the results, so that pages tell it where they are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from scoreboard.disk import write
from scoreboard.results.store import ResultsError

_NAME = Path("claims", "counts.json")  # in a folder of results


class Claimed(Struct, frozen=True):
    """What was counted of a catalogue: its title and the version of its copy; flags that are contradicted, gaps that a
    yes or a no would fill, flags that agree, and those on which the evidence does not decide.
    """

    title: str
    copy: str
    contradicted: int = 0
    gap_yes: int = 0
    gap_no: int = 0
    agrees: int = 0
    open: int = 0


def claimed(folder: Path) -> dict[str, Claimed]:
    """What is kept beside the results of a folder, by catalogue; empty where nothing is. Raises ResultsError."""
    path = folder / _NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Claimed]) if path.exists() else {}
    except (OSError, msgspec.MsgspecError, UnicodeError) as error:
        msg = f"{path} cannot be read: {error}; delete it, or write it anew by `scoreboard claims --counts --keep`"
        raise ResultsError(msg) from error


def keep(folder: Path, counts: Mapping[str, Claimed]) -> bool:
    """Keeps counts in the place of those of the same catalogues; whether anything changed. Raises DiskError,
    ResultsError.
    """
    return write(folder / _NAME, msgspec.json.format(msgspec.json.encode({**claimed(folder), **counts})) + b"\n")
