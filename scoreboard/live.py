"""Live: rows are asked over real sockets, each exchange is kept as it comes, and the verdicts follow from what was kept.

A row's exchanges wait in part files until their cell is done; a run that is killed finds them again. What failed for reasons that say
nothing about the model leaves the old cassette, and so the old verdict, as it was.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import anyio
import httpx
import stamina
from msgspec import structs

from probes.base import Probe, Settled, Verdict, unknown
from providers.base import Provider, Request, Response
from scoreboard.asking import AskedRow, Asker
from scoreboard.cassettes import Place, Recording, load, save
from scoreboard.matching import Miss, Player
from scoreboard.pace import Budget, Spent, Throttle
from scoreboard.parts import SUFFIX, append, read
from scoreboard.redaction import SHORTEST, Redactor
from scoreboard.replay import judge_recordings, row_of
from scoreboard.results import ResultRow, cell_of
from scoreboard.rows import judge_asked
from scoreboard.settings import Settings
from scoreboard.transport import Fault, RecordingTransport, sent, to_httpx

# Answers that are worth another try. A plain 500 is, too, but in the end it is kept: it may be the server's answer to this question.
_BUSY = {408, 425, 429, 500, 502, 503, 504, 529}
_NOT_EVIDENCE = _BUSY - {500}
# Reasons for which a cell's old evidence stays.
_INFRASTRUCTURE = {"auth", "billing", "rate", "model", "server", "timeout", "network", "cut", "unreadable", "own", "spent"}
# The run tells of its retries itself: in the verdict's reason.
stamina.instrumentation.set_on_retry_hooks([])


class _Busy(Exception):
    """An answer that asks for another try."""

    def __init__(self, response: Response, wait: float | None) -> None:
        self.response, self.wait = response, wait


class Session:
    """One provider in one run: its client, its pace, its key. `base_url` takes the place of the provider's own."""

    def __init__(self, provider: Provider, settings: Settings, environ: Mapping[str, str], budget: Budget, base_url: str = "") -> None:
        pace = settings.pace_of(provider.name)
        key = environ.get(provider.key_env or "", "")
        self.provider, self.settings, self.budget = provider, settings, budget
        # Local servers take anything for a key; what is as short as "none" is no secret, and stands in ordinary text.
        self.redactor = Redactor([key] if len(key.strip()) >= SHORTEST else [])
        self._environ, self._base_url, self._tries = environ, base_url.rstrip("/"), settings.tries
        self._throttle = Throttle(pace)
        self._seen: dict[int, Recording] = {}
        limits = httpx.Limits(max_connections=pace.concurrency, max_keepalive_connections=pace.concurrency)
        transport = RecordingTransport(httpx.AsyncHTTPTransport(http2=True, limits=limits, retries=1), lambda _: None)
        self._client = httpx.AsyncClient(transport=transport, timeout=httpx.Timeout(pace.timeout, connect=10.0))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, request: Request) -> Response:
        """One request, tried again where the provider was busy. Raises Fault, Spent."""

        def again(error: Exception) -> bool | float:
            if isinstance(error, _Busy):
                return error.wait if error.wait is not None else True
            return isinstance(error, Fault) and error.reason in ("network", "timeout", "cut")

        if request.after:
            await anyio.sleep(request.after)
        try:
            async for attempt in stamina.retry_context(on=again, attempts=self._tries, timeout=300, wait_initial=0.5, wait_max=20):
                with attempt:
                    return await self._once(request)
        except _Busy as busy:
            return busy.response
        raise AssertionError

    async def _once(self, request: Request) -> Response:
        async with self._throttle.turn():
            self.budget.take()
            response = await sent(self._client, self._addressed(request), self.redactor)
            wait = self._throttle.heed(response.headers) if response.status in _BUSY else None
        if response.status in _BUSY:
            raise _Busy(response, wait)
        return response

    def _addressed(self, request: Request) -> httpx.Request:
        """The request to where this provider is today; what is kept has its official address."""
        if not self._base_url:
            return to_httpx(request, self.provider, self._environ)
        url = self._base_url + request.url.removeprefix(self.provider.base_url)
        there = structs.replace(self.provider, base_url=self._base_url)
        return to_httpx(structs.replace(request, url=url), there, self._environ)

    async def models(self) -> list[str]:
        """The models that the provider lists today. Raises Fault, ProviderError, Spent."""
        listing = self.provider.wire.models(self.provider.base_url, self.provider.quirks)
        try:
            request = next(listing)
            while True:
                request = listing.send(await self.send(request))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]


