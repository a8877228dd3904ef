"""Real engines, small enough for any machine: each version is installed apart, started, recorded and stopped.

    python -m tools.engines [ENGINE ...] [--version VERSION ...]     (make engines ENGINE=… VERSION=…)

What is recorded goes into cassettes/ once a model's rows are whole, and results/ are judged from there. The exit is 2
where a version fails; the others go on.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engines.base import Engine, Served
from scoreboard.console import say
from scoreboard.disk import DiskError
from scoreboard.errors import ScoreboardError
from scoreboard.text import one_line
from tools.engines.environments import Environment, installed, newest
from tools.engines.outcomes import keep, today
from tools.engines.processes import EngineError, Fault
from tools.engines.recording import recorded, replayed
from tools.engines.servers import free

ROOT = Path(__file__).parents[2]
WORK = Path(tempfile.gettempdir()) / "llm-scoreboard-engines"


class Engines:
    """All engines of a folder; `work`: where they are installed; `root`: where cassettes/ and results/ are."""

    def __init__(self, folder: Path, work: Path, root: Path, *, force: bool = False) -> None:
        self.folder, self.work, self.root, self.force = folder, work, root, force

    def names(self) -> list[str]:
        """Those that there are."""
        return sorted(path.parent.name for path in self.folder.glob("*/engine.py"))

    def engine(self, name: str) -> Engine:
        """The engine of that name. Raises EngineError."""
        if name not in self.names():
            msg = f"no engine is named {name!r}; there are {', '.join(self.names()) or 'none'}"
            raise EngineError(msg)
        spec = importlib.util.spec_from_file_location(f"engines_{name}", self.folder / name / "engine.py")
        if spec is None or spec.loader is None:
            raise AssertionError
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found: Engine = module.engine
        return found

    def installed(self, name: str, version: str) -> Environment:
        """An engine at a version. Raises EngineError."""
        return installed(self.engine(name), self.folder / name, version, self.work)

    def behind(self, served: Served) -> tuple[Environment, Served] | None:
        """What stands behind a gateway's model, at the newest version that is known. Raises EngineError."""
        if not served.behind:
            return None
        name, _, model = served.behind.partition("/")
        engine = self.engine(name)
        free(engine)
        return self.installed(name, engine.versions[-1]), next(one for one in engine.served if one.name == model)

    def record(self, name: str, version: str) -> None:
        """Sets up, records and stops one version; tells it, and keeps what became of it. Raises EngineError."""
        engine = self.engine(name)
        try:
            free(engine)  # before anything that takes its time
            where = self.installed(name, version)
            say(f"{name} {version}: installed in {where.seconds:g} s" if where.seconds else f"{name} {version}: there")
            ready = {
                one.name: recorded(where, one, self.behind(one), self.root, force=self.force) for one in engine.served
            }
        except Fault as error:
            why = re.sub(r"; \S+ has the rest$", "", one_line(str(error))).replace(str(self.work), "…")
            keep(self.folder / name, version, today(failed=why))
            raise
        keep(self.folder / name, version, today(where.seconds, where.megabytes if where.seconds else 0, ready))


def run(engines: Engines, names: Sequence[str], versions: Sequence[str]) -> bool:
    """Records what is asked for; True where nothing failed."""
    failures = 0
    for name in names or engines.names():
        known = engines.engine(name)
        for version in versions or known.versions:
            try:
                engines.record(name, newest(known) if version == "newest" else version)
            except EngineError as error:
                failures += 1
                _complain(error)
    replayed(engines.root)
    return not failures


def _complain(error: Exception) -> None:
    print("engines: " + one_line(str(error)), file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where all went well, 2 where something failed, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tools.engines", description="Record real engines.")
    parser.add_argument("names", nargs="*", metavar="ENGINE", help="all by default")
    parser.add_argument("--version", action="append", default=[], help="in place of those that are known; or newest")
    parser.add_argument("--list", action="store_true", help="only print which there are, as JSON")
    parser.add_argument("--force", action="store_true", help="ask again what is fresh")
    parser.add_argument("--engines", type=Path, default=ROOT / "engines", help="where engines are")
    parser.add_argument("--work", type=Path, default=WORK, help="where they are installed, outside of the checkout")
    parser.add_argument("--root", type=Path, default=ROOT, help="where cassettes/ and results/ are")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        engines = Engines(asked.engines.resolve(), asked.work.resolve(), asked.root.resolve(), force=asked.force)
        if asked.list:
            print(json.dumps([{"engine": name} for name in asked.names or engines.names() if engines.engine(name)]))
            return 0
        engines.work.mkdir(parents=True, exist_ok=True)
        return 0 if run(engines, asked.names, asked.version) else 2
    except KeyboardInterrupt:
        _complain(EngineError("stopped; what was started is ended, and nothing half is kept"))
        return 130
    except (EngineError, DiskError, ScoreboardError) as error:
        _complain(error)
    except OSError as error:
        _complain(
            EngineError(f"{error.filename or 'a file'} cannot be used: {error.strerror}; free some space, or look")
        )
    return 2


if __name__ == "__main__":
    sys.exit(main())
