"""RUN, KEEP, SHOW: the matrix, the engine, the transport, the store, the importer, the renderers, the command line.

from scoreboard import load
load().supports("gemini/gemini-2.5-pro", "schema", stream=True)  # True, False, or None: not known
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from scoreboard.board import Board

__all__ = ["load"]


def load(results: Path | str | None = None) -> Board:
    """The board of a folder of results, by default of those that come with the project."""
    from scoreboard.board import Board

    return Board(results)
