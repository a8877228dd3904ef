"""One endpoint probed: its first question, the live run, and the card, on the terminal and as a file."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import typer
from msgspec import Struct, structs
from rich.console import Console

from probes.base import Probe, Verdict, probes
from providers.base import providers, wires
from scoreboard.console import say, stoppable, warn
from scoreboard.disk import write
from scoreboard.live.candidates import Endpoint
from scoreboard.live.endpoint import bind
from scoreboard.live.obstacles import Obstacle
from scoreboard.live.preflight import Found, first_question
from scoreboard.live.reporters import JsonLines, Report, Verdicts
from scoreboard.live.run import Run, ask_provider, seldom_collected
from scoreboard.mode import RowId
from scoreboard.net.budget import Budget
from scoreboard.net.session import Session
from scoreboard.pages.card import Card, Facts, card, mark, mode_name, reason, why
from scoreboard.pages.card_lines import cut, lines, padded
from scoreboard.pages.card_pages import html, markdown
from scoreboard.required import Requirement, unmet
from scoreboard.results.export import exported
from scoreboard.results.model import Results, RowResult, cell_of
from scoreboard.results.store import load
from scoreboard.settings import Settings, settings
from scoreboard.text import one_line, printable

FORMS = (".json", ".md", ".html")
_PATIENCE = 60.0  # seconds that any question but the first may take at least
_TRIES = 2  # of a request that meets a passing failure: who waits for a card waits for no third
_AT_ONCE = 20  # requests: a failure may take seconds, and most of a card's time is waiting
_NARROW, _WIDE = 40, 120
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Wish(Struct, frozen=True, kw_only=True):
    """What the caller wants of an endpoint, besides asking it."""

    probes: Sequence[Probe]
    required: Sequence[Requirement] = ()
    folder: Path
    force: bool = False
    concurrency: int = 0
    as_json: bool = False
    output: Path | None = None


def headers_of(texts: Sequence[str]) -> dict[str, str]:
    """Headers written as "Name: value", by names in lower case. Raises Obstacle."""
    found = {}
    for text in texts:
        name, colon, value = text.partition(":")
        if not (colon and _TOKEN.fullmatch(name.strip()) and _is_sendable(value.strip())):
            # Not the value: it may be a secret.
            msg = f"--header {name.strip()!r:.80} is no header; write it as 'Name: value', in ASCII on one line"
            raise Obstacle(msg)
        found[name.strip().lower()] = value.strip()
    return found


def _is_sendable(text: str) -> bool:
    return text.isascii() and text.isprintable()


def named(wire: str, provider: str) -> None:
    """Raises Obstacle where a name is none."""
    for option, name, known in (("wire", wire, wires()), ("provider", provider, providers())):
        if name and name not in known:
            msg = f"no {option} is named {name!r}; there are {', '.join(known)}"
            raise Obstacle(msg)


def keyed(endpoint: Endpoint) -> None:
    """Raises Obstacle where the variable that the caller names holds no key, or one that no header can carry."""
    for name in {endpoint.key_env, *(known.key_env or "" for known in endpoint.candidates())} - {""}:
        key = endpoint.environ.get(name, "").strip()
        if not key and name == endpoint.key_env:
            msg = f"{name}, which --api-key-env names, is not set; set it to the endpoint's key"
            raise Obstacle(msg)
        if not _is_sendable(key):
            msg = f"the key in {name} holds characters that no header can carry; set it again"
            raise Obstacle(msg)


class Answered(Struct, frozen=True):
    """An endpoint that was asked: what stands above its card, all results of its provider, and the model's rows."""

    facts: Facts
    results: Results
    rows: Sequence[RowResult]


def answered(asked: Sequence[tuple[Endpoint, Wish]]) -> list[Answered]:
    """Asks endpoints, one after the other, each what is wished of it; first of each whether it can be asked at all.
    Raises Obstacle; ends the program where Ctrl-C stops it.
    """
    for endpoint, _ in asked:
        named(endpoint.wire, endpoint.provider)
        keyed(endpoint)
    done: list[Answered] = []

    async def work() -> bool:
        found = [(endpoint, await first_question(endpoint), wish) for endpoint, wish in asked]
        for endpoint, first, wish in found:
            start, budget = time.monotonic(), Budget()
            with _course(budget, as_json=wish.as_json) as report:
                if len(found) > 1:
                    report.line(f"{endpoint.model} at {endpoint.plain}")
                if not (endpoint.wire or endpoint.provider):
                    report.line(f"the wire is {first.wire}")
                await _asked(endpoint, first, wish, budget, report)
            done.append(_answered(endpoint, first, wish, budget.requests, first.seconds + time.monotonic() - start))
        return True

    if stoppable(work) is None:
        raise typer.Exit(130)
    return done


