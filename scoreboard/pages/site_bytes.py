"""What stands behind the cells of rows whose bytes are here: question, answer and the command that asks again, as
`explain` tells them. A piece per row, which is fetched when a cell of it is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scoreboard.evidence.redaction import Redactor
from scoreboard.pages.curl import Files
from scoreboard.pages.explain import Shown, Why, explained
from scoreboard.pages.looks import shown
from scoreboard.pages.site_paths import stem
from scoreboard.results.model import Results, RowResult
from scoreboard.traffic.behind import Archive

_LONG = 8_000  # characters of an address that are shown, and of a command, which is of no use when it is cut


def names(results: Results, archive: Archive) -> dict[int, str]:
    """The names of the pieces, by the place of the row among those of its provider."""
    places = (place for place, row in enumerate(results.rows) if _is_kept(row, archive))
    return {place: f"bytes/{stem(results.provider)}.{place}" for place in places}


def _is_kept(row: RowResult, archive: Archive) -> bool:
    return any(archive.holds(where) for cell in row.cells.values() for where in cell.evidence)


def pieces(results: Results, kept: Mapping[int, str], archive: Archive) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pieces that were named: the exchanges of a row, each once, and of each cell, in the order of its evidence,
    the number of the exchange and what it shows.
    """
    rows = [(results.rows[place], name) for place, name in sorted(kept.items())]
    for model in dict.fromkeys(row.model for row, _ in rows):
        whys = list(explained(results, model, None, archive, Redactor(()), Files()))
        for row, name in rows:
            if row.model == model:
                yield name, _piece([why for why in whys if why.row is row])


def _piece(whys: list[Why]) -> dict[str, Any]:
    exchanges = {rest.shown.where: rest.shown for why in whys for rest in why.rests}
    numbers = {where: number for number, where in enumerate(exchanges)}
    return {
        "exchanges": [_exchange(one) for one in exchanges.values()],
        "cells": {
            why.probe.id: [[numbers[rest.shown.where], list(rest.sentences)] for rest in why.rests]
            for why in whys
            if why.rests
        },
    }


def _exchange(one: Shown) -> dict[str, Any]:
    if one.missing:
        return {"missing": shown(one.missing)}
    return {
        "asked": [[shown(line, _LONG), text] for line, text in one.asked],
        "came": [shown(one.came[0]), one.came[1]],
        "again": [command for command in one.again if len(command) <= _LONG],
    }
