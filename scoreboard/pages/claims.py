"""docs/claims.md: how many flags that catalogues publish the results contradict, fill, or leave open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import jinja2

from scoreboard.pages.markup import escape, grid
from scoreboard.results.claimed import Claimed

_HEADER = ("catalogue", "copy", "contradicted", "gap, a yes", "gap, a no", "agrees", "open")


def table(counts: Iterable[Claimed]) -> str:
    """The counts in Markdown, a row per catalogue."""
    rows = [
        (
            escape(one.title),
            escape(one.copy),
            *map(str, (one.contradicted, one.gap_yes, one.gap_no, one.agrees, one.open)),
        )
        for one in counts
    ]
    return grid(_HEADER, rows)


def page(counts: Mapping[str, Claimed], env: jinja2.Environment) -> str:
    """The page."""
    return env.get_template("claims.md.j2").render(table=table(counts.values()), names=list(counts))
