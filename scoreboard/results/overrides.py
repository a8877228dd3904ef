"""Corrections by people, as data: `overrides.toml` beside the results. They stand beside what was measured, marked as
such, where results are shown and exported; nothing counts them, and no results file holds them.

    [[override]]
    model = "PROVIDER/MODEL"
    cell = "CELL"
    verdict = "supported"                     # or "unsupported"
    source = "https://..."                    # where it can be read
    date = 2026-11-20
    modes = ["sync", "stream"]                # all, where this is left out
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, structs

from probes.base import cell_id, stems
from scoreboard.errors import hint
from scoreboard.mode import MODES
from scoreboard.results.model import Cell, Correction, Results, RowResult
from scoreboard.results.store import ResultsError, load

NAME = "overrides.toml"


class Override(Struct, frozen=True, forbid_unknown_fields=True):
    """A correction: of a cell of a model ("provider/model"), in these modes, what is said of it, where, and when."""

    model: str
    cell: str
    verdict: Literal["supported", "unsupported"]
    source: str
    date: date
    modes: tuple[str, ...] = tuple(mode.name for mode in MODES)

    @property
    def correction(self) -> Correction:
        """As it stands in a cell."""
        return Correction(self.verdict, self.source, self.date.isoformat())

    def concerns(self, provider: str, row: RowResult) -> bool:
        """Whether it is of that row."""
        return self.model == f"{provider}/{row.model}" and row.mode.name in self.modes


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    override: tuple[Override, ...] = ()


def overrides(folder: Path) -> Sequence[Override]:
    """Those of a folder of results; none where there is no file. Raises ResultsError for one that cannot be used."""
    path = folder / NAME
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File).override
    except FileNotFoundError:
        return ()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise ResultsError(msg) from error
    except (tomllib.TOMLDecodeError, UnicodeError, msgspec.ValidationError) as error:
        msg = f"{path}: {error}; mend it, or leave the correction out"
        raise ResultsError(msg) from error
    for number, one in enumerate(found, 1):
        if why := _wrong(one, folder):
            msg = f"{path}: correction {number} {why}; mend it, or leave it out"
            raise ResultsError(msg)
    return found


def _wrong(one: Override, folder: Path) -> str:
    """What is wrong with a correction; empty where nothing is."""
    cells, modes = list(map(cell_id, stems())), [mode.name for mode in MODES]
    if one.cell not in cells:
        return f"is of a cell {one.cell!r}, which there is not{hint(one.cell, cells, ' ({})')}"
    if unknown := [mode for mode in one.modes if mode not in modes]:
        return f"is of a mode {unknown[0]!r}; there are {', '.join(modes)}"
    if not (one.source.startswith(("https://", "http://")) and one.source.isprintable() and " " not in one.source):
        return f"has the source {one.source!r}, which is no address on the web"
    provider, _, model = one.model.partition("/")
    rows = load(folder, provider).rows
    if not any(one.concerns(provider, row) for row in rows):
        return f"is of {one.model!r}, of which there is no such row{hint(model, [row.model for row in rows], ' ({})')}"
    return ""


def corrected(everything: Iterable[Results], folder: Path, until: str = "") -> list[Results]:
    """Results with the corrections of a folder beside what they are of, those up to a day (ISO 8601) where one is
    named. Where what was measured says the same, it needs none. Raises ResultsError.
    """
    known = [one for one in overrides(folder) if not until or one.date.isoformat() <= until]
    return [
        structs.replace(results, rows=tuple(_row(results.provider, row, known) for row in results.rows))
        if any(one.model.startswith(f"{results.provider}/") for one in known)
        else results
        for results in everything
    ]


def _row(provider: str, row: RowResult, known: Iterable[Override]) -> RowResult:
    cells = dict(row.cells)
    for one in known:
        if one.concerns(provider, row):
            measured = row.cells.get(one.cell, Cell("unknown", "not_asked"))
            same = measured.verdict == one.verdict
            cells[one.cell] = measured if same else structs.replace(measured, correction=one.correction)
    return structs.replace(row, cells=cells)
