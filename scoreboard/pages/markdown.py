"""Results to pages: SCOREBOARD.md with a row per provider, docs/<provider>.md with a row per model and mode."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from tabulate import tabulate

from probes.base import COLUMNS
from providers.base import Provider, find_provider, providers
from scoreboard.disk import write
from scoreboard.pages import site, table
from scoreboard.results.model import Results
from scoreboard.results.store import file_of
from scoreboard.text import one_line
from scoreboard.traffic.collections import on_the_web

TEMPLATES = Path(__file__).parent.parent.parent / "templates"


def escape(text: str) -> str:
    """Hostile text as plain text of markdown, on one line."""
    line = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = re.sub(r"([\\`*\[\]|])", r"\\\1", line)
    # A bare address or a mention would become a link on the web.
    return line.replace("@", "&#64;").replace("://", ":&#47;&#47;")


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table, padded by the width that a terminal shows."""
    return tabulate(rows, header, tablefmt="github", disable_numparse=True)


def environment() -> jinja2.Environment:
    """Jinja with our filters; an undefined name is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # noqa: S701 (markdown; each text passes `md`)
    )  # fmt: skip
    env.filters["md"] = escape
    env.filters["link"] = on_the_web
    return env


def page(results: Results, env: jinja2.Environment) -> str:
    """docs/<provider>.md."""
    provider = find_provider(results.provider)
    lines = table.lines(results)
    more = [[escape(line[0]), *line[1:-1], escape(line[-1])] for line in table.more_lines(results)]
    body = [[escape(line.texts()[0]), *line.texts()[1:]] for line in lines]
    return env.get_template("provider.md.j2").render(
        title=provider.title if provider else results.provider,
        provider=provider,
        recommended=_recommended(provider),
        flag=table.flag(provider.country) if provider else table.UNKNOWN,
        table=grid(table.HEADER, body),
        more=grid(table.MORE_HEADER, more) if more else "",
        legend=table.legend(),
        details=[(line, _details(line)) for line in lines if line.row and not line.inherited],
    )


def _recommended(provider: Provider | None) -> list[tuple[str, str]]:
    medals = {"best": "🥇", "good": "🥈", "cheap": "🥉"}
    return (
        [(medals[rank], provider.recommended[rank]) for rank in medals if rank in provider.recommended]
        if provider
        else []
    )


def _details(line: table.Line) -> list[dict[str, Any]]:
    """What each cell of a row rests on, cells that nobody asked left out."""
    if line.row is None:
        raise AssertionError
    return [
        {"id": name, "cell": cell, "links": [(str(i + 1), link) for i, link in enumerate(cell.evidence[:3])]}
        for name, cell in sorted(line.row.cells.items())
        if cell.evidence or (cell.verdict != "unknown")
    ]


def overview(everything: Sequence[Results], env: jinja2.Environment) -> str:
    """SCOREBOARD.md."""
    rows = []
    for results in everything:
        provider = find_provider(results.provider)
        title = escape(provider.title if provider else results.provider)
        link = f"[{title}](docs/{file_of(Path(), results.provider).stem}.md)"
        probed = len({row.model for row in results.rows if row.observed_at})
        rows.append([
            link, table.flag(provider.country) if provider else table.UNKNOWN,
            f"{probed}/{max(len(results.models), probed)}",
            table.modes(results.rows), *table.columns(table.union(results)),
        ])  # fmt: skip
    header = ("Provider", "🌐", "Models", "Mode", *COLUMNS)
    return env.get_template("scoreboard.md.j2").render(table=grid(header, rows), legend=table.legend())


def render(everything: Sequence[Results], root: Path) -> list[Path]:
    """Writes the pages, those of providers that nobody probed yet too; returns the ones that changed.

    Raises DiskError where they cannot be written.
    """
    env = environment()
    unprobed = {name: Results(name, provider.models) for name, provider in providers().items() if provider.country}
    everything = [
        one for _, one in sorted({**unprobed, **{results.provider: results for results in everything}}.items())
    ]
    pages = {
        root / "docs" / f"{file_of(Path(), results.provider).stem}.md": page(results, env) for results in everything
    }
    pages[root / "SCOREBOARD.md"] = overview(everything, env)
    changed = [path for path, text in pages.items() if write(path, text.encode())]
    return [*changed, root / "site"] if site.render(everything, root / "site", TEMPLATES) else changed
