"""The list of changed cells in a nightly proposal: what it must hold, reckoned from the results themselves."""

from __future__ import annotations

import re

from scoreboard.results.model import Cell, Results


def cells(results: list[Results]) -> dict[str, Cell]:
    """Cells by the name that a person reads."""
    return {
        f"{one.provider}/{row.model} {row.mode.emoji} {name}": cell
        for one in results
        for row in one.rows
        for name, cell in row.cells.items()
    }


def listed(before: list[Results], after: list[Results]) -> list[str]:
    """How the lines of a list of changes must begin: each cell that differs and of which anything is known, with the
    new verdict and its reason.
    """
    old, new = cells(before), cells(after)
    told = {name: f"{cell.verdict} ({cell.why})" if cell.why else cell.verdict for name, cell in old.items()}
    return sorted(
        f"    {name}: {told.get(name, 'absent')} -> {now}: "
        for name, cell in new.items()
        if (now := f"{cell.verdict} ({cell.why})" if cell.why else cell.verdict) != told.get(name)
        and (name in told or cell.verdict != "unknown")
    )


def begin(body: str) -> list[str]:
    """How the lines of a proposal begin: the cell, what it was, what it is."""
    return sorted(found[0] for line in body.splitlines()[2:] if (found := re.match(r"    .*? -> .*?: ", line)))
