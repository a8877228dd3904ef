"""The results: verdicts on disk (one JSON file per provider) and the exported document, the contract for all downstream.

A file is sorted and has one line per cell, so that a changed verdict is a changed line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct, field, structs

from probes.base import Verdict
from scoreboard.disk import write

SCHEMA = 1
Source = Literal["live", "recording", "inherited"]


class ResultsError(Exception):
    """A results file that cannot be read or written; the message says which, why, and what to do."""


class Samples(Struct, frozen=True):
    """Seen in k of n samples."""

    k: int
    n: int


class Cell(Struct, frozen=True):
    """One verdict with what it rests on. `observed_at` is a day or time in ISO 8601; `inferred` names the variants that were not
    asked, since the refusal of another told enough.
    """

    verdict: Literal["supported", "unsupported", "flaky", "unknown"]
    reason: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()
    source: Source = "recording"
    observed_at: str = ""
    samples: Samples | None = None
    variants: dict[str, Literal["supported", "unsupported", "flaky", "unknown"]] = field(default_factory=dict)
    inferred: tuple[str, ...] = ()


class ResultRow(Struct, frozen=True, order=True):
    """A model in a mode, and its cells by id."""

    model: str
    thinking: bool
    stream: bool
    cells: dict[str, Cell]

    @property
    def key(self) -> tuple[str, bool, bool]:
        """What tells the row from the others of its provider."""
        return (self.model, self.thinking, self.stream)

    @property
    def observed_at(self) -> str:
        """The newest observation of the row."""
        return max((cell.observed_at for cell in self.cells.values()), default="")


class Results(Struct, frozen=True):
    """All that is known of one provider: the ids of its models, the rows in force, and older rows of the same key."""

    provider: str
    models: tuple[str, ...] = ()
    rows: tuple[ResultRow, ...] = ()
    history: tuple[ResultRow, ...] = ()
    schema: int = SCHEMA

    def merged(self, rows: Iterable[ResultRow], models: Iterable[str] = ()) -> Results:
        """With these rows too. Of two rows of one key the newer is in force, the older is history."""
        kept = {row.key: row for row in self.rows if not _is_inherited(row)}
        old = {(*row.key, row.observed_at): row for row in self.history}
        for row in rows:
            other = kept.get(row.key)
            if other and other.observed_at != row.observed_at:
                newer, older = (row, other) if row.observed_at > other.observed_at else (other, row)
                kept[row.key] = newer
                old[*older.key, older.observed_at] = older
            else:
                kept[row.key] = row
        listed = tuple(sorted({*self.models, *models}))
        return Results(self.provider, listed, tuple(kept[key] for key in sorted(kept)), tuple(old[key] for key in sorted(old)))

    def with_inherited(self, inherits: Mapping[str, str]) -> Results:
        """With rows for models that are declared to be sizes of one that was probed."""
        rows = [row for row in self.rows if not _is_inherited(row)]
        own = {row.model for row in rows}
        for model, base in inherits.items():
            if model not in own:
                rows += [_inherited(row, model) for row in rows if row.model == base]
        return structs.replace(self, rows=tuple(sorted(rows, key=lambda row: row.key)))


def _is_inherited(row: ResultRow) -> bool:
    return any(cell.source == "inherited" for cell in row.cells.values())


def _inherited(row: ResultRow, model: str) -> ResultRow:
    note = f"as {row.model}: "
    cells = {
        name: cell if cell.verdict == "unknown" else structs.replace(cell, source="inherited", note=f"{note}{cell.note}")
        for name, cell in row.cells.items()
    }
    return structs.replace(row, model=model, cells=cells)


def cell_of(verdict: Verdict, source: Source, observed_at: str) -> Cell:
    """A verdict as it is kept."""
    k, n = verdict.samples
    observed = observed_at if verdict.evidence or verdict.verdict != "unknown" else ""
    note = " ".join("".join(char if char.isprintable() else " " for char in verdict.note).split())
    return Cell(
        verdict.verdict, verdict.reason, note, verdict.evidence, source, observed, Samples(k, n) if n else None,
        dict(verdict.variants), verdict.inferred,  # type: ignore[arg-type]
    )  # fmt: skip


def file_of(folder: Path, provider: str) -> Path:
    """Where a provider's results are kept. The name is hostile text: what is no plain letter is escaped."""
    return folder / f"{quote(provider, safe='').replace('.', '%2E')}.json"


