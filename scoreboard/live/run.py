"""A run: which rows are asked, all providers at once, each at its own pace; results go to disk as rows are done."""

from __future__ import annotations

import gc
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
from msgspec import Struct

from probes.base import Probe, probes
from providers.base import Provider, ProviderError, find_provider, providers
from scoreboard.disk import DiskError
from scoreboard.errors import ScoreboardError
from scoreboard.evidence.cassettes import CassetteError, folder_of
from scoreboard.live.endpoint import plain_address
from scoreboard.live.journal import held
from scoreboard.live.reporters import Report
from scoreboard.live.results_journal import ResultsJournal
from scoreboard.live.row import LiveRow
from scoreboard.mode import MODES, Mode, RowId
from scoreboard.net.budget import Budget, Spent
from scoreboard.net.session import Session
from scoreboard.net.transport import Fault
from scoreboard.results.model import RowResult
from scoreboard.results.store import ResultsError, load
from scoreboard.settings import Settings


class TargetError(ScoreboardError):
    """A target that names nothing; the message says which and what there is."""


class Run(Struct, frozen=True):
    """What a run needs to know. `stale` in days: what is older is asked again; None: nothing that is there is.
    `session`: what talks.
    """

    settings: Settings
    environ: Mapping[str, str]
    budget: Budget
    cassettes: Path = Path("cassettes")
    results: Path = Path("results")
    stale: float | None = None
    force: bool = False
    only: tuple[str, ...] = ()
    base_url: str = ""
    shard: tuple[int, int] = (1, 1)
    deep: bool = False
    session: Callable[..., Session] = Session

    def has(self, place: RowId) -> bool:
        """Whether the row is in this run's shard: by its model's name alone, so that new models move no old ones."""
        number, of = self.shard
        return zlib.crc32(f"{place.provider}/{place.model}".encode()) % of == number - 1

    @property
    def since(self) -> str:
        """The time from which on a recording is fresh, in ISO 8601."""
        if self.force:
            return "9999"
        if self.stale is None:
            return ""
        return (datetime.now(UTC) - timedelta(days=self.stale)).isoformat(timespec="seconds")


def targets(names: Iterable[str]) -> dict[str, list[str]]:
    """Targets by provider: "openai", "openai/gpt-x" or "openai/gpt-x/stream+thinking". Raises TargetError."""
    found: dict[str, list[str]] = {}
    for name in names:
        provider, _, rest = name.partition("/")
        if find_provider(provider) is None:
            msg = f"no provider is named {provider!r}; there are {', '.join(sorted(providers()))}"
            raise TargetError(msg)
        found.setdefault(provider, []).append(rest)
    return found or {name: [""] for name, known in providers().items() if known.country}


def rows(provider: Provider, wanted: Sequence[str], models: Iterable[str]) -> list[RowId]:
    """The rows that the targets of one provider name."""
    places: dict[RowId, None] = {}
    modes = {mode.name for mode in MODES}
    for rest in wanted:
        model, _, mode = rest.rpartition("/")
        named, mode = (model, mode) if mode in modes else (rest, "")
        for one in [named] if named else sorted(models):
            for thinking in provider.thinking_of(one):
                for stream in (False, True):
                    one_mode = Mode(stream, thinking)
                    if mode in ("", one_mode.name):
                        places[RowId(provider.name, one, one_mode)] = None
    return list(places)


def generic(name: str) -> Provider:
    """The provider of that name; without one, that which has no address of its own. Raises TargetError."""
    known = [one for one in providers().values() if (one.name == name if name else not one.base_url)]
    if known:
        return known[0]
    msg = f"no provider is named {name!r}; there are {', '.join(sorted(providers()))}"
    raise TargetError(msg)


def shard(text: str) -> tuple[int, int]:
    """The numbers of "2/5". Raises TargetError."""
    number, _, of = text.partition("/")
    if number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of):
        return int(number), int(of)
    msg = f"{text!r} is no shard; give one such as 2/5"
    raise TargetError(msg)


