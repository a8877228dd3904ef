"""The pages of one provider: docs/<provider>.md, and where that would be too large to be shown, docs/<provider>-2.md
and so on: the rows in their order, halved until each page is small enough.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from urllib.parse import quote

import jinja2
from msgspec import Struct

from providers.base import Provider, find_provider
from scoreboard.pages import table
from scoreboard.pages.markup import brief, grid
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import file_of
from scoreboard.traffic.collections import on_the_web

LIMIT = 480_000  # bytes of a page; the web shows none that is much larger
_LINKS = 3  # recordings that are linked of a cell
_LONGEST = 800  # characters of an address; `scoreboard explain` tells those that are longer
_LINE = 200  # bytes of a row in the tables, more or less
_SHORTEST = 5  # characters of what stands for an address
# Pages of docs/ that are no provider's.
RESERVED = ("adding-a-probe", "adding-a-provider", "claims", "coverage", "engines", "gateways", "recipes", "reference")


class Part(Struct, frozen=True):
    """A row of the pages, and the piece of Markdown that tells what it rests on."""

    line: table.Line
    text: str = ""


class Told(Struct, frozen=True):
    """What cells of a row have in common, their ids, and the addresses of their recordings."""

    verdict: str
    why: str
    note: str
    ids: list[str]
    links: list[str]


def pages(results: Results, env: jinja2.Environment, taken: Collection[str] = ()) -> dict[str, str]:
    """All pages by their names without the ending; no further one is named as one of those taken."""
    parts = list(_parts(results, env))
    template, common = env.get_template("provider.md.j2"), _common(results)

    def render(some: Sequence[Part], names: Sequence[str], at: int) -> str:
        return template.render(**common, **_content(some), pages=[f"{quote(name)}.md" for name in names], at=at)

    stem = page_name(results.provider)
    cuts = cut(parts, lambda some: len(render(some, (stem,), 0).encode()) <= LIMIT)
    further = (f"{stem}-{n}" if f"{stem}-{n}" not in taken else f"{stem}.{n}" for n in range(2, len(cuts) + 1))
    names = (stem, *further)
    return {name: render(some, names, at) for at, (name, some) in enumerate(zip(names, cuts, strict=True))}


def page_name(provider: str) -> str:
    """The name of a provider's first page. A dot stands in no name of a provider's file."""
    stem = file_of(Path(), provider).stem
    return f"{stem}.provider" if stem in RESERVED else stem


def is_further(path: Path, first: str) -> bool:
    """Whether a file is a further page of the provider whose first page has this name."""
    return f"stands on [page 1]({quote(first)}.md)".encode() in path.read_bytes()


def cut(parts: Sequence[Part], fits: Callable[[Sequence[Part]], bool]) -> list[Sequence[Part]]:
    """The parts in their order, halved by what they weigh until each piece fits or is a single one."""
    if len(parts) < 2 or fits(parts):
        return [parts]
    weights = list(accumulate(len(part.text) + _LINE for part in parts))
    half = min(bisect(weights, weights[-1] / 2) + 1, len(parts) - 1)
    return [*cut(parts[:half], fits), *cut(parts[half:], fits)]


def _common(results: Results) -> dict[str, object]:
    provider = find_provider(results.provider)
    return {
        "title": provider.title if provider else results.provider,
        "provider": provider,
        "recommended": _recommended(provider),
        "flag": table.flag(provider.country) if provider else table.UNKNOWN,
        "legend": table.legend(),
        "columns": table.HEADER,
    }


def _recommended(provider: Provider | None) -> list[tuple[str, str]]:
    medals = {"best": "🥇", "good": "🥈", "cheap": "🥉"}
    known = provider.recommended if provider else {}
    return [(medals[rank], known[rank]) for rank in medals if rank in known]


def _parts(results: Results, env: jinja2.Environment) -> Iterator[Part]:
    """The rows of which something is known, then the others."""
    lines = sorted(table.lines(results), key=lambda line: not line.known)
    told = {line.row.key: _told(line.row) for line in lines if line.row and line.known and not line.inherited}
    labels = _labels({link for row in told.values() for one in row for link in one.links})
    details = env.get_template("_evidence.md.j2")
    for line in lines:
        here = told.get(line.row.key) if line.row else None
        yield Part(line, details.render(line=line, told=here, labels=labels) if here else "")


def _told(row: RowResult) -> list[Told]:
    """What the cells of a row rest on, those alike together; cells that nobody asked are left out."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for name, cell in sorted(row.cells.items()):
        if cell.evidence or cell.verdict != "unknown" or cell.correction:
            note = "" if table.lacks_field(cell) else cell.note
            if cell.correction:
                note = f"{cell.correction.words}; measured: {note or cell.verdict}"
            alike.setdefault((cell.verdict, cell.why, note), []).append(name)
    return [Told(*what, ids, _links(row.cells[name] for name in ids)) for what, ids in alike.items()]


def _links(cells: Iterable[Cell]) -> list[str]:
    links = dict.fromkeys(_address(where) for cell in cells for where in cell.evidence[:_LINKS])
    return [link for link in links if len(link) <= _LONGEST][:_LINKS]


def _address(where: str) -> str:
    """On the web, or from docs/ in the checkout."""
    link = on_the_web(where)
    return link if link.startswith(("https://", "http://")) else f"../{quote(where, safe='/@+:,=#~')}"


def _labels(links: Collection[str]) -> dict[str, str]:
    """Short names of addresses, which stay the same when others come."""
    digests = {link: hashlib.sha256(link.encode()).hexdigest() for link in links}
    length = _SHORTEST
    while len({digest[:length] for digest in digests.values()}) < len(digests):
        length += 1
    return {link: digest[:length] for link, digest in digests.items()}


def _content(some: Sequence[Part]) -> dict[str, object]:
    """What a page with these rows shows."""
    known, lost = [part for part in some if part.line.known], [part.line for part in some if not part.line.known]
    rows = [part.line.row for part in known if part.line.row]
    more = [line for row in rows if (line := table.more_line(row))]
    return {
        "table": _grid(table.HEADER, [part.line.texts() for part in known]),
        "more": _grid(table.MORE_HEADER, more),
        "lacking": _lacking(part.line.row for part in known if part.text and part.line.row),
        "details": [part.text for part in known if part.text],
        "unanswered": [(line, *_why(line.row)) for line in lost if line.row and line.asked],
        "unasked": [line for line in lost if not line.asked],
    }


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table, empty where it has no rows; its first and its last column may hold names."""
    return grid(header, ((brief(first), *marks, brief(last)) for first, *marks, last in rows)) if rows else ""


def _lacking(rows: Iterable[RowResult]) -> list[tuple[str, list[str]]]:
    """What the API has no field for, told once: each note, and the ids of its cells."""
    pairs = {(cell.note, name) for row in rows for name, cell in row.cells.items() if table.lacks_field(cell)}
    return [(note, sorted(name for of, name in pairs if of == note)) for note in sorted({note for note, _ in pairs})]


def _why(row: RowResult) -> tuple[Cell, str]:
    """Why nothing is known of a row, by most of its cells, with a recording."""
    cells = [cell for _, cell in sorted(row.cells.items()) if cell.verdict == "unknown"]
    notes = Counter((cell.why, cell.note) for cell in cells if cell.evidence)
    why = notes.most_common(1)[0][0] if notes else None
    cell = next((cell for cell in cells if (cell.why, cell.note) == why), Cell("unknown", "not_asked"))
    return cell, next(iter(_links([cell])), "")
