"""Live: rows are asked over real sockets, each exchange is kept as it comes, and the verdicts follow from what was kept.

A row's exchanges wait in its part file until its cells are done; a run that is killed finds them again. What failed for reasons that
say nothing about the model leaves the old cassette, and so the old verdict, as it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
from msgspec import structs

from probes.base import Probe, Settled, Verdict, unknown
from probes.base import probes as every_probe
from providers.base import Request, Response
from providers.chat import Reply
from scoreboard.disk import DiskError, write
from scoreboard.evidence.cassettes import CassetteError, cassette_of, checked, folder_of, kept, load
from scoreboard.evidence.exchange import Exchange
from scoreboard.evidence.matching import Player, unfold
from scoreboard.evidence.redaction import Redactor
from scoreboard.judge.asking import NO_ANSWER, AskedRow, Asker, unanswered
from scoreboard.judge.rows import Told, judge_asked, quietly
from scoreboard.live.journal import PartFile
from scoreboard.net.budget import Reservation, Spent
from scoreboard.net.session import NOT_EVIDENCE, Session
from scoreboard.net.throttle import sockets_first
from scoreboard.net.transport import Fault
from scoreboard.replay import file_of, judge_recordings, result_row, row_of, with_reasons
from scoreboard.results.model import RowId, RowResult

_NOTHING = Redactor()
# Reasons for which a cell's old evidence stays.
_INFRASTRUCTURE = NO_ANSWER | {"timeout", "network", "cut", "unreadable", "own"}


class LiveRow:
    """One row that is asked: a Sender which takes fresh recordings first, and keeps what it had to ask anew."""

    def __init__(
        self,
        root: Path,
        place: RowId,
        session: Session,
        part: PartFile,
        *,
        since: str = "",
        probes: Sequence[Probe] = (),
        told: Told = quietly,
    ) -> None:
        self.root, self.place, self._session, self._part, self._probes, self._told = root, place, session, part, probes, told
        self._folder = root / folder_of(place)
        self._files: dict[str, str] = {}
        self._notes: dict[str, str] = {}
        self._price = session.provider.price_of(place.model)
        # By cell, as a cassette keeps them.
        self._fresh: dict[str, list[Exchange]] = {}
        for path in sorted(self._folder.glob("[!.]*.yaml")):
            self._fresh[path.stem] = [_folded(recording) for recording in load(path) if recording.observed_at >= since]
        # What an interrupted run was answered is fresh, unless it had come as far as its cassette.
        for left in self._part.left:
            if left.recording not in self._fresh.get(left.cell, []):
                self._fresh.setdefault(left.cell, []).append(left.recording)
        self._fresh = {cell: recordings for cell, recordings in self._fresh.items() if recordings}
        self._tape = Player([_unfolded(recording) for recordings in self._fresh.values() for recording in recordings])
        self._new: dict[str, list[Exchange]] = {}
        self._times: dict[str, str] = {}
        self._paid: dict[int, Reservation] = {}
        # Whether what was judged while asking is what will be judged from the cassettes: nothing was there before, nothing failed,
        # no secret had to be taken out, and no request was made for two cells.
        self._plain = not self._fresh and len(probes) == len(every_probe())
        self._bodies: dict[bytes, str] = {}
        # The exchanges of each question under way, and those of which no answer came, with their places.
        self._of: dict[int, list[tuple[str, Exchange]]] = {}
        self._bad: list[tuple[str, Exchange]] = []
        self._recovered, self._rank = session.recovered, next(session.ranks)
        self.asked = 0

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """A fresh recording's response, else a live one. Raises Settled where there is none to be had."""
        if self._fresh and (found := self._tape.find(request, asker.sample)):
            return found.response, "kept"
        try:
            if id(asker) not in self._paid:
                self._paid[id(asker)] = self._session.budget.reserve(asker.ask, self._price)
            response = await self._session.send(request, self._paid[id(asker)].tokens, self._rank if self.asked else 0)
        except Spent as spent:
            self._plain = False
            raise Settled(Verdict("unknown", "not_asked", str(spent))) from None
        except Fault as fault:
            self._plain = False
            raise Settled(unknown(fault.reason, str(fault))) from None
        self.asked += 1
        if response.status in NOT_EVIDENCE:
            self._plain = False
            return response, "live"
        try:
            place = self._keep(request, response, asker)
        except (CassetteError, DiskError) as error:
            # What cannot be kept is not worth another request, of any row.
            self._session.budget.halt(str(error))
            raise Settled(unknown("own", str(error))) from None
        await sockets_first()  # now that nothing of it can be lost
        return response, place

    def _keep(self, request: Request, response: Response, asker: Asker) -> str:
        """Keeps an exchange; returns the place that it will have."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        new = kept(Exchange(request.as_kept(), response, asker.question, asker.sample, now), self._session.redactor)
        self._part.append(asker.cell, new)
        recordings = self._new.setdefault(asker.cell, [])
        recordings.append(new)
        owner = self._bodies.setdefault(_what(request), asker.cell)
        self._plain &= owner == asker.cell and new.response.body == response.body
        place = f"{self._where(asker.cell)}#{len(recordings)}"
        self._of.setdefault(id(asker), []).append((place, new))
        self._times[place] = now
        return place

    @property
    def unsteady(self) -> bool:
        """Whether the server failed at a request, and answered it when it was sent again."""
        return self._session.recovered > self._recovered

    def replied(self, asker: Asker, reply: Reply | None) -> None:
        """What a question did cost takes the place of what it might have."""
        self._mark(asker, reply)
        if reservation := self._paid.pop(id(asker), None):
            usage = reply.usage if reply else None
            self._session.budget.settle(reservation, usage, answered=reply is not None and reply.error is None)

    def _mark(self, asker: Asker, reply: Reply | None) -> None:
        """Exchanges of which no answer came are no evidence, unless a verdict rests on just that."""
        of = self._of.pop(id(asker), [])
        if reply is None or unanswered(reply):
            self._bad += of

    async def judged(self) -> tuple[RowResult, dict[str, Verdict]]:
        """Asks what is not fresh, keeps it, and judges the row from what is kept; also what each cell came to while asking."""
        row = row_of(self.place, self._session.provider, self._session.settings)
        asked = AskedRow(self._session.provider, self.place.model, self)
        verdicts = await judge_asked(row, asked, self._probes, together, self._tell)
        verdicts = {cell: self._shown(verdict) for cell, verdict in verdicts.items()}
        # Only what waits for the disk is for a thread: two that compute take turns of milliseconds, for which all sockets wait.
        cassettes = [(path, checked(path, found, self._session.redactor)) async for path, found in self._settled(verdicts)]
        await anyio.to_thread.run_sync(self._put, cassettes)
        if self._plain:
            return result_row(self.place, verdicts, self._times), verdicts
        tapes = {path: load(path) for path in sorted(self._folder.glob("[!.]*.yaml"))}
        judged = judge_recordings(self.root, self.place, tapes, self._session.settings)
        # What has no recording keeps the reason that was met while asking; what that rested on was not kept.
        met = {name: structs.replace(verdict, evidence=()) for name, verdict in verdicts.items()}
        return with_reasons(judged, result_row(self.place, met, {})), verdicts

    def _tell(self, cell: str, verdict: Verdict) -> None:
        self._told(cell, self._shown(verdict))

    def _shown(self, verdict: Verdict) -> Verdict:
        """The verdict without what looks like a key in its note, be it somebody else's."""
        if verdict.note not in self._notes:
            self._notes[verdict.note] = self._session.redactor.text(verdict.note)
        note = self._notes[verdict.note]
        return verdict if note == verdict.note else structs.replace(verdict, note=note)

    async def _settled(self, verdicts: Mapping[str, Verdict]) -> AsyncIterator[tuple[Path, list[Exchange]]]:
        """Cells that are done become cassettes. One that failed for reasons not its own leaves the old one as it was; where there is
        none, what was answered is kept, so that it is not paid for twice, and what failed is not.
        """
        evidence = {where for verdict in verdicts.values() if not _is_lost(verdict) for where in verdict.evidence}
        bad = {id(recording) for where, recording in self._bad if where not in evidence}
        lost = {cell for cell, verdict in verdicts.items() if _is_lost(verdict)}
        self._plain &= not bad and not lost
        frozen = self._rested(lost) if lost else set()
        for cell in {*self._new, *(part.cell for part in self._part.left)}:
            path = self._path(cell)
            recordings = [*self._fresh.get(cell, []), *(one for one in self._new.get(cell, []) if id(one) not in bad)]
            # What was known of a cell that failed stays: also what it has in the cassettes of others, where that is not answered anew;
            # and of its own first of all, since later questions follow from earlier answers.
            if lost and path.exists():
                old = [_folded(recording) for recording in load(path)]
                first, then = (old, recordings) if path in frozen else (recordings, old)
                asked = {_what(recording.request) for recording in first}
                recordings = [*first, *(one for one in then if _what(one.request) not in asked)]
            if recordings:
                yield path, recordings
                await sockets_first()

    def _rested(self, cells: set[str]) -> set[Path]:
        """The cassettes on which the old verdicts of some cells rest, and their own."""
        tapes = {path: load(path) for path in self._folder.glob("[!.]*.yaml")}
        old = judge_recordings(self.root, self.place, tapes, self._session.settings) if tapes else None
        places = {where.partition("#")[0] for cell in cells if old and cell in old.cells for where in old.cells[cell].evidence}
        return {self._path(cell) for cell in cells} | {path for path in tapes if file_of(self.root, path) in places}

    def _put(self, cassettes: Sequence[tuple[Path, bytes]]) -> None:
        for path, data in cassettes:
            write(path, data)
        self._part.clear()

    def _path(self, cell: str) -> Path:
        return self.root / cassette_of(self.place, cell)

    def _where(self, cell: str) -> str:
        if cell not in self._files:
            self._files[cell] = file_of(self.root, self._path(cell))
        return self._files[cell]


def _what(request: Request) -> bytes:
    """What tells a request from others."""
    return request.url.encode() + b" " + request.body


def _is_lost(verdict: Verdict) -> bool:
    return verdict.verdict == "unknown" and verdict.reason in _INFRASTRUCTURE


def _folded(recording: Exchange) -> Exchange:
    return kept(recording, _NOTHING)


def _unfolded(recording: Exchange) -> Exchange:
    return structs.replace(recording, request=structs.replace(recording.request, body=unfold(recording.request.body)))


async def together(cells: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All of a row's cells at once."""
    async with anyio.create_task_group() as group:
        for cell in cells:
            group.start_soon(_awaited, cell)


async def _awaited(cell: Coroutine[Any, Any, None]) -> None:
    await sockets_first()  # to put a question together takes a while
    await cell
