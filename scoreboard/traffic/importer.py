"""Other people's recordings to results: found, judged by the probes, merged with what was known."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from probes.base import Row, probes
from providers.base import find_provider
from scoreboard.evidence.media import media
from scoreboard.judge.engine import judge_row, run
from scoreboard.results.model import Results, RowResult, cell_of
from scoreboard.results.store import load
from scoreboard.traffic.govcr import BadRecording
from scoreboard.traffic.recordings import SNAPSHOTS, RecordedRow, RowFiles, find, model_lists

# Media by URL were recorded with addresses of their own; that there was one is all that counts.
RECORDED = "https://example.invalid"


class Imported(Struct, frozen=True):
    """The results of each provider, the complaints (a line per file that could not be used), and drift: wire fields that no
    driver knew, with where they were first seen.
    """

    results: list[Results]
    complaints: list[str]
    rows: int
    exchanges: int
    drift: dict[str, dict[str, str]]


class JudgedRow(Struct, frozen=True):
    """One row of recordings, judged."""

    provider: str
    row: RowResult
    complaints: list[str]
    exchanges: int
    drift: dict[str, str]


def judge_files(files: RowFiles) -> JudgedRow:
    """Judges one row of recordings by all probes."""
    channel = RecordedRow(files)
    verdicts = run(judge_row(Row(files.stream, files.thinking, media(RECORDED)), channel, probes().values()))
    day = SNAPSHOTS[files.snapshot].day if files.snapshot in SNAPSHOTS else ""
    cells = {name: cell_of(verdict, "recording", day) for name, verdict in verdicts.items()}
    row = RowResult(channel.model, files.thinking, files.stream, cells)
    return JudgedRow(files.provider, row, channel.complaints, len(files.files), channel.drift())


def judged_row(files: RowFiles) -> RowResult:
    """The verdicts alone."""
    return judge_files(files).row


def judge_all(rows: list[RowFiles], jobs: int = 1) -> list[JudgedRow]:
    """Judges rows, in order; with several jobs in as many processes."""
    if jobs <= 1 or len(rows) < 4:
        return [judge_files(files) for files in rows]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    for name in {files.provider for files in rows}:  # loaded once, before the processes part
        find_provider(name)
    probes()
    # Large rows first, so that no process is left with the largest at the end.
    order = sorted(range(len(rows)), key=lambda i: -len(rows[i].files))
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        judged = dict(zip(order, pool.map(judge_files, [rows[i] for i in order], chunksize=1), strict=True))
    return [judged[i] for i in range(len(rows))]


def import_folder(root: Path, results: Path, *, provider: str | None = None, jobs: int = 1) -> Imported:
    """Judges all recordings below a folder and merges them with the results at hand; writes nothing.

    Raises BadRecording where there are none, ResultsError where the old results cannot be read.
    """
    found = find(root, provider)
    judged = judge_all(found, jobs)
    complaints = [line for one in judged for line in one.complaints]
    try:
        models = model_lists(root, provider)
    except BadRecording as error:
        models, complaints = {}, [*complaints, str(error)]
    drift: dict[str, dict[str, str]] = {}
    for one in judged:
        drift[one.provider] = {**one.drift, **drift.get(one.provider, {})}
    merged = [
        _merged(load(results, owner), [one.row for one in judged if one.provider == owner], models.get(owner, ()))
        for owner in sorted({one.provider for one in judged})
    ]
    return Imported(merged, complaints, len(judged), sum(one.exchanges for one in judged), drift)


def _merged(old: Results, rows: Iterable[RowResult], models: Iterable[str]) -> Results:
    known = find_provider(old.provider)
    if known is None:
        return old.merged(rows, models)
    return old.merged(rows, (*models, *known.models)).with_inherited(known.inherits)
