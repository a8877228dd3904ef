"""The results on disk: one JSON file per provider, sorted, with one line per cell, so that a changed verdict is a
changed line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct

from scoreboard.disk import write
from scoreboard.errors import ScoreboardError
from scoreboard.results.model import Cell, Results

SCHEMA = 2
_READ = (1, SCHEMA)


class ResultsError(ScoreboardError):
    """A results file that cannot be read or written; the message says which, why, and what to do."""


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
    results = decoded(data, path, Results)
    if file_of(path.parent, results.provider) != path:
        msg = f"{path} holds the results of {results.provider!r}; rename it back"
        raise ResultsError(msg)
    return results


class _Version(Struct):
    schema: int


T = TypeVar("T")


def decoded(data: bytes, path: Path | str, kind: type[T]) -> T:
    """What bytes hold that have a schema of ours. Raises ResultsError for another schema, or what is none of that
    kind.
    """
    try:
        version = msgspec.json.decode(data, type=_Version).schema
        if version not in _READ:
            advice = "use the release that wrote it, or name another folder with --results"
            msg = f"{path} has schema {version}, this reads schema {' and '.join(map(str, _READ))}; {advice}"
            raise ResultsError(msg)
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        msg = f"{path} is no results file: {error}; restore it from version control"
        raise ResultsError(msg) from error


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
    lines = ["{", f' "schema": {SCHEMA},', f' "provider": {_json(results.provider)},']
    if results.endpoint:
        lines.append(f' "endpoint": {_json(results.endpoint)},')
    lines.append(
        f' "models": [{", ".join(map(_json, results.models))}],' if len(results.models) < 2 else ' "models": ['
    )
    if len(results.models) > 1:
        lines += [f"  {_json(model)}," for model in results.models[:-1]] + [f"  {_json(results.models[-1])}", " ],"]
    for name, rows, end in (("rows", results.rows, ","), ("history", results.history, "")):
        lines.append(f' "{name}": [')
        for i, row in enumerate(rows):
            head = f'"model": {_json(row.model)}, "thinking": {_json(row.thinking)}, "stream": {_json(row.stream)}'
            if row.served_as:
                head += f', "served_as": {_json(row.served_as)}'
            if row.judge:
                head += f', "judge": {row.judge}'
            cells = [f"   {_json(name)}: {_json(lean(cell))}" for name, cell in sorted(row.cells.items())]
            lines += [f'  {{{head}, "cells": {{', ",\n".join(cells), "  }}" + ("," if i + 1 < len(rows) else "")]
        lines.append(f" ]{end}")
    return "\n".join([*lines, "}", ""]).encode()


def lean(cell: Cell) -> dict[str, Any]:
    """The cell without what is empty or as ever; msgspec itself omits defaults by identity, and values from another
    process differ in it.
    """
    usual = {"strength": "seen", "grade": "bytes"}
    fields = msgspec.to_builtins(cell).items()
    return {name: value for name, value in fields if (value or name == "evidence") and usual.get(name) != value}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
