"""docs/engines.md: the versions of what anybody can run side by side, what came and what went, and what a gateway
before an engine changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import jinja2

from probes.base import probes
from providers.base import find_provider
from scoreboard.pages import table
from scoreboard.pages.markup import brief, escape, grid
from scoreboard.results.comparing import DIFFERENT, Compared, Side, compared
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.outcomes import Outcome
from scoreboard.traffic.collections import on_the_web

_VERSIONED = re.compile(r"(?P<name>.+)@(?P<version>\d[\w.+!-]*)")
_MARKS = {"supported": "✅", "unsupported": "❌", "flaky": "💨", "unknown": "?"}
_WORDS = {"gained": "came", "lost": "went", "altered": "altered"}
# The rows of an engine: by name of the model, by version, in order.
Versions = dict[str, dict[str, list[RowResult]]]


def page(everything: Sequence[Results], known: Mapping[str, Mapping[str, Outcome]], env: jinja2.Environment) -> str:
    """The page; `known` are the engines by their providers' names, with what became of their versions."""
    found = {one.provider: versions(one) for one in everything if one.provider in known}
    engines = [_engine(name, outcomes, found) for name, outcomes in known.items() if outcomes or found.get(name)]
    return env.get_template("engines.md.j2").render(engines=engines)


def versions(results: Results) -> Versions:
    """The rows whose model tells a version, older versions first."""
    found: Versions = {}
    for row in results.rows:
        if told := _VERSIONED.fullmatch(row.model):
            found.setdefault(told["name"], {}).setdefault(told["version"], []).append(row)
    return {name: {one: rows[one] for one in sorted(rows, key=_order)} for name, rows in sorted(found.items())}


def _order(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.+!-]|(?<=\d)(?=[a-z])", version)]


def _engine(name: str, outcomes: Mapping[str, Outcome], found: Mapping[str, Versions]) -> dict[str, object]:
    provider = find_provider(name)
    return {
        "title": provider.title if provider else name,
        "outcomes": grid(
            ("Version", "Day", "Python", "Installed in", "On disk", "Ready in", "What became of it"),
            [_outcome(version, outcomes[version]) for version in sorted(outcomes, key=_order)],
        ),
        "models": [
            {
                "name": model,
                "table": _side_by_side(rows),
                "changes": [
                    (f"From {old} to {new}", list(_lines(name, rows[old], rows[new]))) for old, new in pairwise(rows)
                ] + list(_through(name, model, rows, found)),
            }
            for model, rows in found.get(name, {}).items()
        ],
    }  # fmt: skip


def _outcome(version: str, one: Outcome) -> Sequence[str]:
    ready = ", ".join(f"{seconds:g} s" for seconds in one.ready.values())
    return (
        escape(version), escape(one.day), escape(one.python), f"{one.seconds:g} s" if one.seconds else "",
        f"{one.megabytes} MB" if one.megabytes else "", ready, brief(one.failed) if one.failed else "recorded",
    )  # fmt: skip


def _side_by_side(rows: Mapping[str, Sequence[RowResult]]) -> str:
    """A line per cell that traffic tells anything of, a column per version and mode."""
    columns = [(version, row) for version, ones in rows.items() for row in sorted(ones, key=lambda row: row.key)]
    names = [name for name in probes() if any(_is_told(row.cells.get(name)) for _, row in columns)]
    return grid(
        ("Cell", *(f"{escape(version)} {row.mode.emoji}" for version, row in columns)),
        [(f"`{name}`", *(_mark(row.cells.get(name)) for _, row in columns)) for name in names],
    )


def _is_told(cell: Cell | None) -> bool:
    return cell is not None and table.is_measured(cell)


def _mark(cell: Cell | None) -> str:
    """What a cell shows, with its first evidence behind it."""
    if cell is None or not table.is_measured(cell):
        return _MARKS["unknown"]
    text = " ".join(filter(None, (_MARKS[cell.verdict] + (table.ACCEPTED if cell.accepted else ""), cell.reason)))
    return f"[{text}](<{_address(cell.evidence[0])}>)" if cell.evidence else text


def _address(where: str) -> str:
    """Of evidence, from a page in docs/."""
    address = on_the_web(where)
    return address if "://" in address else f"../{address}"


def _lines(name: str, old: Iterable[RowResult], new: Iterable[RowResult], before: str = "") -> Iterator[str]:
    """What became of each cell from one version, or engine, to another."""
    first, second = Results(before or name, rows=tuple(old)), Results(name, rows=tuple(new))
    for one in compared(Side.of(first.provider, [first]), Side.of(name, [second])):
        if one.kind in DIFFERENT:
            yield _line(one)


def _line(one: Compared) -> str:
    sides = [_said(cell) for cell in (one.a, one.b) if cell is not None]
    return f"{one.pair.mode.emoji} **{one.cell}** {_WORDS[one.kind]}: {' → '.join(sides)}"


def _said(cell: Cell) -> str:
    links = " ".join(f"[{n}](<{_address(where)}>)" for n, where in enumerate(cell.evidence[:2], 1))
    words = " ".join(filter(None, (cell.verdict, f"({cell.why})" if cell.why else "")))
    return f"{words}: {brief(cell.note)} {links}".rstrip()


def _through(
    name: str, model: str, rows: Mapping[str, Sequence[RowResult]], found: Mapping[str, Versions]
) -> Iterator[tuple[str, list[str]]]:
    """A gateway's model is called by the engine behind it and that one's model: what differs is the gateway's doing."""
    for engine, models in found.items():
        if behind := models.get(model.removeprefix(f"{engine}-")) if model.startswith(f"{engine}-") else None:
            version = list(behind)[-1]
            for gateway, ones in rows.items():
                yield f"{engine} {version} through {gateway}", list(_lines(name, behind[version], ones, engine))
