"""Real runs of `scoreboard record` against the emulator of a wire, and what they leave."""

import json
import os
import subprocess
import sys
from pathlib import Path

from emulator import Server
from scoreboard.live.journal import NAME
from scoreboard.results.model import Cell
from scoreboard.results.store import load
from tests.support import ROOT
from tests.support.command import scoreboard

KEY = "canary-test-key-0123456789"
WIRE = "openai_chat"


def command(server: Server | None, *arguments: str, url: str = "") -> list[str]:
    base = url or (server.url(WIRE) if server else "")
    target = [] if any(a.startswith("openaicompatible") for a in arguments) else ["openaicompatible/emulated-1/sync"]
    return [sys.executable, "-m", "scoreboard", "record", *target, *arguments, "--base-url", base]


def environment(key: str = KEY) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_COMPATIBLE_API_KEY": key}


def record(
    server: Server | None, folder: Path, *arguments: str, key: str = KEY, url: str = ""
) -> subprocess.CompletedProcess[str]:
    """A run of the real command line."""
    words = command(server, *arguments, url=url)
    return scoreboard(*words[words.index("record") :], cwd=folder, environ=environment(key))


def cells(folder: Path, *, stream: bool = False) -> dict[str, Cell]:
    (row,) = [row for row in load(folder / "results", "openaicompatible").rows if row.stream == stream]
    return row.cells


def told(cell: Cell) -> str:
    return f"{cell.verdict} {cell.reason}".strip()


def unfinished(folder: Path) -> list[Path]:
    """What is on its way to be a file, and journals that still hold what was answered."""
    return [*folder.rglob("*.part"), *(path for path in folder.rglob(NAME) if path.read_bytes())]


def told_events(server: Server, folder: Path, *arguments: str) -> list[dict[str, object]]:
    """The events of a run that tells its course to a program, of the plain answers of a model."""
    done = record(server, folder, "openaicompatible/emulated-1/sync", "--json", *arguments)
    assert not done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
