"""Results to pages: SCOREBOARD.md with a row per provider and a heat map, docs/<provider>.md with a row per model and
mode, docs/coverage.md with how much is known, docs/claims.md with what catalogues say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import jinja2

from probes.base import COLUMNS
from providers.base import find_provider, providers
from scoreboard.disk import write
from scoreboard.pages import ages, claims, engines, pictures, site, table
from scoreboard.pages.coverage import covered
from scoreboard.pages.coverage import page as coverage
from scoreboard.pages.markup import environment, escape, grid
from scoreboard.pages.provider_pages import is_further, page_name, pages
from scoreboard.results.claimed import Claimed
from scoreboard.results.model import Results
from scoreboard.results.outcomes import all_outcomes
from scoreboard.traffic.behind import Archive

_NONE: Mapping[str, Claimed] = MappingProxyType({})


def overview(everything: Sequence[Results], env: jinja2.Environment, counts: Mapping[str, Claimed] = _NONE) -> str:
    """SCOREBOARD.md: the providers of which most is known first, those of which nothing is folded; `counts` tell of the
    catalogues that were held against the results.
    """
    known = {results.provider: covered([results]).known for results in everything}
    ordered = sorted(everything, key=lambda results: (-known[results.provider], results.provider))
    rows = [_row(results) for results in ordered if known[results.provider]]
    return env.get_template("scoreboard.md.j2").render(
        table=grid(("Provider", "🌐", "Models", "Mode", *COLUMNS), rows),
        blank=[_link(results, "docs/") for results in ordered if not known[results.provider]],
        legend=table.legend(),
        claims=claims.table(counts.values()) if counts else "",
    )


def _row(results: Results) -> list[str]:
    provider = find_provider(results.provider)
    probed = len({row.model for row in results.rows if row.observed_at})
    return [
        _link(results, "docs/"), table.flag(provider.country) if provider else table.UNKNOWN,
        f"{probed}/{max(len(results.models), probed)}",
        table.modes(results.rows), *table.columns(table.union(results)),
    ]  # fmt: skip


def _link(results: Results, folder: str = "") -> str:
    """To a provider's page, from a page beside the folder or in it."""
    provider = find_provider(results.provider)
    title = escape(provider.title if provider else results.provider)
    return f"[{title}]({folder}{quote(page_name(results.provider))}.md)"


def render(
    everything: Sequence[Results],
    root: Path,
    cassettes: Path = Path("cassettes"),
    counts: Mapping[str, Claimed] = _NONE,
) -> list[Path]:
    """Writes the pages, those of providers that nobody probed yet too; returns the ones that changed. The site shows
    what the cassettes of this folder hold.

    Raises DiskError where they cannot be written.
    """
    env = environment()
    unprobed = {name: Results(name, provider.models) for name, provider in providers().items() if provider.country}
    everything = [
        one for _, one in sorted({**unprobed, **{results.provider: results for results in everything}}.items())
    ]
    taken = [page_name(results.provider) for results in everything]
    texts = {name: text for results in everything for name, text in pages(results, env, taken).items()}
    files = {root / "docs" / f"{name}.md": text for name, text in texts.items()}
    files[root / "docs" / "coverage.md"] = coverage(everything, _link, env)
    files[root / "docs" / "coverage.svg"] = ages.over_time(everything)
    if known := all_outcomes(root / "engines"):
        files[root / "docs" / "engines.md"] = engines.page(everything, known, env)
    files[root / "docs" / "heatmap.svg"] = pictures.heat_map(everything)
    if counts:
        files[root / "docs" / "claims.md"] = claims.page(counts, env)
    files[root / "SCOREBOARD.md"] = overview(everything, env, counts)
    changed = [path for path, text in files.items() if write(path, text.encode())]
    _sweep(root / "docs", texts)
    return [*changed, root / "site"] if site.render(everything, root / "site", Archive(cassettes, ())) else changed


def _sweep(docs: Path, pages: Mapping[str, str]) -> None:
    """Removes further pages of providers that have fewer now."""
    for path in docs.glob("*.md"):
        further = re.fullmatch(r"(.+)[-.]\d+", path.stem)
        if further and further[1] in pages and path.stem not in pages and is_further(path, further[1]):
            path.unlink()
