"""Rows of real recordings, copied, changed and judged."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from scoreboard.results.model import Cell
from scoreboard.sources import recordings_folder
from scoreboard.traffic.importer import judged, read_rows
from tests.support import ROOT

RECORDINGS = recordings_folder(ROOT)
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here; set SCOREBOARD_RECORDINGS")

Exchange = dict[str, Any]


def copied(row: str, to: Path) -> Path:
    """A copy of a row's folder ("2025-08/gemini/gemini-2.5-flash") below a root; returns the root."""
    shutil.copytree(RECORDINGS / row, to / row)
    return to


def changed(path: Path, change: Callable[[Exchange], None]) -> None:
    """Changes the last exchange of a file; the change must change something."""
    tree = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    before = json.dumps(tree, default=repr)
    change(tree["interactions"][-1])
    assert json.dumps(tree, default=repr) != before, "the change changes nothing"
    path.write_text(yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True), "utf-8", "surrogateescape")


def cells(root: Path, *, stream: bool) -> dict[str, Cell]:
    """The verdicts of the only row below a root in this mode."""
    found, _ = read_rows(root)
    (row,) = [row for row in found if row.id.mode.stream == stream]
    return judged(row).cells


def verdicts(root: Path) -> dict[str, dict[str, str]]:
    """The verdicts of all rows below a root, in words, by row and cell."""
    found, _ = read_rows(root)
    return {f"{row.collection}/{row.id.name}": in_words(judged(row).cells) for row in found}


def in_words(cells: Mapping[str, Cell]) -> dict[str, str]:
    """Cells in words: "unsupported ignored", "supported accepted"."""
    return {name: f"{cell.verdict} {cell.why}".strip() for name, cell in cells.items()}


def answer(edit: Callable[[Any], None]) -> Callable[[Exchange], None]:
    """A change of the response's JSON."""
    return lambda exchange: _edit(exchange["response"], edit)


def question(edit: Callable[[Any], None]) -> Callable[[Exchange], None]:
    """A change of the request's JSON."""
    return lambda exchange: _edit(exchange["request"], edit)


def _edit(side: dict[str, Any], edit: Callable[[Any], None]) -> None:
    body = json.loads(side["body"])
    edit(body)
    side["body"] = json.dumps(body)


def swapped(old: str, new: str, count: int = -1) -> Callable[[Exchange], None]:
    """A change of the response's text, wherever it stands."""

    def change(exchange: Exchange) -> None:
        exchange["response"]["body"] = exchange["response"]["body"].replace(old, new, count)

    return change


def status(code: int) -> Callable[[Exchange], None]:
    """Another status."""

    def change(exchange: Exchange) -> None:
        exchange["response"]["code"] = code

    return change


def failed(code: int, body: Any) -> Callable[[Exchange], None]:
    """An error in place of the answer."""

    def change(exchange: Exchange) -> None:
        exchange["response"] |= {"code": code, "body": body if isinstance(body, str) else json.dumps(body)}

    return change
