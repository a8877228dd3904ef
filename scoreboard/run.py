"""A run: which rows are asked, all providers at once, each at its own pace; results go to disk as rows are done."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from msgspec import Struct

from probes.base import Probe, probes
from providers.base import Provider, ProviderError, find_provider, providers
from scoreboard.cassettes import CassetteError, Place
from scoreboard.disk import DiskError
from scoreboard.evidence import mode_name
from scoreboard.live import LiveRow, Session, alone
from scoreboard.pace import Budget, Spent
from scoreboard.replay import with_reasons
from scoreboard.results import ResultRow, Results, load, save
from scoreboard.settings import Settings
from scoreboard.transport import Fault

_EVERY = 2.0  # seconds between two writes of one provider's results

Say = Callable[[str], None]


class TargetError(Exception):
    """A target that names nothing; the message says which and what there is."""


class Run(Struct, frozen=True):
    """What a run needs to know. `stale` in days: what is older is asked again; None: nothing that is there is."""

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

    def has(self, place: Place) -> bool:
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


def rows(provider: Provider, wanted: Sequence[str], models: Iterable[str]) -> list[Place]:
    """The rows that the targets of one provider name."""
    places: dict[Place, None] = {}
    modes = {mode_name(stream=stream, thinking=thinking) for stream in (False, True) for thinking in (False, True)}
    for rest in wanted:
        model, _, mode = rest.rpartition("/")
        named, mode = (model, mode) if mode in modes else (rest, "")
        for one in [named] if named else sorted(models):
            for thinking in provider.thinking_of(one):
                for stream in (False, True):
                    name = mode_name(stream=stream, thinking=thinking)
                    if mode in ("", name):
                        places[Place(provider.name, one, name)] = None
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


def chosen(only: Sequence[str]) -> list[Probe]:
    """The probes that are asked for. Raises TargetError."""
    known = probes()
    if unknown := [name for name in only if name not in known]:
        msg = f"no cell is named {', '.join(unknown)}; there are {', '.join(known)}"
        raise TargetError(msg)
    return [probe for name, probe in known.items() if not only or name in only or probe.gate]


async def run(run: Run, wanted: Mapping[str, Sequence[str]], say: Say) -> bool:
    """Asks everything; True where nothing was left undone. A provider without its key is skipped with a line."""
    ask = chosen(run.only)
    done: list[bool] = []

    async def one(provider: Provider, names: Sequence[str]) -> None:
        done.append(await _provider(run, provider, names, ask, say))

    async with anyio.create_task_group() as group:
        for name, names in wanted.items():
            provider = find_provider(name)
            if provider is None:
                raise AssertionError
            if provider.key_env and not run.environ.get(provider.key_env):
                say(f"{name}: skipped, {provider.key_env} is not set")
                continue
            group.start_soon(one, provider, names)
    return all(done)


async def _provider(run: Run, provider: Provider, names: Sequence[str], ask: Sequence[Probe], say: Say) -> bool:
    results = _Kept(run.results, provider.name)
    async with Session(provider, run.settings, run.environ, run.budget, run.base_url) as session:
        models: list[str] = []
        if "" in names:
            try:
                models = await session.models()
            except (Fault, ProviderError, Spent) as error:
                say(f"{provider.name}: the list of models is not to be had: {error}")
                models = list(results.now.models)
        places = [place for place in rows(provider, names, models) if run.has(place)]
        good = bool(places)
        limiter = anyio.CapacityLimiter(run.settings.pace_of(provider.name).concurrency)

        async def one(place: Place) -> None:
            nonlocal good
            async with limiter:
                good &= await _row(run, place, session, ask, results, say)

        async with anyio.create_task_group() as group:
            for place in places:
                group.start_soon(one, place)
    results.write(models=models)
    return good


async def _row(run: Run, place: Place, session: Session, ask: Sequence[Probe], results: _Kept, say: Say) -> bool:
    try:
        with alone(run.cassettes / place.folder) as mine:
            if not mine:
                say(f"{place.name}: skipped, another run is at it")
                return False
            row = LiveRow(run.cassettes, place, session, since=run.since, probes=ask)
            judged, verdicts = await row.judged()
    except (CassetteError, DiskError) as error:
        say(f"{place.name}: {error}")
        return False
    results.add(judged)
    told = Counter(verdict.verdict for verdict in verdicts.values())
    why = Counter(verdict.reason for verdict in verdicts.values() if verdict.verdict == "unknown")
    counts = ", ".join(f"{count} {kind}" for kind, count in told.most_common())
    reasons = f" ({', '.join(f'{count} {reason}' for reason, count in why.most_common(3))})" if why else ""
    say(f"{place.name}: {row.asked} requests; {counts}{reasons}")
    return True


class _Kept:
    """One provider's results in this run, written now and then, and at the end."""

    def __init__(self, folder: Path, provider: str) -> None:
        self._folder, self.now, self._written = folder, load(folder, provider), 0.0

    def add(self, row: ResultRow) -> None:
        before = next((old for old in self.now.rows if old.key == row.key), None)
        self.now = self.now.merged([with_reasons(row, before)])
        if time.monotonic() - self._written > _EVERY:
            self.write()

    def write(self, models: Iterable[str] = ()) -> None:
        known = find_provider(self.now.provider)
        merged: Results = self.now.merged([], (*models, *(known.models if known else ())))
        self.now = merged.with_inherited(known.inherits if known else {})
        save(self._folder, self.now)
        self._written = time.monotonic()
