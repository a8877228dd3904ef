"""The site: files that are opened as they are, without a server. The table is one page with one script and one style
sheet; its evidence comes in pieces as scripts that call one function, since no page of a file system may fetch. Beside
it stand plain pages, pictures and a feed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from probes.base import GROUPS, probes
from scoreboard.disk import write
from scoreboard.pages import ages, feed, pictures, site_bytes, site_pages
from scoreboard.pages.looks import SOURCES, drawn
from scoreboard.pages.site_index import STATES, index, pieces
from scoreboard.pages.site_paths import path_of
from scoreboard.results.model import Results
from scoreboard.traffic.behind import Archive

# The script's parts, in the order in which they are joined: file:// knows no modules.
_SCRIPT = ("data", "words", "state", "grid", "exchanges", "panel", "compare", "page")
# The folders whose files are all ours.
_OURS = ("data", "provider", "model", "capability", "badge")


def render(everything: Sequence[Results], folder: Path, archive: Archive) -> bool:
    """Writes the site, with the bytes that the archive has; True when anything of it changed. What an older one had and
    this has not is removed. Raises DiskError.
    """
    kept, changed = set(), False
    for name, text in files(everything, archive):
        kept.add(folder / name)
        changed |= write(folder / name, text.encode(), durable=False)
    gone = [path for ours in _OURS for path in (folder / ours).rglob("*") if path.is_file() and path not in kept]
    for path in gone:
        path.unlink()
    return changed or bool(gone)


def files(everything: Sequence[Results], archive: Archive) -> Iterator[tuple[str, str]]:
    """All files by their paths below the site."""
    yield "index.html", drawn("index.html.j2", states=STATES.values(), groups=GROUPS)
    yield "app.js", _script()
    yield "style.css", (SOURCES / "style.css").read_text("utf-8")
    yield "data/index.js", _call("index", index(everything))
    yield "pages.html", site_pages.overview_page(everything)
    yield "heatmap.svg", pictures.heat_map(everything)
    yield "coverage.svg", ages.over_time(everything)
    yield "feed.xml", feed.atom(everything)
    yield "llms.txt", site_pages.llms(everything)
    for probe in probes().values():
        yield path_of("capability", probe.id), site_pages.capability_page(probe, everything)
    for results in everything:
        yield from _of_provider(results, archive)


def _of_provider(results: Results, archive: Archive) -> Iterator[tuple[str, str]]:
    provider = results.provider
    yield path_of("provider", provider), site_pages.provider_page(results)
    kept = site_bytes.names(results, archive)
    for name, piece in chain(pieces(results, kept), site_bytes.pieces(results, kept, archive)):
        yield f"data/{name}.js", _call(name, piece)
    for model, rows in site_pages.by_model(results):
        yield path_of("model", provider, model), site_pages.model_page(provider, model, rows)
        yield path_of("badge", provider, model, form="svg"), pictures.badge(provider, model, rows)
        yield path_of("badge", provider, model, form="json"), _json(pictures.shield(provider, model, rows))


def _script() -> str:
    parts = [(SOURCES / "app" / f"{name}.js").read_text("utf-8") for name in _SCRIPT]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


def _call(name: str, value: object) -> str:
    """A script that hands a piece of data to the page's."""
    return f"scoreboard({_json(name)}, {_json(value)});\n"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