class LiveRow:
    """One row that is asked: an Exchange which takes fresh recordings first, and keeps what it had to ask anew."""

    def __init__(self, root: Path, place: Place, session: Session, *, since: str = "", probes: Sequence[Probe] = ()) -> None:
        self.root, self.place, self._session, self._probes = root, place, session, probes
        self._folder = root / place.folder
        self._fresh: dict[str, list[Recording]] = {}
        cassettes = sorted(self._folder.glob("*.yaml")) if self._folder.is_dir() else []
        parts = sorted(self._folder.glob(f".*{SUFFIX}")) if self._folder.is_dir() else []
        for path, found in [*((path, load(path)) for path in cassettes), *((path, read(path)) for path in parts)]:
            cell = path.name.strip(".").removesuffix(SUFFIX).removesuffix(".yaml")
            self._fresh.setdefault(cell, []).extend(recording for recording in found if recording.observed_at >= since)
        self._tape = Player([recording for found in self._fresh.values() for recording in found])
        self._new: dict[str, list[Recording]] = {}
        self.asked = 0

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """A fresh recording's response, else a live one. Raises Settled where there is none to be had."""
        with contextlib.suppress(Miss):
            return self._tape.take(structs.replace(request, after=0.0)).response, "kept"
        try:
            response = await self._session.send(request)
        except Spent as spent:
            raise Settled(Verdict("unknown", "not_asked", str(spent))) from None
        except Fault as fault:
            raise Settled(unknown(fault.reason, str(fault))) from None
        self.asked += 1
        if response.status not in _NOT_EVIDENCE:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            kept = Recording(structs.replace(request, after=0.0), response, asker.question, asker.sample, now)
            kept = await anyio.to_thread.run_sync(append, self._part(asker.cell), kept, self._session.redactor)
            self._new.setdefault(asker.cell, []).append(kept)
        return response, "live"

    async def judged(self) -> tuple[ResultRow, dict[str, Verdict]]:
        """Asks what is not fresh, keeps it, and judges the row from what is kept; also what each cell came to while asking."""
        row = row_of(self.place, self._session.provider, self._session.settings)
        asked = AskedRow(self._session.provider, self.place.model, self)
        verdicts = await judge_asked(row, asked, self._probes, self._together)
        for cell in {*self._new, *(cell for cell in self._fresh if self._part(cell).exists())}:
            await self._settle(cell, verdicts.get(cell))
        tapes = {path: load(path) for path in sorted(self._folder.glob("*.yaml"))} if self._folder.is_dir() else {}
        judged = judge_recordings(self.root, self.place, tapes, self._session.settings)
        # What has no recording keeps the reason that was met while asking.
        reasons = {name: cell_of(verdict, "live", "") for name, verdict in verdicts.items() if verdict.verdict == "unknown"}
        unrecorded = [name for name, cell in judged.cells.items() if (cell.verdict, cell.reason) == ("unknown", "unrecorded")]
        cells = {**judged.cells, **{name: reasons[name] for name in unrecorded if name in reasons}}
        return structs.replace(judged, cells=cells), verdicts

    async def _together(self, cells: Sequence[Coroutine[Any, Any, None]]) -> None:
        async with anyio.create_task_group() as group:
            for cell in cells:
                group.start_soon(_awaited, cell)

    async def _settle(self, cell: str, verdict: Verdict | None) -> None:
        """A cell that is done becomes a cassette. One that failed for reasons not its own leaves the old one as it was; where there is
        none, what was answered is kept, so that it is not paid for twice, and what failed is not.
        """
        path, part = self.root / self.place.cassette(cell), self._part(cell)
        kept = [*self._fresh.get(cell, []), *self._new.get(cell, [])]
        failed = verdict is not None and verdict.verdict == "unknown" and verdict.reason in _INFRASTRUCTURE
        if failed:
            kept = [] if path.exists() else [recording for recording in kept if recording.response.status < 400]
        if kept:
            await anyio.to_thread.run_sync(self._save, path, kept)
        part.unlink(missing_ok=True)

    def _part(self, cell: str) -> Path:
        return self._folder / f".{self.place.cassette(cell).stem}{SUFFIX}"

    def _save(self, path: Path, recordings: Sequence[Recording]) -> None:
        save(path, recordings, self._session.redactor)


async def _awaited(cell: Coroutine[Any, Any, None]) -> None:
    await cell


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Holds a folder against other runs; False where another run has it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