def chosen(only: Sequence[str], *, deep: bool = False) -> list[Probe]:
    """The probes that are asked for: those that are named, else all, the deep ones where that is wanted. Raises
    TargetError.
    """
    known = probes()
    if unknown := [name for name in only if name not in known]:
        msg = f"no cell is named {', '.join(unknown)}; there are {', '.join(known)}"
        raise TargetError(msg)
    wanted = only or [name for name, probe in known.items() if deep or not probe.is_deep]
    return [probe for name, probe in known.items() if name in wanted or probe.asked_first]


async def run(run: Run, wanted: Mapping[str, Sequence[str]], report: Report) -> bool:
    """Asks everything; True where nothing was left undone. A provider without its key is skipped with a line."""
    ask = chosen(run.only, deep=run.deep)
    done: list[bool] = []

    async def one(provider: Provider, names: Sequence[str]) -> None:
        try:
            done.append(await ask_provider(run, provider, names, ask, report))
        except ResultsError as error:  # the other providers' results are as good as ever
            done.append(False)
            report.line(f"{provider.name}: {error}", provider=provider.name)
        except DiskError as error:
            done.append(False)
            run.budget.halt(str(error))

    async with seldom_collected(), anyio.create_task_group() as group:
        for name, names in wanted.items():
            provider = find_provider(name)
            if provider is None:
                raise AssertionError
            if provider.key_env and not run.environ.get(provider.key_env):
                report.line(f"{name}: skipped, {provider.key_env} is not set", provider=name)
                continue
            group.start_soon(one, provider, names)
    if run.budget.over:
        report.line(run.budget.over)
    return all(done)


@asynccontextmanager
async def seldom_collected() -> AsyncIterator[None]:
    """Looks for garbage more seldom: what a row makes is gone with the row, and looking took a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def ask_provider(
    run: Run, provider: Provider, names: Sequence[str], ask: Sequence[Probe], report: Report
) -> bool:
    """Asks the rows of one provider, some at a time, in order; True where nothing was left undone."""
    async with run.session(provider, run.settings, run.environ, run.budget, run.base_url) as session:
        with ResultsJournal(run.results, provider, plain_address(run.base_url)) as journal:
            models = list(await _models(run, provider, session, report)) if "" in names else []
            named = rows(provider, names, models)
            places = [place for place in named if run.has(place)]
            report.rows(provider.name, len(places))
            left = iter(places)
            before = {row.key: row for row in load(run.results, provider.name).rows}
            good = bool(named)  # a shard may hold none of them

            async def worker() -> None:
                nonlocal good
                for place in left:
                    if run.budget.over:
                        good = False
                        return
                    good &= await _row(run, place, session, ask, journal, report, before.get(place.key))

            # Each row has several questions under way: half as many rows as requests keep all slots taken, and take
            # half the memory.
            at_once = run.settings.pace_of(provider.name).concurrency // 2 + 1
            async with anyio.create_task_group() as group:
                for _ in range(min(len(places), at_once)):
                    group.start_soon(worker)
            journal.put(models)
    return good


async def _models(run: Run, provider: Provider, session: Session, report: Report) -> Sequence[str]:
    try:
        return await session.models()
    except (Fault, ProviderError, Spent) as error:
        report.line(f"{provider.name}: the list of models is not to be had: {error}", provider=provider.name)
        return load(run.results, provider.name).models


async def _row(
    run: Run,
    place: RowId,
    session: Session,
    ask: Sequence[Probe],
    journal: ResultsJournal,
    report: Report,
    before: RowResult | None,
) -> bool:
    try:
        with held(run.cassettes / folder_of(place), session.redactor) as journal_of_row:
            if journal_of_row is None:
                report.line(f"{place.name}: skipped, another run is at it", provider=place.provider)
                return False
            row = LiveRow(
                run.cassettes,
                place,
                session,
                journal_of_row,
                since=run.since,
                probes=ask,
                deep=run.deep,
                told=partial(report.verdict, place),
                before=before,
            )
            judged, verdicts = await row.judged()
            journal.add(judged)
    except CassetteError as error:  # one that cannot be read says nothing of the other rows
        report.line(f"{place.name}: left as it is: {error}", provider=place.provider)
        return False
    except DiskError as error:
        run.budget.halt(str(error))
        return False
    report.row(place, row.asked, verdicts)
    return True
