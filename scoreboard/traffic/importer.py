"""Recorded traffic to results: found, read, attributed, judged, merged with what was known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from probes.base import probes
from providers.base import Request, Response, find_provider, providers
from providers.base import wires as all_wires
from scoreboard.judge.engine import judge
from scoreboard.judge.served import served_as
from scoreboard.results.model import Results, RowResult, cells_of
from scoreboard.results.store import load
from scoreboard.traffic.govcr import BadRecording, read_file
from scoreboard.traffic.rows import File, TrafficRow, files_below, read, rows

_FEW = 40  # files that are read sooner than processes start


class Imported(Struct, frozen=True):
    """The results of each provider, the complaints (a line for all that could not be used), and drift: wire fields that
    no driver knew, with where they were first seen.
    """

    results: list[Results]
    complaints: list[str]
    rows: int
    exchanges: int
    drift: dict[str, dict[str, str]]


def read_rows(root: Path, *, provider: str | None = None, jobs: int = 1) -> tuple[list[TrafficRow], list[str]]:
    """The rows of all recordings below a folder, and what could not be read. Raises BadRecording where none are."""
    if not root.exists():
        msg = f"{root} is not there; name a folder that holds recordings"
        raise BadRecording(msg)
    files = _read_all(files_below(root), root, jobs)
    recorded = [one for file in files for one in file.recorded if provider in (None, one.provider)]
    if not recorded:
        whose = f" of {provider}" if provider else ""
        msg = f"{root} holds no recordings{whose} that could be read"
        raise BadRecording(msg)
    return rows(recorded), [line for file in files for line in file.complaints]


def _read_all(paths: Sequence[Path], root: Path, jobs: int) -> list[File]:
    if jobs <= 1 or len(paths) < _FEW:
        return [read(path, root) for path in paths]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    providers(), all_wires(), probes()  # loaded once, before the processes part
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        return list(pool.map(partial(read, root=root), paths, chunksize=16))


def judged(row: TrafficRow) -> RowResult:
    """The verdicts on a row."""
    verdicts = judge(row.row, probes().values())
    cells = cells_of(verdicts, "recording", row.exchanges)
    served = served_as(row.id.model, row.exchanges)
    return RowResult(row.id.model, row.id.mode.thinking, row.id.mode.stream, cells, served)


def drift(row: TrafficRow) -> dict[str, str]:
    """Wire fields that the driver did not know, and the recording where each was first seen."""
    found: dict[str, str] = {}
    for x in row.exchanges:
        for path in x.reply.unknown:
            found.setdefault(path, x.where)
    return found


def import_folder(root: Path, results: Path, *, provider: str | None = None, jobs: int = 1) -> Imported:
    """Judges all recordings below a folder and merges them with the results at hand; writes nothing.

    Raises BadRecording where there are none, ResultsError where the old results cannot be read.
    """
    found, complaints = read_rows(root, provider=provider, jobs=jobs)
    models = _model_lists(root, provider, complaints)
    unknown: dict[str, dict[str, str]] = {}
    by_provider: dict[str, list[RowResult]] = {}
    for row in found:
        unknown[row.id.provider] = {**drift(row), **unknown.get(row.id.provider, {})}
        by_provider.setdefault(row.id.provider, []).append(judged(row))
    merged = [_merged(load(results, owner), here, models.get(owner, ())) for owner, here in sorted(by_provider.items())]
    return Imported(merged, complaints, len(found), sum(len(row.exchanges) for row in found), unknown)


def _merged(old: Results, found: Iterable[RowResult], models: Iterable[str]) -> Results:
    known = find_provider(old.provider)
    if known is None:
        return old.merged(found, models)
    return old.merged(found, (*models, *known.models)).with_inherited(known.inherits)


def _model_lists(root: Path, provider: str | None, complaints: list[str]) -> dict[str, list[str]]:
    """The models that each provider listed, from the recorded lists (_other/ListModels.yaml)."""
    lists: dict[str, list[str]] = {}
    for path in sorted(root.rglob("_other/ListModels.yaml")):
        known = find_provider(path.parent.parent.name)
        if known is None or provider not in (None, known.name):
            continue
        try:
            lists[known.name] = sorted(set(_listed(known.wire.models(known.base_url, known.quirks), read_file(path))))
        except BadRecording as error:
            complaints.append(str(error))
    return lists


def _listed(listing: object, pairs: Sequence[tuple[Request, Response]]) -> list[str]:
    """What a driver makes of recorded pages of a list."""
    responses = iter(response for _, response in pairs)
    try:
        next(listing)  # type: ignore[call-overload]
        while True:
            listing.send(next(responses))  # type: ignore[attr-defined]
    except StopIteration as done:
        return list(done.value or ())
