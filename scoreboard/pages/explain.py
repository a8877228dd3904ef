"""Why a cell shows what it shows: what it rests on, exchange by exchange, and how to ask the same again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, structs

from probes.base import Probe, probes
from probes.findings import findings_of
from probes.row import Finding, Row
from providers.base import Provider, Request, Response, find_provider
from scoreboard.errors import hint
from scoreboard.evidence.redaction import Redactor
from scoreboard.pages.curl import Files, curl
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import ResultsError
from scoreboard.text import one_line
from scoreboard.traffic.behind import Archive

_CUT = 400  # characters of a body that are shown
_RUN = re.compile(r"[A-Za-z0-9+/_=-]{200,}")
_STEPS = 4  # requests that are shown of one question


class Shown(Struct, frozen=True):
    """An exchange: its address; where its bytes are here, or how to get them; what was asked, each request as a line
    and its body; what came, the same; the commands that ask again.
    """

    where: str
    path: Path | None = None
    missing: str = ""
    asked: tuple[tuple[str, str], ...] = ()
    came: tuple[str, str] = ("", "")
    again: tuple[str, ...] = ()


class Rest(Struct, frozen=True):
    """An exchange that a cell rests on, and in words what it shows of it."""

    shown: Shown
    sentences: tuple[str, ...]


class Why(Struct, frozen=True):
    """A cell of a row, and what it rests on; no cell where the results have none."""

    probe: Probe
    provider: str
    row: RowResult
    cell: Cell | None
    rests: tuple[Rest, ...] = ()

    @property
    def verdict(self) -> str:
        """The verdict, its reason, and the note."""
        if self.cell is None:
            return "unknown: no such cell in the results"
        why = f" ({self.cell.why})" if self.cell.why else ""
        return one_line(f"{self.cell.verdict}{why}: {self.cell.note or 'no more is known'}")

    @property
    def facts(self) -> Iterator[str]:
        """What else is known of it, each in a line."""
        cell = self.cell
        if cell and cell.correction:
            yield one_line(cell.correction.words)
        if cell and cell.variants:
            told = (f"{name} {verdict}" for name, verdict in sorted(cell.variants.items()))
            yield one_line(f"by variant: {', '.join(told)}")
        if cell and cell.samples:
            observed = f"observed: {cell.observed_at or 'not known'}; source: {cell.source}"
            low, high = cell.samples.interval
            yield one_line(f"samples: {cell.samples.k} of {cell.samples.n} (95 %: {low:.0%} to {high:.0%}); {observed}")


def named(results: Results, model: str, cell: str | None) -> list[Probe]:
    """The probe of a cell, all of them where none is named. Raises ResultsError where the model or the cell is not
    known.
    """
    by_id = probes()
    if cell is not None and cell not in by_id:
        msg = f"no cell is named {cell!r}{hint(cell, by_id)}"
        raise ResultsError(msg)
    rows = [row for row in results.rows if row.model == model]
    if not rows and model in results.models:
        msg = (
            f"{results.provider}/{model} is known, but nobody probed it; `scoreboard record "
            f"{results.provider}/{model}` does"
        )
        raise ResultsError(msg)
    if not rows:
        msg = f"{results.provider} has no model {model!r}{hint(model, [row.model for row in results.rows])}"
        raise ResultsError(msg)
    return [by_id[cell]] if cell else list(by_id.values())


def explained(
    results: Results, model: str, cell: str | None, archive: Archive, redactor: Redactor, files: Files
) -> Iterator[Why]:
    """A model's cell in each of its modes, or all cells. Raises ResultsError for a name that is not known."""
    show = _Exchanges(archive, redactor, files, find_provider(results.provider)).shown
    for probe in named(results, model, cell):
        for row in (row for row in results.rows if row.model == model):
            found = row.cells.get(probe.id)
            evidence = found.evidence if found else ()
            judged = archive.row(evidence, row.mode) if evidence else None
            rests = tuple(
                Rest(show(where), tuple(map(redactor.text, _sentences(probe, where, judged)))) for where in evidence
            )
            told = structs.replace(found, note=redactor.text(found.note)) if found else None
            yield Why(probe, results.provider, row, told, rests)


