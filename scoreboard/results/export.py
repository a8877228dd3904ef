"""The exported document, the contract for everything downstream, and its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import SCHEMA, decoded, lean


def exported(everything: Iterable[Results], generated_at: str = "", as_of: str = "") -> dict[str, Any]:
    """The document of `scoreboard export` (results.schema.json describes it). `generated_at` is ISO 8601, now by
    default. `as_of` is the day that the results are of, where it is not today.
    """
    rows: list[dict[str, Any]] = [
        {
            "provider": results.provider,
            "model": row.model,
            "stream": row.stream,
            "thinking": row.thinking,
            **({"endpoint": results.endpoint} if results.endpoint else {}),
            **({"served_as": row.served_as} if row.served_as else {}),
            **({"judge": row.judge} if row.judge else {}),
            "cells": {name: lean(cell) for name, cell in sorted(row.cells.items())},
        }
        for results in everything
        for row in results.rows
    ]
    return {
        "schema": SCHEMA,
        "generated_at": generated_at or datetime.now(UTC).isoformat(timespec="seconds"),
        "judge": max((row.get("judge", 0) for row in rows), default=0),
        **({"as_of": as_of} if as_of else {}),
        "rows": rows,
    }


class ExportedRow(Struct, frozen=True):
    """A row of the exported document."""

    provider: str
    model: str
    stream: bool
    thinking: bool
    cells: dict[str, Cell]
    endpoint: str = ""
    served_as: str = ""
    judge: int = 0


class Exported(Struct, frozen=True):
    """The exported document. `judge`: the newest revision of the judge's rules among those of its rows, 0 where none
    was kept; a row's own is the first that came to its verdicts. `as_of`: the day (ISO 8601) up to which its evidence
    goes, where one was named.
    """

    schema: Literal[2]
    generated_at: str
    rows: list[ExportedRow]
    judge: int = 0
    as_of: str = ""


class _Read(Struct, frozen=True):
    """What is read of a document, of any schema that is."""

    generated_at: str
    rows: list[ExportedRow]


def read_document(data: bytes, name: str) -> list[Results]:
    """The results of an exported document, by provider. Raises ResultsError."""
    by_provider: dict[tuple[str, str], list[RowResult]] = {}
    for row in decoded(data, name, _Read).rows:
        one = RowResult(row.model, row.thinking, row.stream, row.cells, row.served_as, row.judge)
        by_provider.setdefault((row.provider, row.endpoint), []).append(one)
    return [
        Results(provider, rows=tuple(rows), endpoint=endpoint)
        for (provider, endpoint), rows in sorted(by_provider.items())
    ]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the exported document."""
    schema = msgspec.json.schema(Exported)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "LLM scoreboard results", **schema}
