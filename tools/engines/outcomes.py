"""What became of a version is kept beside the engine's file."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import structs

from scoreboard.disk import write
from scoreboard.results.outcomes import NAME, Outcome, outcomes


def keep(folder: Path, version: str, outcome: Outcome) -> None:
    """Writes one more; what nothing had to be done for stays as it was told first. Raises DiskError, ResultsError."""
    known = outcomes(folder)
    if (was := known.get(version)) and not outcome.seconds:
        outcome = structs.replace(outcome, seconds=was.seconds, megabytes=was.megabytes)
        if not (outcome.failed or was.failed) and outcome.ready.keys() <= was.ready.keys():
            return
    data = msgspec.json.format(msgspec.json.encode({**known, version: outcome}), indent=2)
    write(folder / NAME, data + b"\n")


def today(seconds: float = 0, megabytes: int = 0, ready: dict[str, float] | None = None, failed: str = "") -> Outcome:
    """An outcome of this day and this Python."""
    day = datetime.now(UTC).date().isoformat()
    return Outcome(day, f"{sys.version_info[0]}.{sys.version_info[1]}", seconds, megabytes, ready or {}, failed)
