"""What there is to judge again: rows of other people's recordings and of our own cassettes, seen alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from scoreboard.evidence.cassettes import rows_in
from scoreboard.judge.kept import judged_cassettes
from scoreboard.results.model import Cell, RowResult
from scoreboard.results.store import load


class Evidence(Struct, frozen=True):
    """A row whose evidence is at hand. `id` is provider/model/mode; `day` begins the time of its observations."""

    id: str
    provider: str
    mode: str
    day: str
    judge: Callable[[], RowResult]

    def committed(self, results: Path, judged: RowResult) -> dict[str, Cell]:
        """The cells of that row in the results, in force or history. Raises ResultsError."""
        known = load(results, self.provider)
        rows = (*known.rows, *known.history)
        return next((row.cells for row in rows if row.key == judged.key and row.observed_at.startswith(self.day)), {})


class Source(Struct, frozen=True):
    """One kind of evidence, its rows, and what to say where there is none."""

    name: str
    rows: Sequence[Evidence]
    missing: str


def recordings_folder(root: Path) -> Path:
    """Where other people's recordings are: SCOREBOARD_RECORDINGS, else ../shared/recordings beside the project."""
    return Path(os.environ.get("SCOREBOARD_RECORDINGS") or root / ".." / "shared" / "recordings")


def sources(root: Path) -> list[Source]:
    """All evidence of a checkout. Raises BadRecording, CassetteError."""
    folder = root / "cassettes"
    cassettes = [
        Evidence(row.name, row.provider, row.mode.name, "", partial(judged_cassettes, folder, row))
        for row in rows_in(folder)
    ]
    return [
        Source("cassettes", cassettes, f"{root.name}/cassettes holds none"),
        Source(
            "recordings",
            _recorded(recordings_folder(root)),
            "not here: set SCOREBOARD_RECORDINGS to the folder that holds them",
        ),
    ]


def _recorded(folder: Path) -> list[Evidence]:
    from scoreboard.traffic.importer import judged, read_rows

    if not folder.is_dir():
        return []
    found: dict[str, Evidence] = {}
    rows, _ = read_rows(folder, jobs=os.cpu_count() or 1)
    for row in sorted(rows, key=lambda row: row.collection, reverse=True):
        result = judged(row)
        name = row.id.name + (
            f"@{row.collection}" if row.id.name in found else ""
        )  # an older collection of the same row
        found[name] = Evidence(name, row.id.provider, row.id.mode.name, result.observed_at, partial(_same, result))
    return list(found.values())


def _same(result: RowResult) -> RowResult:
    return result
