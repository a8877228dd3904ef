"""Two sides found, asked live where they are endpoints, and compared."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from probes.base import Probe
from scoreboard.live.candidates import Endpoint, endpoint_of
from scoreboard.pages.compare import Comparison, document, markdown
from scoreboard.probing import Answered, Wish, answered, headers_of
from scoreboard.results.changes import row_day
from scoreboard.results.comparing import ComparisonError, Owned, Side, compared
from scoreboard.results.model import RowResult
from scoreboard.results.sides import side, sides


class Live(Struct, frozen=True, kw_only=True):
    """The endpoints that are asked, and how; of each option one value for all of them, or one for each. `folder` gets a
    folder for each, `letters` are their names.
    """

    urls: Sequence[str] = ()
    models: Sequence[str] = ()
    wires: Sequence[str] = ()
    providers: Sequence[str] = ()
    keys: Sequence[str] = ()
    headers: Sequence[str] = ()
    probes: Sequence[Probe] = ()
    timeout: float = 15.0
    concurrency: int = 0
    folder: Path
    force: bool = False

    def asked(self) -> list[tuple[Endpoint, Wish]]:
        """The endpoints, each with what is wished of it. Raises ComparisonError, Obstacle."""
        count, headers = len(self.urls), headers_of(self.headers)
        options = [
            _each(name, given, count)
            for name, given in (
                ("model", self.models), ("wire", self.wires), ("provider", self.providers), ("api-key-env", self.keys),
            )
        ]  # fmt: skip
        if not all(options[0]):
            msg = "--model is missing; it names the model that is asked"
            raise ComparisonError(msg)
        return [
            (
                endpoint_of(url, model, os.environ, wire, provider, key, headers, self.timeout),
                Wish(
                    probes=self.probes, folder=self.folder / letter, force=self.force, concurrency=self.concurrency,
                ),
            )
            for url, model, wire, provider, key, letter in zip(self.urls, *options, "ab"[-count:], strict=True)
        ]  # fmt: skip


def _each(name: str, given: Sequence[str], count: int) -> list[str]:
    if len(given) > max(count, 1):
        msg = f"--{name} is given {len(given)} times for {count} endpoints; give it once for all, or once for each"
        raise ComparisonError(msg)
    return list(given) if len(given) == count else [given[0] if given else ""] * count


def comparison(words: Sequence[str], live: Live, results: Path, cells: Sequence[str] = ()) -> Comparison:
    """What becomes of each cell (of these, where any are named) from the first side to the second: what is named comes
    before what is asked live. Raises ComparisonError, ResultsError, Obstacle.
    """
    if len(words) + len(live.urls) != 2:
        msg = "two sides are compared; name two, or give --base-url for each that is to be asked live"
        raise ComparisonError(msg)
    named = list(sides((words[0], words[1]), results)) if len(words) == 2 else [side(word, results) for word in words]
    found = [(one, _facts(one)) for one in named]
    found += [_asked(one) for one in (answered(live.asked()) if live.urls else ())]
    (a, first), (b, second) = found
    told = [one for one in compared(a, b) if not cells or one.cell in cells]
    return Comparison((a.name, b.name), (first, second), told)


def _facts(one: Side) -> str:
    rows = [owned.row for owned in one.rows]
    newest = max(map(row_day, rows), default="") or "no known day"
    return f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}, evidence of up to {newest}{_served(rows)}"


def _served(rows: Iterable[RowResult]) -> str:
    """Which other models answered, by their own word."""
    names = sorted({row.served_as for row in rows} - {""})
    return f", answered by {', '.join(names)}" if names else ""


def _asked(one: Answered) -> tuple[Side, str]:
    facts = one.facts
    rows = tuple(Owned(one.results.provider, row) for row in one.rows)
    told = f"wire {facts.wire}, {facts.day}, {facts.requests} requests in {facts.seconds:.1f} s{_served(one.rows)}"
    return Side(f"{facts.model} at {facts.endpoint}", rows), told


def written(made: Comparison, form: str) -> bytes:
    """As Markdown or as a JSON document, by the ending of a file's name."""
    return markdown(made).encode() if form == ".md" else msgspec.json.format(msgspec.json.encode(document(made)))