def _sentences(probe: Probe, where: str, row: Row | None) -> Iterator[str]:
    """What an exchange shows of a cell; where it shows it only beside another, what they show."""
    if row is None:
        return
    own = [finding for x in row.exchanges if x.where == where for finding in findings_of(probe, x, row)]
    beside = (finding for x in row.exchanges for finding in findings_of(probe, x, row))
    for finding in own or [one for one in beside if any(x.where == where for x in one.exchanges)][:1]:
        yield _sentence(finding, "" if own else " beside another")


def _sentence(finding: Finding, more: str) -> str:
    reason = f" ({finding.reason})" if finding.reason else ""
    variant = f" {finding.variant}" if finding.variant else ""
    return one_line(f"{finding.kind}{reason}{variant}{more}: {finding.note}")


class _Exchanges:
    """Exchanges as they are shown, each made ready once."""

    def __init__(self, archive: Archive, redactor: Redactor, files: Files, provider: Provider | None) -> None:
        self._archive, self._redactor, self._files, self._provider = archive, redactor, files, provider
        self._known: dict[str, Shown] = {}

    def shown(self, where: str) -> Shown:
        """What stands behind an address."""
        if where not in self._known:
            self._known[where] = self._made(where)
        return self._known[where]

    def _made(self, where: str) -> Shown:
        behind = self._archive.behind(where)
        if behind is None:
            return Shown(where, missing=self._archive.missing(where))
        sent = [self._redactor.request(request) for request, _ in behind.steps if request]
        asking = [one for one in sent if one.method not in ("GET", "DELETE")][:_STEPS] or sent[:1]
        last = self._redactor.response(behind.steps[-1][1])
        return Shown(
            where, behind.path, "", tuple((f"{one.method} {one.url}", body(one)) for one in asking),
            (f"{last.status} {last.content_type}".strip(), body(last)),
            tuple(filter(None, (curl(one, self._provider, self._files) for one in asking))),
        )  # fmt: skip


def body(side: Request | Response) -> str:
    """A body as text on one line, media as their length, cut where it is long."""
    text = side.body[: 100 * _CUT].decode(errors="replace")
    line = one_line(_RUN.sub(lambda run: f"<{len(run[0])} characters>", text))
    return line if len(line) <= _CUT and len(side.body) <= 100 * _CUT else f"{line[:_CUT]}… ({len(side.body)} bytes)"


def lines(whys: Iterable[Why]) -> Iterator[str]:
    """All of it for a terminal. An exchange is shown once; further down its address will do."""
    before: Probe | None = None
    seen: set[str] = set()
    for why in whys:
        if why.probe is not before:
            yield from ("", f"{why.probe.id}: {why.probe.doc.strip()}", "")[before is None :]
            before = why.probe
        yield f"  {one_line(f'{why.provider}/{why.row.model}')} {why.row.mode.emoji}"
        yield f"    {why.verdict}"
        yield from (f"    {fact}" for fact in why.facts)
        for rest in why.rests:
            yield f"    evidence: {one_line(rest.shown.where)}"
            yield from (f"      shows  {sentence}" for sentence in rest.sentences)
            yield from (["      shown above"] if rest.shown.where in seen else _exchange(rest.shown))
            seen.add(rest.shown.where)


def _exchange(shown: Shown) -> Iterator[str]:
    if shown.missing:
        yield f"      not here: {shown.missing}"
        return
    if not shown.asked:
        yield "      asked  nobody kept the request"
    for line, text in shown.asked:
        yield f"      asked  {one_line(line)}"
        yield from ([f"             {text}"] if text else [])
    yield f"      came   {one_line(shown.came[0])}"
    yield f"             {shown.came[1] or 'nothing'}"
    yield from (f"      again  {command}" for command in shown.again)
    yield f"      bytes  {one_line(str(shown.path))}"
