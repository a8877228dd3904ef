"""The board for programs: what is known of a model, as True, False or None, and why. It loads little, and each provider
when it is asked for.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from probes.base import cell_id, stems
from scoreboard.bundled import bundled
from scoreboard.errors import ScoreboardError, hint
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import load


class BoardError(ScoreboardError):
    """A name that the board does not know; the message says which, and what is near."""


class Board:
    """The results of a folder. Every method raises BoardError for a name that is not known, and ResultsError for a file
    that cannot be read.
    """

    def __init__(self, results: Path | str | None = None) -> None:
        self._folder = bundled("results") if results is None else Path(results)
        if not self._folder.is_dir():
            msg = f"{self._folder} is no folder of results; name one that `scoreboard import` or `record` wrote"
            raise BoardError(msg)
        self._results = lru_cache(None)(lambda provider: load(self._folder, provider))

    def providers(self) -> list[str]:
        """The providers that have results."""
        return sorted(unquote(path.stem) for path in self._folder.glob("*.json"))

    def models(self, provider: str) -> list[str]:
        """The models of a provider that were asked."""
        return sorted({row.model for row in self._of(provider).rows})

    def supports(self, model: str, cell: str, *, stream: bool = False, thinking: bool | None = None) -> bool | None:
        """Whether "provider/model" has a capability, by the id of its cell. None: not known, seen now and then only, or
        not the same with and without thinking where `thinking` leaves that open. What the API has no field for is
        False; what was only accepted, its effect not shown, is True, and `why` says so.
        """
        said = {cell.says for _, cell in self._known(model, cell, stream, thinking)}
        return said.pop() if len(said) == 1 else None

    def why(self, model: str, cell: str, *, stream: bool = False, thinking: bool | None = None) -> str:
        """The verdict in words: reason, note, day, by mode; with it where the first exchange is that it rests on."""
        known = self._known(model, cell, stream, thinking)
        return (
            "; ".join(f"{row.mode.name}: {cell.sentence}" for row, cell in known)
            or "unknown: nobody asked in this mode"
        )

    def _known(self, model: str, cell: str, stream: bool, thinking: bool | None) -> list[tuple[RowResult, Cell]]:
        """The cells of all rows that are meant, those of which something is known where there are any."""
        rows = self._rows(model)
        cells = {*map(cell_id, stems()), *(name for row in rows for name in row.cells)}
        if cell not in cells:
            msg = f"no cell is named {cell!r}{hint(cell, cells)}"
            raise BoardError(msg)
        found = [
            (row, row.cells[cell])
            for row in rows
            if row.stream == stream and thinking in (None, row.thinking) and cell in row.cells
        ]
        return [one for one in found if one[1].verdict != "unknown"] or found

    def _rows(self, name: str) -> list[RowResult]:
        provider, slash, model = name.partition("/")
        if not slash or not model:
            msg = f"{name!r} names no model; write PROVIDER/MODEL"
            raise BoardError(msg)
        results = self._of(provider)
        rows = [row for row in results.rows if row.model == model]
        if not rows and model not in results.models:
            msg = f"{provider} has no model {model!r}{hint(model, [row.model for row in results.rows])}"
            raise BoardError(msg)
        return rows

    def _of(self, provider: str) -> Results:
        there = self.providers()
        if provider not in there:
            msg = f"no provider is named {provider!r}{hint(provider, there)}"
            raise BoardError(msg)
        return self._results(provider)
