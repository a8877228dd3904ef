"""All verdicts as one flat table, a row per cell: as CSV for spreadsheets, as a database of SQLite, and as Parquet."""

from __future__ import annotations

import csv
import importlib
import io
import sqlite3
from collections.abc import Iterable, Iterator

from scoreboard.errors import ScoreboardError
from scoreboard.results.model import Results

COLUMNS = (
    "provider", "model", "stream", "thinking", "cell", "verdict", "reason", "strength", "note", "k", "n", "observed_at",
    "source", "grade", "served_as", "endpoint", "judge", "evidence", "correction", "correction_source",
)  # fmt: skip
_NUMBERS = ("stream", "thinking", "k", "n", "judge")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Value = str | int | None


class NoParquet(ScoreboardError):
    """Parquet cannot be written here; the message says what is missing."""


def flat(everything: Iterable[Results]) -> Iterator[tuple[Value, ...]]:
    """The rows, as COLUMNS names them; modes are 0 or 1, addresses of evidence a line each."""
    for results in everything:
        for row in results.rows:
            for name, cell in sorted(row.cells.items()):
                samples, correction = cell.samples, cell.correction
                yield (
                    results.provider, row.model, int(row.stream), int(row.thinking), name, cell.verdict, cell.reason,
                    cell.strength if cell.verdict == "supported" else "", cell.note, samples.k if samples else None,
                    samples.n if samples else None, cell.observed_at, cell.source, cell.grade, row.served_as,
                    results.endpoint, row.judge, "\n".join(cell.evidence), correction.verdict if correction else "",
                    correction.source if correction else "",
                )  # fmt: skip


def as_csv(everything: Iterable[Results]) -> bytes:
    """CSV in UTF-8 (RFC 4180), with a head. Text that a spreadsheet would run has an apostrophe before it."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    table.writerows(map(_harmless, flat(everything)))
    return out.getvalue().encode("utf-8", "replace")


def _harmless(row: tuple[Value, ...]) -> list[Value]:
    return [f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value for value in row]


def as_sqlite(everything: Iterable[Results]) -> bytes:
    """A database of SQLite with the table `cells`."""
    kinds = ", ".join(f"{name} {'INTEGER' if name in _NUMBERS else 'TEXT NOT NULL'}" for name in COLUMNS)
    marks = ", ".join("?" * len(COLUMNS))
    with sqlite3.connect(":memory:") as base:
        base.execute(f"CREATE TABLE cells ({kinds}, PRIMARY KEY (provider, model, stream, thinking, cell, endpoint))")
        base.executemany(f"INSERT INTO cells VALUES ({marks})", map(_storable, flat(everything)))  # noqa: S608 (marks alone)
        base.execute("CREATE INDEX by_cell ON cells (cell, verdict)")
    try:
        return base.serialize()
    finally:
        base.close()


def as_parquet(everything: Iterable[Results]) -> bytes:
    """A file of Parquet with the same columns as the database. Raises NoParquet where pyarrow is not installed."""
    try:
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        msg = "Parquet is written by pyarrow, which is not installed: pip install pyarrow"
        raise NoParquet(msg) from error
    kinds = {name: arrow.int64() if name in _NUMBERS else arrow.string() for name in COLUMNS}
    rows = [dict(zip(COLUMNS, _storable(row), strict=True)) for row in flat(everything)]
    out = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, arrow.schema(kinds)), out)
    return out.getvalue()


def _storable(row: tuple[Value, ...]) -> list[Value]:
    """Half of a pair of surrogates is no text to a database."""
    return [value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for value in row]
