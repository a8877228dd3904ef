"""The plan of a run: what each row will be asked, before anything is sent.

A row is played through as it will be asked. What is fresh answers as it did; what is not is answered as by a model that
can do all, what a cell's last verdict refused or found without effect, as by one that does the same.
"""

from __future__ import annotations

import re
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from probes.base import Probe, Verdict, probes
from probes.row import Exchange, Row, bare
from providers.base import Provider, Request, Response, find_provider
from providers.chat import Ask, Error, Reply, Usage
from scoreboard.evidence.cassettes import folder_of
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.matching import Player
from scoreboard.judge.kept import fresh, loaded
from scoreboard.live.asking import AskedRow, Asker, Unsent
from scoreboard.live.ideal import ideal
from scoreboard.live.journal import read
from scoreboard.live.row import row_to_ask
from scoreboard.live.run import Run, chosen, rows
from scoreboard.mode import RowId
from scoreboard.net.budget import estimate
from scoreboard.net.signing import unasked
from scoreboard.results.model import RowResult
from scoreboard.results.store import load as load_results


class Cost(Struct):
    """What is to be sent: requests, tokens in and out, US dollars where the price is known."""

    requests: int = 0
    input: int = 0
    output: int = 0
    usd: float | None = None

    def add(self, other: Cost) -> None:
        """With another one."""
        self.requests, self.input = self.requests + other.requests, self.input + other.input
        self.output = self.output + other.output
        self.usd = self.usd if other.usd is None else (self.usd or 0.0) + other.usd

    def __str__(self) -> str:
        cost = "price not known" if self.usd is None else f"{self.usd:.4f} USD"
        return f"{self.requests} requests, at most some {self.input} + {self.output} tokens, {cost}"


class Plan(Struct):
    """What one row will cost, whole and by cell, and the questions in order. A question that cells share is counted
    for the cell that puts it first.
    """

    row: RowId
    whole: Cost
    cells: dict[str, Cost]
    questions: list[str]


class Last(Struct):
    """What a row did when it was asked last: what it said to features (names of `Ask.features`) that it refused, the
    variants ("aac/inline") that it refused, and the features that had no effect.
    """

    refused: dict[str, str] = {}
    variants: frozenset[str] = frozenset()
    heedless: frozenset[str] = frozenset()


class _NotFresh(Exception):
    """The question would have to be asked; or, where it waits for a service, only what became of it."""

    def __init__(self, *, is_poll: bool) -> None:
        self.is_poll = is_poll
        super().__init__()


class _Fresh(Unsent):
    """A Sender of what is fresh."""

    def __init__(self, interactions: Sequence[Interaction]) -> None:
        self._player = Player(interactions)

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """Raises _NotFresh where it would have to be asked."""
        played = self._player.find(request, asker.sample)
        if played is None:
            raise _NotFresh(is_poll=request.method == "GET")
        return played.response, "fresh"


class PlannedRow(AskedRow):
    """A row that is played through, as it was last."""

    def __init__(self, provider: Provider, plan: Plan, row: Row, fresh: _Fresh, samples: int, last: Last) -> None:
        super().__init__(provider, plan.row.model, row, fresh, samples)
        self._plan, self._last = plan, last
        self._price, self._batch_size = provider.price_of(plan.row.model), provider.batch_size
        self._cell = ""

    async def sampled(self, probe: Probe) -> Verdict:
        """Notes for which cell is asked."""
        self._cell = probe.id
        return await super().sampled(probe)

    async def _speak(self, ask: Ask, sample: int) -> Exchange:
        try:
            return await super()._speak(ask, sample)
        except _NotFresh as lacking:
            usage = Usage(0, 0) if lacking.is_poll else estimate(ask, self._batch_size)
        cost = Cost(1, usage.input, usage.output, self._price.of(usage) if self._price else None)
        self._plan.whole.add(cost)
        self._plan.cells.setdefault(self._cell, Cost()).add(cost)
        self._plan.questions.append(ask.name)
        refusal = self._refusal(ask)
        reply = Reply(400, error=Error(400, refusal)) if refusal else ideal(ask, usage, self._last.heedless)
        exchange = Exchange(ask, reply, ask.name, number=len(self.row.exchanges) + 1, sample=sample, all_headers=True)
        self.row.add(exchange)
        return exchange

    def _refusal(self, ask: Ask) -> str:
        """What would be said against the question; empty where nothing would."""
        if features := sorted(bare(ask.features) & self._last.refused.keys()):
            return self._last.refused[features[0]]
        media = self.row.media
        sent = {variant for variant in media if media.get(variant) in ask.media()}
        refused = {
            variant for variant in sent if (variant if "/" in variant else f"{variant}/inline") in self._last.variants
        }
        if not refused:
            return ""
        taken = ", ".join(sorted(variant.partition("/")[0] for variant in sent - refused))
        return f"unsupported format {', '.join(sorted(refused))}" + (
            f"; supported formats are: {taken}" if taken else ""
        )


