"""A few requests to one endpoint, and what they settle: for a program that has to know now, where a run asks until all
is known.

Cells are asked in turn, a question each, so that none takes the requests of another; a question that several of them
put first is shared. What one answer does not settle is asked again with the requests that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import anyio
from msgspec import Struct, structs

from probes.base import Probe, Verdict, plain_question
from probes.row import Exchange, Row
from providers.base import Request, Response, wires
from providers.chat import Ask
from providers.errors import ADDRESS, AUTH, BILLING, GENERATION, REQUEST, failure_kind
from scoreboard.live.asking import AskedRow, Asker, NoAnswer, Unsent
from scoreboard.live.candidates import Endpoint, plainest
from scoreboard.live.obstacles import Obstacle
from scoreboard.live.reaching import check, connect
from scoreboard.live.row import row_to_ask
from scoreboard.mode import Mode, RowId
from scoreboard.net.budget import Budget, Spent
from scoreboard.net.session import Session
from scoreboard.net.transport import Fault
from scoreboard.settings import Pace, Settings

REQUESTS = 3
_SAMPLES = 3
_ENOUGH = 2  # answers in which a thing that is missed is not there
_FOREIGN = (ADDRESS, "unreadable")  # what an endpoint answers to the form of another API
# What stands in the way of one question stands in that of all.
_CLOSED = (AUTH, BILLING, "network", "timeout")


class Told(Struct, frozen=True):
    """What came of it: a verdict by cell, the name of the wire where one was understood, and the requests it took."""

    verdicts: dict[str, Verdict]
    wire: str = ""
    requests: int = 0


async def inquired(endpoint: Endpoint, wanted: Sequence[Probe], *, stream: bool, wire: str = "") -> Told:
    """Asks an endpoint for cells, over the first wire that it understands of those that it may; `wire` is the likeliest
    one, where that is known. Nothing that a server does is an exception: what is not settled is unknown, and its note
    says why.
    """
    deadline = anyio.current_time() + endpoint.seconds
    try:
        check(endpoint.base_url)
        await connect(endpoint.base_url, endpoint.seconds)
    except Obstacle as error:
        line = str(error).replace("--base-url", "base_url")
        return Told({probe.id: Verdict("unknown", "network", line) for probe in wanted})
    candidates = sorted(endpoint.candidates(), key=lambda known: known.wire is not wires().get(wire))
    budget, done = Budget(REQUESTS), list[Inquiry]()
    for known in candidates:
        # Whoever does not take a key is not sent it in the same header again.
        if done and (budget.requests >= REQUESTS or (done[-1].way == AUTH and known.key == done[-1].provider.key)):
            continue
        settings, environ = Settings(pace={known.name: Pace(timeout=endpoint.seconds)}), endpoint.with_key(known)
        async with Session(known, settings, environ, budget, endpoint.base_url, endpoint.secrets) as session:
            done.append(Inquiry(session, endpoint.model, deadline, stream=stream))
            await done[-1].ask(wanted)
        if done[-1].way not in (*_FOREIGN, AUTH):
            break
    # Where there is no such address, a key that is not taken shows at least that something is there.
    passed = _FOREIGN if done[0].way == ADDRESS else (*_FOREIGN, AUTH)
    best = next((one for one in done if one.way not in passed), done[0])
    more = ""
    if best.way == AUTH:
        has_key = bool(endpoint.environ.get(best.provider.key_env or "", "").strip())
        more = "; the key was not taken" if has_key else "; no key was sent: hand it over as key="
    elif best.way in _FOREIGN and len(candidates) > 1:
        more = f"; asked in the form of {', '.join(one.wire for one in done)}: check base_url, or name its wire"
    verdicts = {cell: structs.replace(one, note=one.note + more) for cell, one in best.verdicts(wanted).items()}
    return Told(verdicts, "" if best.way else best.wire, budget.requests)


class _Once(Unsent):
    """Sends each request once, while there is time and the budget lasts."""

    def __init__(self, session: Session, deadline: float) -> None:
        self._session, self._deadline = session, deadline

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nothing else is under way in it."""
        return self._session.alone()

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """Raises NoAnswer."""
        del asker
        try:
            with anyio.fail_after(max(self._deadline - anyio.current_time(), 0.0)):
                return await self._session.send(request, tries=1), ""
        except Spent:
            msg = f"it takes more than {REQUESTS} requests"
            raise NoAnswer(msg, "not_asked") from None
        except Fault as fault:
            raise NoAnswer(str(fault), fault.reason) from None
        except TimeoutError:
            msg = "no answer in the time that there was"
            raise NoAnswer(msg, "timeout") from None


