"""What the site's script works on: a compact index of all rows, a letter per cell, and the evidence in pieces that are
fetched when a cell is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from probes.base import GROUPS, Probe, probes
from probes.reasons import REASONS
from providers.base import find_provider
from scoreboard.mode import MODES
from scoreboard.pages import table
from scoreboard.pages.card import NO_FIELD, mark, mode_name
from scoreboard.pages.looks import shown, title_of
from scoreboard.pages.site_paths import path_of, stem
from scoreboard.results.changes import day
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import lean
from scoreboard.traffic.collections import on_the_web

ROWS_PER_PIECE = 16
_LONG = 2_000  # characters of a note or an address that are shown
_FIRST = 48  # the letter "0", from which on the months of an index are counted


class State(Struct, frozen=True):
    """What a cell comes to: the letter of the index, its sign on the site, and words for people."""

    letter: str
    sign: str
    words: str


# By the marks of a report card, the best first.
STATES = {
    "✅": State("s", "✓", "works: asked, and seen"),
    f"✅{table.ACCEPTED}": State("a", "✓°", "taken without complaint, its effect not shown"),
    f"✅{table.CORRECTED}": State("p", "✓✎", "works, people say, which was not measured"),
    "💨": State("f", "~", "works at times"),
    table.UNSUPPORTED: State("u", "✕", "does not work: asked, and not there"),
    f"{table.UNSUPPORTED}{table.CORRECTED}": State("r", "✕✎", "does not work, people say, which was not measured"),
    NO_FIELD: State("n", "–", "no field in this API"),
    table.UNKNOWN: State("q", "?", "not known"),
    "": State("_", "", "no such cell in this row"),
}
# Words of what this tool itself says of a verdict.
SOURCES = {
    "live": "asked by this project, live",
    "recording": "a recording that was made to find it out",
    "traffic": "recorded traffic of others",
    "inherited": "as another size of the same model",
}
_GRADE = {
    "bytes": "the bytes as they were sent",
    "rewritten": "bytes that the recorder wrote anew",
    "reply": "the reply alone, its request not kept",
}
# What people say of a mode, by the parts of its name.
_MODE_WORDS = {
    "stream": ("Streamed", ("stream", "streams", "streaming", "streamed")),
    "sync": ("Not streamed", ("sync", "plain", "plainly")),
    "thinking": ("Thinking", ("thinks", "thinking", "reasons", "reasoning")),
}


def state(cell: Cell | None) -> State:
    """What a cell comes to."""
    return STATES[mark(cell)]


def in_groups() -> list[Probe]:
    """All capabilities, in the order of the groups."""
    groups = list(GROUPS)
    return sorted(probes().values(), key=lambda probe: groups.index(probe.group))


def index(everything: Sequence[Results]) -> dict[str, Any]:
    """The index. A row is its model, the number of its mode (-1: nobody probed it), a letter per capability, and a
    letter per capability that numbers the month in which it was observed; one where all are the same.
    """
    months = _Months()
    order = in_groups()
    return {
        "capabilities": [
            {"id": p.id, "title": p.title, "group": p.group, "words": p.words, "page": path_of("capability", p.id)}
            for p in order
        ],
        "states": {one.letter: [one.sign, one.words] for one in STATES.values()},
        "reasons": {name: words for name, (_, words) in REASONS.items()},
        "sources": SOURCES,
        "grades": _GRADE,
        "modes": [[mode.name, mode_name(mode)] for mode in MODES],
        "mode_words": [{"id": name, "title": title, "words": words} for name, (title, words) in _MODE_WORDS.items()],
        "rows_per_piece": ROWS_PER_PIECE,
        "providers": [
            {
                "name": shown(results.provider),
                "title": title_of(results.provider),
                "flag": _flag(results.provider),
                "stem": stem(results.provider),
                "page": path_of("provider", results.provider),
                "rows": [_row(row, order, months) for row in results.rows] + _unprobed(results),
            }
            for results in everything
        ],
        "months": months.names,
    }


class _Months:
    """The months that were met, and a letter for each."""

    def __init__(self) -> None:
        self.names = [""]
        self._letters = {"": chr(_FIRST)}

    def letter(self, cell: Cell | None) -> str:
        month = day(cell)[:7] if cell else ""
        month = month if re.fullmatch(r"[0-9]{4}-[0-9]{2}", month) else ""
        if month not in self._letters:
            self._letters[month] = chr(_FIRST + len(self.names))
            self.names.append(month)
        return self._letters[month]


def _row(row: RowResult, order: Sequence[Probe], months: _Months) -> list[Any]:
    cells = [row.cells.get(probe.id) for probe in order]
    letters = "".join(state(cell).letter for cell in cells)
    observed = [months.letter(cell) for cell in cells]
    met = set(observed) - {chr(_FIRST)}
    return [shown(row.model), MODES.index(row.mode), letters, met.pop() if len(met) == 1 else "".join(observed)]


def _unprobed(results: Results) -> list[list[Any]]:
    probed = {row.model for row in results.rows}
    return [[shown(model), -1, "", ""] for model in results.models if model not in probed]


def _flag(provider: str) -> str:
    known = find_provider(provider)
    return table.flag(known.country) if known else ""


def pieces(results: Results, kept: Mapping[int, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The evidence of a provider's rows, in their order, in pieces by name. `kept`: the pieces with the bytes of rows,
    by the places of these.
    """
    before: dict[tuple[str, bool, bool], list[RowResult]] = {}
    for row in sorted(results.history, key=lambda row: row.observed_at.lstrip("≤"), reverse=True):
        before.setdefault(row.key, []).append(row)
    for at in range(0, len(results.rows), ROWS_PER_PIECE):
        strings: dict[str, int] = {}
        rows = [
            {
                "page": path_of("model", results.provider, row.model),
                "badge": path_of("badge", results.provider, row.model, form="svg"),
                "served_as": shown(row.served_as),
                "endpoint": shown(results.endpoint),
                "bytes": kept.get(place, ""),
                "cells": _cells(row.cells, strings),
                "history": [_cells(old.cells, strings) for old in before.get(row.key, ())],
            }
            for place, row in enumerate(results.rows[at : at + ROWS_PER_PIECE], at)
        ]
        yield f"{stem(results.provider)}.{at // ROWS_PER_PIECE}", {"strings": list(strings), "rows": rows}


@cache
def _address(where: str) -> str:
    return shown(on_the_web(where), _LONG)


def _cells(cells: Mapping[str, Cell], strings: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Cells as they are exported, but with the number of each text that stands in many of them."""

    def number(text: str) -> int:
        return strings.setdefault(text, len(strings))

    return {
        name: {
            **lean(cell),
            "letter": state(cell).letter,
            "note": number(shown(cell.note, _LONG)),
            "evidence": [number(_address(where)) for where in cell.evidence],
            **{part: shown(said) for part in ("reason", "observed_at") if (said := getattr(cell, part))},
            **({"variants": {shown(name): said for name, said in cell.variants.items()}} if cell.variants else {}),
        }
        for name, cell in sorted(cells.items())
    }
