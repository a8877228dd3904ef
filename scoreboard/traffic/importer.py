"""Recorded traffic to results: found, read, attributed, judged, merged with what was known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from probes.base import probes
from providers.base import Request, Response, find_provider, providers
from providers.base import wires as all_wires
from scoreboard.judge.engine import judge
from scoreboard.judge.revision import REVISION
from scoreboard.judge.served import served_as
from scoreboard.results.model import Results, RowResult, Source, cells_of
from scoreboard.results.store import load
from scoreboard.traffic.cache import Cache, Judged, Sorted
from scoreboard.traffic.collections import COLLECTIONS
from scoreboard.traffic.exchanges import read
from scoreboard.traffic.kept import BadRecording
from scoreboard.traffic.places import Place, places_below
from scoreboard.traffic.reading import forms, pairs, read_file
from scoreboard.traffic.report import Counts
from scoreboard.traffic.rows import Group, Packed, TrafficRow, groups, in_force, packed, plain, row_of

_FEW = 40  # files that are read sooner than processes start
_CHUNK = 16
T = TypeVar("T")


class Imported(Struct, frozen=True):
    """The results of each provider, the complaints (a line for all that could not be used), how many exchanges had
    which fate, and drift: wire fields that no driver knew, with where they were first seen.
    """

    results: list[Results]
    complaints: list[str]
    rows: int
    exchanges: int
    drift: dict[str, dict[str, str]]
    counts: Counts


class What(Struct, frozen=True):
    """What is imported: of these files and folders, of this collection where one is named, of this provider alone,
    since this day.
    """

    paths: tuple[Path, ...]
    collection: str = ""
    provider: str | None = None
    since: str = ""

    @property
    def name(self) -> str:
        """What tells it from other imports, as a name of a file."""
        import hashlib

        told = "\0".join((*map(str, self.paths), "", self.collection, self.provider or "", self.since))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def takes(self, one: Packed) -> bool:
        """Whether an exchange is asked for."""
        return self.provider in (None, one.provider) and (not self.since or one.day.lstrip("≤")[:10] >= self.since)


@contextmanager
def _working(jobs: int, count: int) -> Iterator[Any]:
    """Something that maps pieces of a list, in this process or in several."""
    if jobs <= 1 or count < _FEW:
        yield lambda function, items, size: map(function, _pieces(items, size))
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    providers(), all_wires(), probes(), forms()  # loaded once, before the processes part
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        yield lambda function, items, size: pool.map(function, _pieces(items, size))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing that is made here refers to itself; looking for what does takes a fourth of the time."""
    import gc

    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _pieces(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _sort(places: Sequence[Place]) -> bytes:
    """What files come to, as bytes."""
    return plain([_sorted(place) for place in places])


def _sorted(place: Place) -> Sorted:
    file = read(place)
    fates = tuple((one.fate, one.why.partition(": ")[0] if one.fate == "passed over" else "") for one in file.outcomes)
    return Sorted(file.form, tuple(map(packed, file.recorded)), fates, file.complaints)


def _judge(found: Sequence[Group]) -> bytes:
    rows = map(row_of, found)
    return plain([Judged(judged(row), drift(row)) for row in rows])


def places(what: What) -> list[Place]:
    """The files that may hold recordings. Raises BadRecording for a path that is not there."""
    found: dict[Path, Place] = {}
    for root in what.paths:
        if not root.exists():
            msg = f"{root} is not there; name a file or folder that holds recordings"
            raise BadRecording(msg)
        for place in places_below(root, what.collection):
            found.setdefault(place.path, place)
    return list(found.values())


def _read(what: What, cache: Cache, work: Any, found: Sequence[Place]) -> list[Sorted]:
    """What all files come to; those that are as they were are not read again."""
    known = {place: cache.file(place.path, place.collection) for place in found}
    missing = [place for place, one in known.items() if one is None]
    decode = msgspec.msgpack.Decoder(list[Sorted]).decode
    del what
    new = (one for piece in work(_sort, missing, _CHUNK) for one in decode(piece))
    for place, one in zip(missing, new, strict=True):
        known[place] = one
        cache.keep_file(place.path, place.collection, one)
    return [one for one in known.values() if one is not None]


def read_rows(*paths: Path, provider: str | None = None, jobs: int = 1) -> tuple[list[TrafficRow], list[str]]:
    """The rows of all recordings below folders, and what could not be read. Raises BadRecording where none are."""
    what = What(paths, provider=provider)
    found = places(what)
    with _working(jobs, len(found)) as work:
        files = _read(what, Cache(), work, found)
    return [row_of(group) for group in _grouped(what, files)], [line for file in files for line in file.complaints]


def _grouped(what: What, files: Iterable[Sorted]) -> list[Group]:
    found = groups(one for file in files for one in file.packed if what.takes(one))
    if not found:
        whose = f" of {what.provider}" if what.provider else ""
        msg = f"{', '.join(map(str, what.paths))} holds no recordings{whose} that could be read"
        raise BadRecording(msg)
    return found


def judged(row: TrafficRow) -> RowResult:
    """The verdicts on a row."""
    verdicts = judge(row.row, probes().values())
    source: Source = "recording" if row.collection in COLLECTIONS else "traffic"
    cells = cells_of(verdicts, source, (*row.exchanges, *row.others))
    served = served_as(row.id.model, row.exchanges)
    return RowResult(row.id.model, row.id.mode.thinking, row.id.mode.stream, cells, served, REVISION)


def drift(row: TrafficRow) -> dict[str, str]:
    """Wire fields that the driver did not know, and the recording where each was first seen."""
    found: dict[str, str] = {}
    for x in row.exchanges:
        for path in x.reply.unknown:
            found.setdefault(path, x.where)
    return found


def import_traffic(what: What, results: Path, *, jobs: int = 1, cache: Cache | None = None) -> Imported:
    """Judges recordings and merges them with the results at hand; writes no results.

    Raises BadRecording where there are none, ResultsError where the old results cannot be read.
    """
    cache = cache or Cache()
    found = places(what)
    with _without_collector(), _working(jobs, len(found)) as work:
        files = _read(what, cache, work, found)
        grouped = _grouped(what, files)
        rows = in_force(grouped)
        verdicts = _verdicts(rows, cache, work, jobs)
    complaints = [line for file in files for line in file.complaints]
    models = _model_lists(what, complaints)
    unknown: dict[str, dict[str, str]] = {}
    by_provider: dict[str, list[RowResult]] = {}
    for row, one in zip(rows, verdicts, strict=True):
        unknown[row.id.provider] = {**one.drift, **unknown.get(row.id.provider, {})}
        by_provider.setdefault(row.id.provider, []).append(one.row)
    merged = [_merged(load(results, owner), here, models.get(owner, ())) for owner, here in sorted(by_provider.items())]
    cache.keep()
    exchanges = sum(len(row.packed) for row in rows)
    counts = Counts.of((file.form, file.fates) for file in files)
    return Imported(merged, complaints, len(rows), exchanges, unknown, counts)


def import_folder(root: Path, results: Path, *, provider: str | None = None, jobs: int = 1) -> Imported:
    """The same of one folder, whole."""
    return import_traffic(What((root,), provider=provider), results, jobs=jobs)


def _verdicts(rows: Sequence[Group], cache: Cache, work: Any, jobs: int) -> list[Judged]:
    """The verdicts on rows, in order; rows that are as they were are not judged again."""
    names = [_name(row) for row in rows]
    known: list[Judged | None] = [cache.row(name) for name in names]
    missing = [number for number, one in enumerate(known) if one is None]
    missing.sort(key=lambda number: -len(rows[number].packed))  # the longest first, so that nobody waits for it
    size = max(1, min(_CHUNK, len(missing) // (8 * jobs)))
    decode = msgspec.msgpack.Decoder(list[Judged]).decode
    new = (one for piece in work(_judge, [rows[number] for number in missing], size) for one in decode(piece))
    for number, one in zip(missing, new, strict=True):
        known[number] = one
        cache.keep_row(names[number], one)
    return [one for one in known if one is not None]


def _name(row: Group) -> bytes:
    """What a row's verdicts rest on: its name, its exchanges, their places and days."""
    import hashlib

    whole = hashlib.sha256(plain((row.apart, row.id, row.wire)))
    for one in (*row.packed, *row.others):
        whole.update(one.digest + one.where.encode() + one.day.encode())
    return whole.digest()


def _merged(old: Results, found: Iterable[RowResult], models: Iterable[str]) -> Results:
    known = find_provider(old.provider)
    if known is None:
        return old.merged(found, models)
    return old.merged(found, (*models, *known.models)).with_inherited(known.inherits)


def _model_lists(what: What, complaints: list[str]) -> dict[str, list[str]]:
    """The models that each provider listed, from the recorded lists (_other/ListModels.yaml)."""
    lists: dict[str, list[str]] = {}
    for path in sorted(path for root in what.paths if root.is_dir() for path in root.rglob("_other/ListModels.yaml")):
        known = find_provider(path.parent.parent.name)
        if known is None or what.provider not in (None, known.name):
            continue
        try:
            responses = pairs(read_file(path))
        except BadRecording as error:
            complaints.append(str(error))
            continue
        listed = _listed(known.wire.models(known.base_url, known.quirks), responses)
        lists[known.name] = sorted({*listed, *lists.get(known.name, ())})
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