class _Questions:
    """The questions of a cell, one at a time, from the first again where they end, as often as samples are taken."""

    def __init__(self, probe: Probe, row: Row, *, shares: bool) -> None:
        if probe.questions is None:
            raise AssertionError
        self.probe, self._row, self.sample = probe, row, 1
        self._left = probe.questions(row if shares else row.unshared())
        self._last: Exchange | None = None

    def next(self) -> Ask | None:
        """None where there are no more."""
        while self.sample <= _SAMPLES:
            try:
                return next(self._left) if self._last is None else self._left.send(self._last)
            except StopIteration:
                self.sample, self._last = self.sample + 1, None
                self._left = self.probe.questions(self._row.unshared())  # type: ignore[misc]
        return None

    def came(self, x: Exchange) -> None:
        """What came of the last one."""
        self._last = x


class Inquiry(AskedRow):
    """A row that is asked for cells, in turn. `way`: what stood in the way of all of them, as the reason of an unknown
    verdict; empty where nothing did.
    """

    def __init__(self, session: Session, model: str, deadline: float, *, stream: bool) -> None:
        self.provider, self._session, self.way = session.provider, session, ""
        self._is_understood = False
        place = RowId(self.provider.name, model, Mode(stream, self.provider.thinking_of(model)[0]))
        row = row_to_ask(place, self.provider, session.settings, session.unasked)
        super().__init__(self.provider, model, row, _Once(session, deadline), samples=1)
        self._plain = plainest(row)
        self.wire = self.provider.wire_for(model).__name__.rpartition(".")[2]

    async def ask(self, wanted: Sequence[Probe]) -> None:
        """Asks until all is settled, the requests are spent, or something stands in the way."""
        # Those that read whatever comes may need no question of their own.
        ordered = sorted(wanted, key=lambda probe: probe.questions is plain_question)
        begins = {probe.id: next(probe.questions(self.row), None) for probe in ordered if probe.questions}
        firsts = list(begins.values())
        cells = [_Questions(probe, self.row, shares=firsts.count(begins[probe.id]) > 1) for probe in ordered]
        while cells := [cell for cell in cells if not self._is_told(cell.probe)]:
            for cell in list(cells):
                if self._is_told(cell.probe):
                    continue
                if (ask := cell.next()) is None:
                    cells.remove(cell)
                    continue
                x = await self.put(ask, cell.sample)
                cell.came(x)
                if not self._goes_on(x):
                    return
            is_open = any(not self._is_told(cell.probe) for cell in cells)
            if is_open and not self._is_answered and not self._goes_on(await self.put(self._plain)):
                return
        if not self.row.exchanges:  # what no field is for has to be of a wire that is spoken there
            self._goes_on(await self.put(self._plain))

    @property
    def _is_answered(self) -> bool:
        return any(x.answered for x in self.row.exchanges)

    def _goes_on(self, x: Exchange) -> bool:
        """Whether another question is worth putting, and can be put."""
        kind = x.lost or (failure_kind(x.reply.error) if x.reply.error else "")
        self._is_understood |= x.answered or kind in (REQUEST, GENERATION)
        self.way = "" if self._is_understood else kind or "unsure"
        is_closed = kind in (*_CLOSED, *_FOREIGN) or (x.ask.name == self._plain.name and not x.failed)
        return self._session.budget.requests < REQUESTS and (self._is_answered or not is_closed)

    def _is_told(self, probe: Probe) -> bool:
        """Whether nothing more is to be asked of a cell."""
        verdict = self.verdict(probe)
        if verdict.verdict == "unsupported":
            is_read = probe.questions is plain_question  # what reads every reply is told by one
            by_itself = verdict.reason in ("rejected", "not_expressible", "breaks")
            return by_itself or is_read or verdict.samples[1] >= _ENOUGH
        is_seen = verdict.verdict == "supported" and verdict.strength == "seen"
        return is_seen or verdict.verdict == "flaky" or bool(self._cannot(probe))

    def _cannot(self, probe: Probe) -> str:
        """Why a cell is not asked for; empty where it is."""
        if probe.streams_only and not self.row.stream:
            return "it is of streams alone: ask with stream=True"
        return f"it takes more than {REQUESTS} requests; `scoreboard probe` asks for it" if probe.is_service else ""

    def verdicts(self, wanted: Sequence[Probe]) -> dict[str, Verdict]:
        """What each cell came to, without what looks like a key in its note."""
        found = {probe.id: self._final(probe) for probe in wanted}
        text = self._session.redactor.text
        return {cell: structs.replace(one, note=text(one.note)) for cell, one in found.items()}

    def _final(self, probe: Probe) -> Verdict:
        verdict = self.verdict(probe)
        if verdict.reason == "not_expressible" and self.way:
            return Verdict("unknown", self.way, "the row does not answer")
        if verdict.reason == "not_asked":
            spent = f"the {REQUESTS} requests went to other cells; ask for fewer at a time"
            return structs.replace(verdict, note=self._cannot(probe) or spent)
        if verdict.verdict == "unsupported" and not self._is_told(probe):
            note = f"missed in one answer, which does not settle it: {verdict.note}"
            return Verdict("unknown", "unsure", note, samples=verdict.samples)
        return verdict
