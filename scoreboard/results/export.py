"""The exported document, the contract for everything downstream, and its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from scoreboard.results.model import Cell, Results
from scoreboard.results.store import SCHEMA, lean


def exported(everything: Iterable[Results], generated_at: str = "") -> dict[str, Any]:
    """The document of `scoreboard export` (results.schema.json describes it). `generated_at` is ISO 8601, now by
    default.
    """
    rows = [
        {
            "provider": results.provider,
            "model": row.model,
            "stream": row.stream,
            "thinking": row.thinking,
            **({"endpoint": results.endpoint} if results.endpoint else {}),
            **({"served_as": row.served_as} if row.served_as else {}),
            "cells": {name: lean(cell) for name, cell in sorted(row.cells.items())},
        }
        for results in everything
        for row in results.rows
    ]
    return {
        "schema": SCHEMA,
        "generated_at": generated_at or datetime.now(UTC).isoformat(timespec="seconds"),
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


class Exported(Struct, frozen=True):
    """The exported document."""

    schema: Literal[2]
    generated_at: str
    rows: list[ExportedRow]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the exported document."""
    schema = msgspec.json.schema(Exported)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "LLM scoreboard results", **schema}
