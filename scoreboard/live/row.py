"""Live: rows are asked over real sockets, each interaction is kept as it comes, and the verdicts follow from what was
kept.

A row's interactions wait in its journal until its cells are done; a run that is killed finds them again. What failed
for reasons that say nothing about the model leaves the old cassette, and so the old verdict, as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import anyio
from msgspec import structs

from probes.base import HELLO, HELLO_PLAINLY, Probe, Verdict
from probes.reasons import is_lost
from probes.row import ALONE, Exchange, Row
from providers.base import Provider, Request, Response
from providers.errors import failure_kind
from providers.jobs import begins, thinned
from scoreboard.disk import DiskError, write
from scoreboard.evidence.cassettes import CassetteError, address_of, cassette_of, checked, kept
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.matching import Player, unfold
from scoreboard.evidence.media import media
from scoreboard.evidence.redaction import Redactor
from scoreboard.judge.kept import Placed, exchanges, fields_of, fresh, judged, loaded, placed
from scoreboard.judge.tally import EACH_TIME
from scoreboard.live.asking import AskedRow, Asker, CellAsked, NoAnswer, Told, most_of, quietly
from scoreboard.live.journal import Journal
from scoreboard.mode import RowId
from scoreboard.net.budget import Reservation, Spent
from scoreboard.net.session import NOT_EVIDENCE, Session
from scoreboard.net.throttle import one_task_per_tick
from scoreboard.net.transport import Fault
from scoreboard.results.model import RowResult, cells_of, with_reasons
from scoreboard.settings import Settings

_KEEPS_ALL = Redactor()
_PATIENCE = 3  # failures of the server at questions of a row, after which none is worth another try
_REST = 0.7  # seconds
_ERROR = 400
_GONE = (404, 410)


def row_to_ask(
    row: RowId, provider: Provider, settings: Settings, unasked: Mapping[str, str] | None = None, *, deep: bool = False
) -> Row:
    """What probes may know of a row that is asked; deep where more is to be known than the fewest questions tell.
    `unasked`: by feature, why it cannot be asked for.
    """
    choice = len(provider.thinking_of(row.model)) > 1
    unasked = unasked or {}
    return Row(
        fields=fields_of(provider, row.model).difference(unasked), unasked=unasked,
        stream=row.mode.stream, thinking=row.mode.thinking if choice else None,
        media=media(settings.assets_url), share_questions=settings.share_questions, deep=deep,
    )  # fmt: skip


class LiveRow:
    """One row that is asked: a Sender which takes fresh interactions first, and keeps what it had to ask anew."""

    def __init__(
        self,
        root: Path,
        row: RowId,
        session: Session,
        journal: Journal,
        *,
        since: str = "",
        probes: Sequence[Probe] = (),
        told: Told = quietly,
        deep: bool = False,
        before: RowResult | None = None,
    ) -> None:
        self._root, self.row, self._session, self._journal = root, row, session, journal
        self._probes, self._told, self._deep, self._before = probes, told, deep, before
        self._notes: dict[str, str] = {}
        self._price = session.provider.price_of(row.model)
        self._old = loaded(root, row)
        # As a cassette keeps them: what is in cassettes and fresh, and what an interrupted run was answered but for
        # that.
        self._fresh = [_folded(one) for one in fresh(session.provider, row.model, self._old, since)]
        self._fresh += [left for left in _last_polls(journal.left) if left not in self._fresh]
        self._player = Player([_unfolded(one) for one in self._fresh])
        self._numbers = max((one.number for one in self._fresh), default=0)
        self._new: list[Interaction] = []
        self._paid: dict[int, Reservation] = {}
        # The interactions of each question under way, and the place of the last; then what each exchange was made of,
        # and those of which no answer came.
        self._under_way: dict[int, list[Interaction]] = {}
        self._places: dict[int, int] = {}
        self._made_of: dict[int, tuple[Exchange, list[Interaction]]] = {}
        self._bad: list[Interaction] = []
        self._altered: set[int] = set()
        # Requests that only asked how something is; questions whose submission is no longer known to the API.
        self._polls: set[int] = set()
        self._void: set[str] = set()
        self._recovered, self._rank = session.recovered, next(session.ranks)
        self.asked = self._sent = self._failed = 0

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """A fresh interaction's response, else a live one. Raises NoAnswer where there is none to be had."""
        if self._sent >= (most := most_of(deep=self._deep)):
            msg = f"the row has had its {most} requests"
            raise NoAnswer(msg, "not_asked")
        if self._fresh and (played := self._player.find(request, asker.sample)):
            self._places[id(asker)] = played.number
            return played.response, "kept"
        rank = -1 if ALONE in asker.ask.expects else self._rank if self.asked else 0
        tries = 1 if self._failed >= _PATIENCE else None
        try:
            if id(asker) not in self._paid:
                self._paid[id(asker)] = self._session.budget.reserve(
                    asker.ask, self._price, self._session.provider.batch_size
                )
            count = self._count if request.method == "POST" else _nothing  # to look after a batch costs nothing
            response = await self._session.send(request, self._paid[id(asker)].tokens, rank, tries, count)
        except Spent as spent:
            raise NoAnswer(str(spent), "not_asked") from None
        except Fault as fault:
            raise NoAnswer(str(fault), fault.reason) from None
        self.asked += 1
        if response.status in NOT_EVIDENCE:
            return response, ""
        try:
            where = self._keep(request, thinned(response, request.only), asker)
        except (CassetteError, DiskError) as error:
            # What cannot be kept is not worth another request, of any row.
            self._session.budget.halt(str(error))
            raise NoAnswer(str(error), "own") from None
        await one_task_per_tick()  # now that nothing of it can be lost
        return response, where

    def _count(self) -> None:
        self._sent += 1

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nothing else of this run is under way with the provider in it."""
        return self._session.alone()

    async def again(self, attempt: int) -> bool:
        """Waits before a question is put again whose answer tells of a passing failure; False where that was enough."""
        return self._failed < _PATIENCE and await self._session.again(attempt)

    async def rest(self) -> None:
        """Lets some time go by between two questions of which the first failed."""
        await anyio.sleep(_REST)

    def _keep(self, request: Request, response: Response, asker: Asker) -> str:
        """Keeps an interaction; returns the address that it will have, if nothing of the question fails."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._numbers += 1
        expects = tuple(sorted(asker.ask.expects))
        whole = Interaction(request.as_kept(), response, asker.ask.name, asker.sample, now, expects, self._numbers)
        new = kept(whole, self._session.redactor)
        self._journal.append(new)
        self._new.append(new)
        self._under_way.setdefault(id(asker), []).append(new)
        self._places[id(asker)] = new.number
        if request.after:
            self._polls.add(id(new))
        if new.response.body != response.body or request.only:
            self._altered.add(id(new))
        path = self._root / cassette_of(self.row, new.question)
        return address_of(self._root, path, sum(one.question == new.question for one in self._new))

    def place(self, asker: Asker) -> int:
        """That of its last response; behind all others where there is none."""
        if number := self._places.get(id(asker)):
            return number
        self._numbers += 1
        return self._numbers

    @property
    def had_retries(self) -> bool:
        """Whether the server failed at a request, and answered it when it was sent again."""
        return self._session.recovered > self._recovered

    def replied(self, asker: Asker, exchange: Exchange) -> None:
        """What a question did cost takes the place of what it might have; what was not answered is no evidence as a
        rule.
        """
        made_of = self._under_way.pop(id(asker), [])
        self._places.pop(id(asker), None)
        is_under_way = exchange.lost not in ("", "unreadable", "own") and any(begins(one.request) for one in made_of)
        if is_under_way:  # what was submitted is kept, so that the next run asks what became of it
            polls = [one for one in made_of if id(one) in self._polls]
            passing = {id(one) for one in (polls if exchange.lost == "pending" else polls[:-1])}
            passing |= {id(one) for one in made_of if one.response.status >= _ERROR}
            self._bad += [one for one in made_of if id(one) in passing]
            made_of = [one for one in made_of if id(one) not in passing]
        if made_of:
            self._made_of[id(made_of[-1])] = exchange, made_of
        if is_gone := _is_gone(exchange):
            self._void.add(asker.ask.name)
        self._failed += exchange.failed
        if _is_bad(exchange) and not (is_under_way or is_gone):
            self._bad += made_of
        if reservation := self._paid.pop(id(asker), None):
            reply = None if exchange.lost else exchange.reply
            usage = reply.usage if reply else None
            self._session.budget.settle(reservation, usage, answered=reply is not None and reply.error is None)

    async def judged(self) -> tuple[RowResult, dict[str, Verdict]]:
        """Asks what is not fresh, keeps it, and judges the row from what is kept; also what each cell came to while
        asking.
        """
        session = self._session
        row = row_to_ask(self.row, session.provider, session.settings, session.unasked, deep=self._deep)
        asked = AskedRow(session.provider, self.row.model, row, self, session.settings.samples)
        verdicts = await asked.judged(self._probes, together, self._tell)
        verdicts = {cell: self._shown(verdict) for cell, verdict in verdicts.items()}
        cassettes = self._cassettes(verdicts)
        # Only what waits for the disk is for a thread: two that compute take turns of milliseconds, for which all
        # sockets wait.
        written = [(path, checked(path, found, self._session.redactor)) for path, found in cassettes.items()]
        await anyio.to_thread.run_sync(self._put, written)
        final = judged(self.row, self._session.provider, self._exchanges({**self._old, **cassettes}))
        # What was never answered keeps the reason that was met while asking; what that rested on was not kept.
        met = {name: structs.replace(verdict, evidence=()) for name, verdict in verdicts.items()}
        mode = self.row.mode
        asked_for = RowResult(self.row.model, mode.thinking, mode.stream, cells_of(met, "live", ()))
        return with_reasons(final, asked_for, self._before), verdicts

    def _exchanges(self, cassettes: Mapping[Path, Sequence[Interaction]]) -> list[Exchange]:
        """All that is kept of the row, decoded: what was asked just now is that already, but for what a secret was
        taken out of.
        """
        everything = placed(self._root, cassettes)
        done: list[Exchange] = []
        left: list[Placed] = []
        mine = {
            id(one)
            for _, made_of in self._made_of.values()
            for one in made_of
            if not self._altered & {id(o) for o in made_of}
        }
        for number, one in enumerate(everything, 1):
            if id(one.interaction) not in mine:
                left.append(one)
            elif id(one.interaction) in self._made_of:
                exchange, _ = self._made_of[id(one.interaction)]
                done.append(
                    structs.replace(
                        exchange,
                        where=one.where,
                        observed_at=one.interaction.observed_at,
                        number=number,
                        all_headers=True,
                    )
                )
        places = {one.where: number for number, one in enumerate(everything, 1)}
        decoded = exchanges(self._session.provider, self.row.model, [_whole(one) for one in left])
        done += [structs.replace(x, number=places[x.where]) for x in decoded]
        return sorted(done, key=lambda x: x.number)

    def _tell(self, cell: str, verdict: Verdict) -> None:
        self._told(cell, self._shown(verdict))

    def _shown(self, verdict: Verdict) -> Verdict:
        """The verdict without what looks like a key in its note, be it somebody else's."""
        if verdict.note not in self._notes:
            self._notes[verdict.note] = self._session.redactor.text(verdict.note)
        note = self._notes[verdict.note]
        return verdict if note == verdict.note else structs.replace(verdict, note=note)

    def _cassettes(self, verdicts: Mapping[str, Verdict]) -> dict[Path, list[Interaction]]:
        """What the cassettes of the row will hold, by path. A question that was answered has its new answers alone; one
        whose answers were lost keeps what there was of it, and so do all where a cell was lost: later questions follow
        from earlier answers.
        """
        broken = (verdict for verdict in verdicts.values() if verdict.reason in EACH_TIME)
        evidence = {where for verdict in broken for where in verdict.evidence}
        proofs = {id(one) for x, made_of in self._made_of.values() if x.where in evidence for one in made_of}
        bad = {id(one) for one in self._bad if id(one) not in proofs}
        if not proofs:
            bad |= {id(one) for one in self._new if _is_between(one)}
        refusals = {where for one in verdicts.values() if one.reason == "rejected" for where in one.evidence}
        bad -= {id(one) for x, made_of in self._made_of.values() if x.where in refusals for one in made_of}
        is_lost_somewhere = any(map(_is_lost, verdicts.values()))
        made: dict[Path, list[Interaction]] = {}
        known = (one for one in self._fresh if one.question not in self._void)
        for one in (*known, *(new for new in self._new if id(new) not in bad)):
            made.setdefault(self._root / cassette_of(self.row, one.question), []).append(one)
        for path, old in self._old.items():
            if is_lost_somewhere:
                here = made.setdefault(path, [])
                again = {_what(one.request) for one in here}
                here += [folded for one in old if _what((folded := _folded(one)).request) not in again]
        return {
            path: sorted(found, key=lambda one: (one.observed_at, one.number)) for path, found in made.items() if found
        }

    def _put(self, cassettes: Sequence[tuple[Path, bytes]]) -> None:
        for path, data in cassettes:
            write(path, data)
        self._journal.clear()


