"""Several runs into one: newest evidence wins, in whatever order the folders are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import structs

from scoreboard.disk import write
from scoreboard.evidence.cassettes import load as load_cassette
from scoreboard.results.model import Results, RowResult
from scoreboard.results.store import encode, load_all, save


def merge(folders: Sequence[Path], into: Path) -> Iterator[str]:
    """Merges the cassettes/ and results/ of folders into those of another; yields a line per conflict.

    A conflict is the same observation time on different evidence: then the greater bytes win, so that the order of the
    folders does not matter. Raises CassetteError, ResultsError, DiskError.
    """
    for folder in folders:
        for path in sorted((folder / "cassettes").glob("*/*/*/*.yaml")):
            yield from _cassette(path, into / path.relative_to(folder))
    everything: dict[str, Results] = {results.provider: results for results in load_all(into / "results")}
    for folder in folders:
        for results in load_all(folder / "results"):
            old = everything.get(results.provider, Results(results.provider))
            if not old.rows:
                old = structs.replace(old, endpoint=results.endpoint)
            elif results.rows and results.endpoint != old.endpoint:
                yield f"{results.provider}: left out what is of {results.endpoint or 'its own address'}"
                continue
            rows = {row.key: row for row in old.rows}
            yield from (
                f"{results.provider}/{row.model}: two different verdicts of {row.observed_at}"
                for row in results.rows
                if _differs(row, rows.get(row.key))
            )
            kept = [
                row if not _differs(row, rows.get(row.key)) else max(row, rows[row.key], key=_bytes)
                for row in results.rows
            ]
            everything[results.provider] = old.merged([*kept, *results.history], results.models)
    for results in everything.values():
        save(into / "results", results)


def _differs(row: RowResult, other: RowResult | None) -> bool:
    return other is not None and other.observed_at == row.observed_at and not other.says_the_same(row)


def _bytes(row: RowResult) -> bytes:
    return encode(Results("", (), (row,)))


def _cassette(path: Path, target: Path) -> Iterator[str]:
    data = path.read_bytes()
    if target.exists():
        there = target.read_bytes()
        ours, theirs = _newest(target), _newest(path)
        if ours == theirs and there != data:
            yield f"{target}: two different recordings of {ours}"
        if (ours, there) >= (theirs, data):
            return
    write(target, data)


def _newest(path: Path) -> str:
    return max((recording.observed_at for recording in load_cassette(path)), default="")