def plan_of(how: Run, provider: Provider, row: RowId, probes: Sequence[Probe], last: RowResult | None = None) -> Plan:
    """The plan of one row. Raises CassetteError."""
    plan = Plan(row, Cost(), {}, [])
    known = fresh(provider, row.model, loaded(how.cassettes, row), how.since)
    known += read(how.cassettes / folder_of(row))
    to_ask = row_to_ask(row, provider, how.settings, unasked(provider, how.environ), deep=how.deep)
    asked = PlannedRow(provider, plan, to_ask, _Fresh(known), how.settings.samples, _known(last))
    _run(asked.judged(probes))
    return plan


def _run(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Runs a coroutine that never waits, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    msg = "a coroutine that should never wait did"
    raise RuntimeError(msg)


def _known(last: RowResult | None) -> Last:
    known = probes()
    cells = [(known[name].requires, cell) for name, cell in last.cells.items() if name in known] if last else []
    refused = {
        feature: _MESSAGE.sub("", cell.note).strip()
        for requires, cell in cells
        if cell.verdict == "unsupported" and cell.reason == "rejected"
        for feature in requires
    }
    variants = [
        [name for name, verdict in cell.variants.items() if verdict == "unsupported"]
        for _, cell in cells
        if cell.verdict == "supported"
    ]
    heeded = frozenset().union(*(requires for requires, cell in cells if cell.verdict in ("supported", "flaky")))
    heedless = [
        requires
        for requires, cell in cells
        if cell.verdict == "unsupported" and cell.reason in ("ignored", "wrong", "malformed")
    ]
    return Last(refused, frozenset().union(*variants), frozenset().union(*heedless) - heeded)


# What a note adds to what was said: the variants and the status before it.
_MESSAGE = re.compile(r"^.*?\b[45]\d\d: ")


def plans(how: Run, wanted: Mapping[str, Sequence[str]]) -> Iterator[Plan]:
    """The plans of all rows of a run; the models are those that are known already. Raises CassetteError,
    ResultsError.
    """
    ask = chosen(how.only, deep=how.deep)
    for name, names in wanted.items():
        provider = find_provider(name)
        if provider is None:
            raise AssertionError
        results = load_results(how.results, name)
        last = {row.key: row for row in results.rows}
        for place in rows(provider, names, {*results.models, *provider.models}):
            if how.has(place):
                yield plan_of(how, provider, place, ask, last.get(place.key))


def planned(how: Run, wanted: Mapping[str, Sequence[str]], *, as_json: bool = False) -> Iterator[str]:
    """The plan in lines: each row, each cell over all rows, and last the sum."""
    whole, cells, count, unpriced = Cost(), dict[str, Cost](), 0, 0
    for plan in plans(how, wanted):
        count, unpriced = count + 1, unpriced + (plan.whole.usd is None and plan.whole.requests > 0)
        whole.add(plan.whole)
        for name, cost in plan.cells.items():
            cells.setdefault(name, Cost()).add(cost)
        if as_json:
            yield msgspec.json.encode({"event": "plan", **_told(plan)}).decode()
        else:
            yield f"{plan.row.name}: {plan.whole}"
    tokens, usd = whole.input + whole.output, whole.usd or 0.0
    if as_json:
        amounts = {"requests": whole.requests, "tokens": tokens, "usd": round(usd, 6)}
        told = {"event": "sum", "rows": count, **amounts, "unpriced_rows": unpriced}
        yield msgspec.json.encode(told).decode()
    else:
        yield from (f"  {name}: {cost}" for name, cost in sorted(cells.items()))
        without = f"; {unpriced} rows have no known price" if unpriced else ""
        yield f"{count} rows: {whole.requests} requests, at most some {tokens} tokens, {usd:.4f} USD{without}"


def _told(plan: Plan) -> dict[str, Any]:
    named = {"provider": plan.row.provider, "model": plan.row.model, "mode": plan.row.mode.name}
    asked = {"cells": plan.cells, "questions": plan.questions}
    return {**named, **msgspec.to_builtins(plan.whole), **msgspec.to_builtins(asked)}
