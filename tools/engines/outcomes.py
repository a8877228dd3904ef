"""What became of each version of an engine: `engines/NAME/outcomes.json`, beside the engine's file. A version that does
not install, start or live through the questions is a fact, too.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from scoreboard.disk import write
from tools.engines.processes import EngineError

_NAME = "outcomes.json"


class Outcome(Struct, frozen=True, omit_defaults=True):
    """One version: the day, our Python, what installing took, what it takes on disk, seconds until each of its models
    answered; and where it failed, why.
    """

    day: str
    python: str
    seconds: float = 0
    megabytes: int = 0
    ready: dict[str, float] = {}
    failed: str = ""


def outcomes(here: Path) -> dict[str, Outcome]:
    """By version. Raises EngineError where the file cannot be read."""
    path = here / _NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Outcome]) if path.exists() else {}
    except (OSError, msgspec.MsgspecError) as error:
        msg = f"{path} cannot be read: {error}; mend it, or delete it"
        raise EngineError(msg) from error


def keep(here: Path, version: str, outcome: Outcome) -> None:
    """Writes one more; what nothing had to be done for stays as it was told first. Raises DiskError, EngineError."""
    known = outcomes(here)
    if (was := known.get(version)) and not outcome.seconds:
        outcome = structs.replace(outcome, seconds=was.seconds, megabytes=was.megabytes)
        if not (outcome.failed or was.failed) and outcome.ready.keys() <= was.ready.keys():
            return
    data = msgspec.json.format(msgspec.json.encode({**known, version: outcome}, order="sorted"), indent=2)
    write(here / _NAME, data + b"\n")


def today(seconds: float = 0.0, megabytes: int = 0, ready: dict[str, float] | None = None, failed: str = "") -> Outcome:
    """An outcome of this day and this Python."""
    day = datetime.now(UTC).date().isoformat()
    return Outcome(day, f"{sys.version_info[0]}.{sys.version_info[1]}", seconds, megabytes, ready or {}, failed)
