"""Pictures in SVG: a heat map of providers and columns, and a badge of a model for a README, with the same as JSON for
shields. All text is escaped by the template.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from probes.base import COLUMNS, GROUPS, MORE_COLUMNS, probes
from scoreboard.pages import table
from scoreboard.pages.card import NO_FIELD
from scoreboard.pages.looks import drawn, shown, title_of
from scoreboard.results.model import Cell, Results, RowResult

# From none to all that is known: shades that are told apart without colour too, and text on each that can be read.
_SHADES = ("#b42318", "#d9733f", "#e8b04a", "#8fbf5a", "#2f8f4e")
_NOTHING = "#d9dce1"
_PLAIN = ("#3a4048", "#ffffff")
_GOOD, _FAIR = 0.8, 0.4
_LEFT, _TOP, _COLUMN, _ROW = 200, 90, 46, 22
_LETTER = 7


class Share(Struct, frozen=True):
    """How many of the cells that were measured hold; `lacking`: how many more the API has no field for."""

    held: int
    measured: int
    lacking: int

    @property
    def part(self) -> float:
        """From 0 to 1."""
        return self.held / self.measured if self.measured else 0.0

    @property
    def text(self) -> str:
        """In numbers."""
        return f"{self.held}/{self.measured}"

    @property
    def percent(self) -> str:
        """In hundredths; a dash where the API has no field, empty where nothing is known."""
        return f"{self.part:.0%}" if self.measured else NO_FIELD if self.lacking else ""

    @property
    def shade(self) -> str:
        """Its colour."""
        return _SHADES[min(int(self.part * len(_SHADES)), len(_SHADES) - 1)] if self.measured else _NOTHING

    @property
    def ink(self) -> str:
        """The colour of text on it."""
        return "#ffffff" if self.shade in (_SHADES[0], _SHADES[-1]) else "#1c2024"


def share(cells: Iterable[Cell]) -> Share:
    """Counts cells."""
    kept = list(cells)
    measured = [cell for cell in kept if table.is_measured(cell)]
    held = sum(cell.verdict == "supported" for cell in measured)
    return Share(held, len(measured), sum(map(table.lacks_field, kept)))


class Box(Struct, frozen=True):
    """A coloured rectangle with a text in it, and the sentence that it stands for; lengths in pixels."""

    x: int
    y: int
    width: int
    text: str
    told: str
    fill: str
    ink: str


def heat_map(everything: Sequence[Results]) -> str:
    """An SVG with a row per provider of which anything is known, and a column per column of the tables: the share of
    its measured cells, over all models and modes, that hold.
    """
    columns = (*COLUMNS, *MORE_COLUMNS)
    titles: list[tuple[int, str]] = []
    boxes: list[Box] = []
    for results in everything:
        cells: dict[str, list[Cell]] = {column: [] for column in columns}
        for name, cell in (item for row in results.rows for item in row.cells.items() if item[0] in probes()):
            cells[probes()[name].column].append(cell)
        shares = {column: share(cells[column]) for column in columns}
        if not any(one.measured for one in shares.values()):
            continue
        title, y = shown(title_of(results.provider), 24), _TOP + _ROW * len(titles)
        titles.append((y, title))
        for place, (column, one) in enumerate(shares.items()):
            told = f"{title}, {column}: {one.text} hold" if one.measured else f"{title}, {column}: not measured"
            boxes.append(Box(_LEFT + _COLUMN * place, y, _COLUMN - 2, one.percent, told, one.shade, one.ink))
    return drawn(
        "heatmap.svg.j2",
        columns=[(_LEFT + _COLUMN * place + _COLUMN // 2, column) for place, column in enumerate(columns)],
        titles=titles, boxes=boxes, left=_LEFT - 8, top=_TOP - 8,
        width=_LEFT + _COLUMN * (len(columns) + 1), height=_TOP + _ROW * len(titles) + 8,
    )  # fmt: skip


def badge(provider: str, model: str, rows: Sequence[RowResult]) -> str:
    """An SVG of one line: the model, for each group of capabilities how many of those that were measured work in any of
    its modes, and the month of the newest observation.
    """
    best = _best(rows)
    texts = [(f"{shown(provider, 24)}/{shown(model, 40)}", "", *_PLAIN)]
    for group in GROUPS:
        one = share(cell for name, cell in best.items() if probes()[name].group == group)
        if one.measured:
            texts.append((f"{group} {one.text}", f"{group}: {one.held} of {one.measured} work", one.shade, one.ink))
    if month := max((row.observed_at.lstrip("≤")[:7] for row in rows), default=""):
        texts.append((month, f"observed {month}", *_PLAIN))
    boxes: list[Box] = []
    for text, told, fill, ink in texts:
        x = boxes[-1].x + boxes[-1].width if boxes else 0
        boxes.append(Box(x, 0, len(text) * _LETTER + 12, text, told, fill, ink))
    return drawn("badge.svg.j2", boxes=boxes, width=boxes[-1].x + boxes[-1].width, letter=_LETTER)


def shield(provider: str, model: str, rows: Sequence[RowResult]) -> dict[str, Any]:
    """The same as a badge of shields.io, by its endpoint form."""
    whole = share(_best(rows).values())
    colour = _colour(whole.part) if whole.measured else "lightgrey"
    message = f"{whole.held} of {whole.measured} capabilities work" if whole.measured else "not known"
    return {"schemaVersion": 1, "label": f"{shown(provider)}/{shown(model)}", "message": message, "color": colour}


def _best(rows: Sequence[RowResult]) -> dict[str, Cell]:
    """What a model reaches in any mode."""
    best = table.union(Results("", rows=tuple(rows)))
    return {name: cell for name, cell in best.items() if name in probes()}


def _colour(part: float) -> str:
    return "brightgreen" if part >= _GOOD else "yellow" if part >= _FAIR else "red"
