"""What there is to judge again: rows of other people's recordings and of our own cassettes, seen alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from scoreboard.evidence.cassettes import rows_in
from scoreboard.judge.kept import judged_cassettes
from scoreboard.mode import RowId
from scoreboard.results.model import Cell, Results, RowResult
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
        known = _known(results, self.provider)
        rows = (*known.rows, *known.history)
        return next((row.cells for row in rows if row.key == judged.key and row.observed_at.startswith(self.day)), {})


@cache
def _known(results: Path, provider: str) -> Results:
    return load(results, provider)


class Source(Struct, frozen=True):
    """One kind of evidence, its rows, and what to say where there is none."""

    name: str
    rows: Sequence[Evidence]
    missing: str


_BESIDE = ("recordings-more", "traffic")  # what else is judged where the folder of recordings is the usual one


def recordings_folder(root: Path) -> Path:
    """The first folder of other people's recordings: of SCOREBOARD_RECORDINGS, else ../shared/recordings beside the
    project.
    """
    named = os.environ.get("SCOREBOARD_RECORDINGS", "").split(os.pathsep)[0]
    return Path(named or root / ".." / "shared" / "recordings")


def recordings_folders(root: Path) -> list[Path]:
    """All of them that are here."""
    named = os.environ.get("SCOREBOARD_RECORDINGS", "").split(os.pathsep)[1:]
    first = recordings_folder(root)
    more = map(Path, named) if "SCOREBOARD_RECORDINGS" in os.environ else map(first.with_name, _BESIDE)
    return [folder for folder in (first, *more) if folder.is_dir()]


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
            list(_recorded(recordings_folders(root))),
            "not here: set SCOREBOARD_RECORDINGS to the folder that holds them",
        ),
    ]


def _recorded(folders: Sequence[Path]) -> Iterator[Evidence]:
    """What an import of the folders comes to where nothing was known before; a row's older snapshots are told by day.

    What the last import here kept is used, so that only new recordings are read.
    """
    from scoreboard import stamp
    from scoreboard.traffic.cache import Cache
    from scoreboard.traffic.importer import What, import_traffic

    if not folders:
        return
    cache = Cache(Path(".scoreboard", "traffic"), stamp.code())
    with TemporaryDirectory() as empty:
        imported = import_traffic(What(tuple(folders)), Path(empty), jobs=os.cpu_count() or 1, cache=cache)
    for known in imported.results:
        for rows, old in ((known.rows, False), (known.history, True)):
            for row in rows:
                name = RowId(known.provider, row.model, row.mode).name + (f"@{row.observed_at}" if old else "")
                yield Evidence(name, known.provider, row.mode.name, row.observed_at, partial(_same, row))


def _same(result: RowResult) -> RowResult:
    return result
