"""The site: one page without scripts, a table per provider, the reason of each cell at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jinja2
from msgspec import Struct

from probes.base import COLUMNS, probes
from providers.base import find_provider
from scoreboard.disk import write
from scoreboard.pages import table
from scoreboard.results.model import Results
from scoreboard.results.store import file_of


class Page(Struct, frozen=True):
    """What the template needs of one provider."""

    name: str
    title: str
    flag: str
    modes: str
    best: tuple[str, ...]
    lines: list[table.Line]

    def reasons(self, line: table.Line, column: int) -> str:
        """Why a column shows what it shows, a line per cell."""
        if line.row is None:
            return "nobody probed it"
        here = [
            (name, line.row.cells[name])
            for name, probe in probes().items()
            if probe.column == COLUMNS[column] and name in line.row.cells
        ]
        return "\n".join(
            f"{name}: {cell.verdict}{f' ({cell.why})' if cell.why else ''}: {cell.note}" for name, cell in here
        )


def page_of(results: Results) -> Page:
    """A provider's part of the site."""
    provider = find_provider(results.provider)
    return Page(
        file_of(Path(), results.provider).stem,
        provider.title if provider else results.provider,
        table.flag(provider.country if provider else ""),
        table.modes(results.rows),
        table.columns(table.union(results)),
        table.lines(results),
    )


def render(everything: Sequence[Results], folder: Path, templates: Path) -> bool:
    """Writes index.html; True when it changed. Everything is escaped. Raises DiskError."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined
    )
    text = env.get_template("site.html.j2").render(columns=COLUMNS, pages=[page_of(results) for results in everything])
    return write(folder / "index.html", text.encode())
