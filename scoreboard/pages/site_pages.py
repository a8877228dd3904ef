"""The plain pages of the site, one per provider, model and capability: without script, linked among each other, for
search engines and whoever has no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby

from probes.base import Probe
from providers.base import find_provider
from scoreboard.pages import table
from scoreboard.pages.card import Facts, card, mark, mode_name
from scoreboard.pages.looks import drawn, shown, title_of
from scoreboard.pages.site_index import STATES, in_groups
from scoreboard.pages.site_paths import path_of
from scoreboard.results.changes import day
from scoreboard.results.model import Results, RowResult
from scoreboard.traffic.collections import on_the_web

_LINKS = 3  # recordings that are linked of a cell; the site's table has all
_FACTS = Facts("", "", "", "", 0, 0.0)


def by_model(results: Results) -> Iterator[tuple[str, list[RowResult]]]:
    """The models of which there are rows, by name."""
    for model, rows in groupby(sorted(results.rows, key=lambda row: row.key), key=lambda row: row.model):
        yield model, list(rows)


@cache
def web_link(where: str) -> str:
    """The address of a recording; empty where it is none that a browser may follow."""
    link = on_the_web(where)
    return link if link.lower().startswith(("https://", "http://")) and len(link) <= 2000 else ""


def model_page(provider: str, model: str, rows: Sequence[RowResult]) -> str:
    """What is known of a model, in all its modes side by side."""
    known = [p.id for p in in_groups() if any(_is_known(row, p.id) for row in rows)]
    unknown = [p for p in in_groups() if p.id not in known]
    return drawn(
        "model.html.j2", root="../../",
        provider=provider, provider_title=title_of(provider), model=shown(model), rows=rows,
        card=card(rows, _FACTS, known), unknown=unknown,
        evidence={name: _evidence(rows, name) for name in known}, days={name: _day(rows, name) for name in known},
        page=path_of("model", provider, model), badge=path_of("badge", provider, model, form="svg"),
        mode=rows[0].mode.name,
    )  # fmt: skip


def _is_known(row: RowResult, name: str) -> bool:
    return name in row.cells and mark(row.cells[name]) != table.UNKNOWN


def _evidence(rows: Iterable[RowResult], name: str) -> list[str]:
    """Addresses of recordings, a few of each row."""
    found = [
        [link for where in row.cells[name].evidence if (link := web_link(where))] for row in rows if name in row.cells
    ]
    return list(dict.fromkeys(link for links in found for link in links[:_LINKS]))


def _day(rows: Iterable[RowResult], name: str) -> str:
    newest = max((row.cells[name] for row in rows if name in row.cells), key=day)
    return shown(newest.observed_at.partition("T")[0], 20)


def provider_page(results: Results) -> str:
    """A provider's models and modes, as in its table, and what is noted of it."""
    provider = find_provider(results.provider)
    notes = (*provider.warnings, *provider.notes) if provider else ()
    return drawn(
        "provider.html.j2", root="../",
        name=results.provider, title=title_of(results.provider), header=table.HEADER, lines=table.lines(results),
        notes=[(note.text, web_link(note.source)) for note in notes],
    )  # fmt: skip


def capability_page(probe: Probe, everything: Sequence[Results]) -> str:
    """What a capability is, how it is judged, and which models come to what."""
    held: dict[str, dict[tuple[str, str], list[str]]] = {sign: {} for sign in STATES}
    for results in everything:
        for row in results.rows:
            if (cell := row.cells.get(probe.id)) and mark(cell) != table.UNKNOWN:
                held[mark(cell)].setdefault((results.provider, row.model), []).append(mode_name(row.mode))
    groups = [(sign, STATES[sign].words, models) for sign, models in held.items() if models]
    return drawn("capability.html.j2", root="../", probe=probe, groups=groups)


def overview_page(everything: Sequence[Results]) -> str:
    """All pages, and the heat map."""
    return drawn(
        "pages.html.j2",
        root="",
        capabilities=in_groups(),
        providers=[(results.provider, _count(results)) for results in everything],
    )


def llms(everything: Sequence[Results]) -> str:
    """The text that tells programs that read what is here, in Markdown (llmstxt.org)."""
    return drawn("llms.txt.j2", root="", capabilities=in_groups(), everything=everything, count=_count)


def _count(results: Results) -> int:
    """How many of its models have a row."""
    return len({row.model for row in results.rows})