def _answered(endpoint: Endpoint, found: Found, wish: Wish, requests: int, seconds: float) -> Answered:
    results = load(wish.folder / "results", found.provider.name)
    rows = [row for row in results.rows if row.model == endpoint.model]
    day = max((row.observed_at for row in rows), default="")[:10] or datetime.now(UTC).date().isoformat()
    return Answered(Facts(endpoint.plain, endpoint.model, found.wire, day, requests, seconds), results, rows)


def probed(endpoint: Endpoint, wish: Wish) -> bool:
    """Asks an endpoint and prints its card; True where all that is required holds. Raises Obstacle."""
    (one,) = answered([(endpoint, wish)])
    made = card(one.rows, one.facts, [probe.id for probe in wish.probes])
    _print(made, one.results, as_json=wish.as_json)
    if wish.output:
        write(wish.output, _written(made, one.results, wish.output.suffix))
    failed = list(unmet(wish.required, one.rows))
    for requirement, row in failed:
        warn(f"{requirement.name} does not hold ({mode_name(row.mode)}): {why(row.cells.get(requirement.cell))}")
    return not failed


async def _asked(endpoint: Endpoint, found: Found, wish: Wish, budget: Budget, report: Report) -> bool:
    """Asks all cells in both modes; their verdicts are in the folder then."""
    known = found.provider
    bind(wish.folder / "results", [known.name], endpoint.base_url)
    environ = endpoint.with_key(known)
    session = partial(Session, secrets=endpoint.secrets)
    run = Run(
        _settings(known.name, found, endpoint.seconds, wish.concurrency), environ, budget, wish.folder / "cassettes",
        wish.folder / "results", force=wish.force, base_url=endpoint.base_url, session=session,
    )  # fmt: skip
    async with seldom_collected():
        return await ask_provider(run, known, [endpoint.model], wish.probes, report)


def _settings(name: str, found: Found, seconds: float, concurrency: int) -> Settings:
    """Those of the checkout, less patient; but with a server that answers one question after the other, all that wait
    for it have the time.
    """
    usual = settings(Path())
    at_once = concurrency or max(usual.pace_of(name).concurrency, _AT_ONCE if name not in usual.pace else 1)
    timeout = max(seconds, _PATIENCE, 2 * at_once * found.seconds)
    pace = structs.replace(usual.pace_of(name), timeout=timeout, concurrency=at_once)
    return structs.replace(usual, tries=min(usual.tries, _TRIES), pace={name: pace})


@contextmanager
def _course(budget: Budget, *, as_json: bool) -> Iterator[Report]:
    """How the run is told: a line per verdict on standard error, with a status beneath where that is a terminal."""
    report: Report
    if as_json:
        report = JsonLines(say, budget)
        yield report
        report.end()
    elif sys.stderr.isatty():
        console = Console(stderr=True, highlight=False, markup=False)
        with console.status("asking") as status:
            yield Verdicts(
                lambda text: console.print(printable(text), no_wrap=True, overflow="ellipsis"),
                budget, _told, lambda text: status.update(text or "judging"),
            )  # fmt: skip
    else:
        yield Verdicts(lambda text: typer.echo(printable(text), err=True), budget, _told, lambda _: None)


def _told(row: RowId, cell: str, verdict: Verdict) -> str:
    """A verdict in a line."""
    shown = cell_of(verdict, "live", "")
    what = f"{padded(mark(shown), 3)}{mode_name(row.mode)}: {probes()[cell].title}"
    line = f"{what}: {reason(shown)}" if reason(shown) else what
    return cut(one_line(line), 79)


def _print(made: Card, results: Results, *, as_json: bool) -> None:
    if as_json:
        say(msgspec.json.encode(exported([results])).decode())
        return
    size = shutil.get_terminal_size((80, 24)).columns
    columns = min(max(size, _NARROW), _WIDE)
    is_plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    console = Console(highlight=False, markup=False, emoji=False)
    for line in lines(made, columns):
        if is_plain:
            say(line.plain)
        else:
            console.print(line, soft_wrap=True)


def _written(made: Card, results: Results, form: str) -> bytes:
    if form == ".json":
        return msgspec.json.format(msgspec.json.encode(exported([results])), indent=1) + b"\n"
    return (markdown(made) if form == ".md" else html(made)).encode()
