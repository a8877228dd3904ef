"""How much is known: docs/coverage.md, per provider, column, age, and how it was obtained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import jinja2
from msgspec import Struct

from probes.base import COLUMNS, MORE_COLUMNS, probes
from scoreboard.pages import table
from scoreboard.pages.markup import escape, grid
from scoreboard.results.model import Cell, Results
from scoreboard.traffic.collections import COLLECTIONS

_INHERITED = "inherited"


class Coverage(Struct, frozen=True):
    """What is known of some rows: how many models and rows, cells by column and by how they were obtained (those that
    are inherited apart), cells that the API has no field for, the days of the newest and of the oldest evidence.
    """

    models: int
    rows: int
    columns: Counter[str]
    obtained: Counter[str]
    lacking: int
    days: tuple[str, str]

    @property
    def known(self) -> int:
        """Cells with a verdict of their own."""
        return self.columns.total()


def covered(everything: Iterable[Results]) -> Coverage:
    """What is known of providers."""
    rows = [(results.provider, row) for results in everything for row in results.rows]
    cells = [(name, cell) for _, row in rows for name, cell in row.cells.items()]
    known = [(name, cell) for name, cell in cells if table.is_measured(cell)]
    own = [(name, cell) for name, cell in known if cell.source != _INHERITED]
    days = sorted(day for _, cell in own if (day := table.day(cell)))
    measured = [(provider, row.model) for provider, row in rows if table.is_known(row)]
    column = {probe.id: probe.column for probe in probes().values()}
    return Coverage(
        len(set(measured)),
        len(measured),
        Counter(column[name] for name, _ in own if name in column),
        Counter(_how(cell) for _, cell in known),
        sum(table.lacks_field(cell) for _, cell in cells),
        (days[-1], days[0]) if days else ("", ""),
    )


def _how(cell: Cell) -> str:
    return _INHERITED if cell.source == _INHERITED else f"{cell.source}, {cell.grade}"


def page(everything: Sequence[Results], link: Callable[[Results], str], env: jinja2.Environment) -> str:
    """docs/coverage.md: the providers of which most is known first. `link` makes a link to a provider's page."""
    named = [(link(results), covered([results])) for results in everything]
    known = sorted((pair for pair in named if pair[1].known), key=lambda pair: (-pair[1].known, pair[0]))
    whole = [("**all**", covered(everything)), *known]
    ways = sorted({way for _, one in whole for way in one.obtained})
    columns = (*COLUMNS, *MORE_COLUMNS)
    return env.get_template("coverage.md.j2").render(
        obtained=grid(
            ("Provider", "Models", "Rows", "Cells", "No field", "Newest", "Oldest", *ways),
            [(name, *_numbers(one.models, one.rows, one.known, one.lacking), *one.days,
              *_numbers(*(one.obtained[way] for way in ways))) for name, one in whole],
        ),
        columns=grid(
            ("Provider", *columns),
            [(name, *_numbers(*(one.columns[column] for column in columns))) for name, one in whole],
        ),
        collections=grid(("Collection", "Day", "Licence", "Form", "Recorded", "Cells"), _collections(everything)),
        blank=[name for name, one in named if not one.known],
    )  # fmt: skip


def _numbers(*counts: int) -> Iterator[str]:
    return (f"{count:,}" if count else "" for count in counts)


def _collections(everything: Iterable[Results]) -> list[Sequence[str]]:
    """What is known of each collection, and how many cells rest on it, those with most first."""
    cells = [cell for results in everything for row in results.rows for cell in row.cells.values()]
    evidence = [cell.evidence for cell in cells if table.is_measured(cell) and cell.source != _INHERITED]
    counts = {
        name: sum(any(where.startswith(known.beginning) for where in one) for one in evidence)
        for name, known in COLLECTIONS.items()
    }
    ordered = sorted(COLLECTIONS.items(), key=lambda pair: (-counts[pair[0]], pair[0]))
    return [
        (
            f"[{escape(name)}](<{known.beginning}>)",
            *map(escape, (known.day, known.licence, known.form, known.recorded)),
            *_numbers(counts[name]),
        )
        for name, known in ordered
    ]