def _last_polls(left: Sequence[Interaction]) -> list[Interaction]:
    """Without those whose answer was asked for again: of the polls of a question the last one decides."""
    last = {(one.question, one.sample, one.request.url): one for one in left if one.request.method == "GET"}
    return [one for one in left if one.request.method != "GET" or any(one is kept for kept in last.values())]


def _is_gone(exchange: Exchange) -> bool:
    """Whether what was submitted is not known to the API any more, so that it is to be submitted anew."""
    job, error = exchange.reply.job, exchange.reply.error
    return bool(job and job.pending and error and error.status in _GONE)


def _nothing() -> None:
    """Counts nothing."""


def _is_bad(exchange: Exchange) -> bool:
    """Whether it is no answer, for no reason of the question's own."""
    error = exchange.reply.error
    return bool(exchange.lost or exchange.reply.cut or (error and is_lost(failure_kind(error))))


def _is_between(one: Interaction) -> bool:
    """Whether it is a plain answer between two failures, which tells of these alone."""
    return one.question == HELLO_PLAINLY or (one.question == HELLO and one.sample > 1)


def _is_lost(verdict: Verdict) -> bool:
    return verdict.verdict == "unknown" and is_lost(verdict.reason)


def _what(request: Request) -> bytes:
    """What tells a request from others."""
    return request.url.encode() + b" " + request.body


def _folded(interaction: Interaction) -> Interaction:
    return kept(interaction, _KEEPS_ALL)


def _unfolded(interaction: Interaction) -> Interaction:
    return structs.replace(
        interaction, request=structs.replace(interaction.request, body=unfold(interaction.request.body))
    )


def _whole(one: Placed) -> Placed:
    return Placed(one.where, _unfolded(one.interaction))


async def together(cells: Sequence[CellAsked]) -> None:
    """All of a row's cells at once."""
    async with anyio.create_task_group() as group:
        for cell in cells:
            group.start_soon(_awaited, cell)


async def _awaited(cell: CellAsked) -> None:
    await one_task_per_tick()  # to put a question together takes a while
    await cell()
