"""A served model is recorded aside; its rows take the place of those in cassettes/ whole, or not at all."""

from __future__ import annotations

import contextlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from engines.base import Served
from probes.base import probes
from scoreboard.console import say
from scoreboard.evidence.cassettes import folder_of
from scoreboard.mode import MODES, RowId
from scoreboard.replay import replayed as follow
from scoreboard.results.store import encode, save
from tools.engines.environments import Environment
from tools.engines.processes import EngineError, Fault, Group
from tools.engines.servers import Server, serving

_CODE = Path(__file__).parents[2]
_CASSETTES, _RESULTS = "cassettes", "results"


def recorded(
    where: Environment,
    served: Served,
    behind: tuple[Environment, Served] | None,
    root: Path,
    *,
    force: bool = False,
    deep: bool = True,
) -> float:
    """Starts a model, records it and stops it; the seconds until it was ready. Raises EngineError."""
    with contextlib.ExitStack() as stack:
        before = stack.enter_context(serving(*behind)) if behind else None
        server = stack.enter_context(serving(where, served, before))
        say(f"{server.model}: ready in {server.ready:g} s")
        kept = root / _CASSETTES / folder_of(RowId(where.engine.provider, server.model, MODES[0])).parent
        aside = stack.enter_context(_aside(where.folder.parent))
        rows = aside / kept.relative_to(root)
        if kept.is_dir() and not force:
            shutil.copytree(kept, rows)
        # A row takes no more than so many requests in a run, and random weights have no habits worth ten answers.
        for more in ((), [word for one in probes().values() if one.is_deep for word in ("--only", one.id)])[: 1 + deep]:
            _record(server, aside, *more)
        for one in (before, server):
            if one:
                one.check()
        without_places(rows, [where.folder, *([behind[0].folder] if behind else [])])
        _replace(kept, rows)
        return server.ready


def without_places(rows: Path, folders: Sequence[Path]) -> None:
    """Takes the folders of this machine out of what a server said of itself; what stands below them stays."""
    for path in rows.rglob("*.yaml"):
        text = path.read_bytes()
        for folder in folders:
            text = text.replace(f"{folder}/".encode(), b"")
        path.write_bytes(text)


@contextlib.contextmanager
def _aside(work: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="evidence-", dir=work, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _record(server: Server, aside: Path, *more: str) -> None:
    engine = server.environment.engine
    command = [
        *(sys.executable, "-m", "scoreboard", "record", f"{engine.provider}/{server.model}", *more),
        *("--cassettes", str(aside / _CASSETTES), "--results", str(aside / _RESULTS)),
        *(("--base-url", server.address) if engine.port else ()),
    ]
    with Group(command, _CODE, {}, by=signal.SIGINT) as group:
        code = group.wait(engine.longest)
    server.check()
    if code is None:
        msg = f"{server.model} was not asked to the end in {engine.longest:g} s; nothing of it was kept"
        raise Fault(msg)
    if code:
        msg = f"{server.model} could not be recorded whole; what is above tells why, and nothing of it was kept"
        raise EngineError(msg)


def _replace(kept: Path, rows: Path) -> None:
    """Puts the rows where those of the last run are, which stay as they were until all of the new ones are there."""
    if not rows.is_dir():
        msg = f"{kept.name} was asked, and nothing was answered; nothing was kept"
        raise EngineError(msg)
    part, old = kept.with_name(f".{kept.name}.part"), kept.with_name(f".{kept.name}.old")
    try:
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(rows, part, ignore=shutil.ignore_patterns("row.journal", ".*"))
        if kept.is_dir():
            kept.rename(old)
        part.rename(kept)
    except (OSError, shutil.Error) as error:
        if old.is_dir() and not kept.is_dir():
            old.rename(kept)
        msg = f"{kept} cannot be written: {error}; nothing was changed, free some space"
        raise EngineError(msg) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if kept.is_dir():
            shutil.rmtree(old, ignore_errors=True)


def replayed(root: Path) -> None:
    """Judges all cassettes anew, and writes the results of whom that changes."""
    changed = [new for old, new in follow(root / _CASSETTES, root / _RESULTS) if encode(old) != encode(new)]
    for one in changed:
        save(root / _RESULTS, one)
    say(f"changed: {', '.join(one.provider for one in changed) or 'nothing'}")