def load(folder: Path, provider: str) -> Results:
    """A provider's results, empty where there is no file. Raises ResultsError."""
    path = file_of(folder, provider)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Results(provider)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise ResultsError(msg) from error
    return parse(data, path)


def parse(data: bytes, path: Path) -> Results:
    """The results in a file's bytes. Raises ResultsError for another schema or a damaged file."""
    try:
        version = msgspec.json.decode(data, type=_Version).schema
        if version != SCHEMA:
            advice = "use the release that wrote it, or name another folder with --results"
            msg = f"{path} has schema {version}, this reads schema {SCHEMA}; {advice}"
            raise ResultsError(msg)
        results = msgspec.json.decode(data, type=Results)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        msg = f"{path} is no results file: {error}; restore it from version control"
        raise ResultsError(msg) from error
    if file_of(path.parent, results.provider) != path:
        msg = f"{path} holds the results of {results.provider!r}; rename it back"
        raise ResultsError(msg)
    return results


class _Version(Struct):
    schema: int


def load_all(folder: Path) -> list[Results]:
    """All results of a folder, in order of provider. Raises ResultsError."""
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is no folder; name another with --results"
        raise ResultsError(msg)
    return [load(folder, unquote(path.stem)) for path in sorted(folder.glob("*.json"))]


def save(folder: Path, results: Results) -> bool:
    """Writes a provider's results; True when the file changed. Raises DiskError, the old file then stays."""
    return write(file_of(folder, results.provider), encode(results))


def encode(results: Results) -> bytes:
    """The file's bytes: sorted, a line per cell."""
    lines = ["{", f' "schema": {results.schema},', f' "provider": {_json(results.provider)},']
    lines.append(f' "models": [{", ".join(map(_json, results.models))}],' if len(results.models) < 2 else ' "models": [')
    if len(results.models) > 1:
        lines += [f"  {_json(model)}," for model in results.models[:-1]] + [f"  {_json(results.models[-1])}", " ],"]
    for name, rows, end in (("rows", results.rows, ","), ("history", results.history, "")):
        lines.append(f' "{name}": [')
        for i, row in enumerate(rows):
            head = f'"model": {_json(row.model)}, "thinking": {_json(row.thinking)}, "stream": {_json(row.stream)}'
            cells = [f"   {_json(name)}: {_json(_lean(cell))}" for name, cell in sorted(row.cells.items())]
            lines += [f'  {{{head}, "cells": {{', ",\n".join(cells), "  }}" + ("," if i + 1 < len(rows) else "")]
        lines.append(f" ]{end}")
    return "\n".join([*lines, "}", ""]).encode()


def _lean(cell: Cell) -> dict[str, Any]:
    """The cell without what is empty; msgspec itself omits defaults by identity, and values from another process differ in it."""
    return {name: value for name, value in msgspec.to_builtins(cell).items() if value or name == "evidence"}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def exported(everything: Iterable[Results], generated_at: str = "") -> dict[str, Any]:
    """The document of `scoreboard export` (results.schema.json describes it). `generated_at` is ISO 8601, now by default."""
    rows = [
        {
            "provider": results.provider,
            "model": row.model,
            "stream": row.stream,
            "thinking": row.thinking,
            "cells": {name: _lean(cell) for name, cell in sorted(row.cells.items())},
        }
        for results in everything
        for row in results.rows
    ]
    return {"schema": SCHEMA, "generated_at": generated_at or datetime.now(UTC).isoformat(timespec="seconds"), "rows": rows}


class ExportedRow(Struct, frozen=True):
    """A row of the exported document."""

    provider: str
    model: str
    stream: bool
    thinking: bool
    cells: dict[str, Cell]


class Exported(Struct, frozen=True):
    """The exported document."""

    schema: Literal[1]
    generated_at: str
    rows: list[ExportedRow]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the exported document."""
    schema = msgspec.json.schema(Exported)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "LLM scoreboard results", **schema}
