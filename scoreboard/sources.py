"""What there is to judge again: rows of other people's recordings and of our own cassettes, seen alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from scoreboard.results.model import Cell, Mode, RowResult
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
    from scoreboard.replay import find
    from scoreboard.settings import settings

    cassettes = [
        Evidence(row.place.name, row.place.provider, row.place.mode.name, "", row.judged)
        for row in find(root / "cassettes", settings(root))
    ]
    return [
        Source("cassettes", cassettes, f"{root.name}/cassettes holds none"),
        Source("recordings", _recorded(recordings_folder(root)), "not here: set SCOREBOARD_RECORDINGS to the folder that holds them"),
    ]


def _recorded(folder: Path) -> list[Evidence]:
    from scoreboard.traffic.importer import judged_row
    from scoreboard.traffic.recordings import SNAPSHOTS, find

    if not folder.is_dir():
        return []
    found: dict[str, Evidence] = {}
    for files in sorted(find(folder), key=lambda files: files.snapshot, reverse=True):
        mode = Mode(files.stream, files.thinking).name
        name = f"{files.provider}/{files.model}/{mode}"
        if name in found:  # an older snapshot of the same row
            name += f"@{files.snapshot}"
        day = SNAPSHOTS[files.snapshot].day if files.snapshot in SNAPSHOTS else ""
        found[name] = Evidence(name, files.provider, mode, day, partial(judged_row, files))
    return list(found.values())
