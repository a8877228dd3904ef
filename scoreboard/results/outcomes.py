"""What became of the versions of engines that anybody can run: `engines/NAME/outcomes.json`, beside what tells how each
is run. A version that does not install, start or live through the questions is a fact, too.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct, field

from scoreboard.results.store import ResultsError

NAME = "outcomes.json"


class Outcome(Struct, frozen=True, omit_defaults=True):
    """One version: the day, our Python, seconds that installing took, megabytes on disk, seconds until each of its
    models answered; and where it failed, why.
    """

    day: str
    python: str
    seconds: float = 0
    megabytes: int = 0
    ready: dict[str, float] = field(default_factory=dict)
    failed: str = ""


def outcomes(folder: Path) -> dict[str, Outcome]:
    """Those of one engine, by version. Raises ResultsError where the file cannot be read."""
    path = folder / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Outcome]) if path.exists() else {}
    except (OSError, msgspec.MsgspecError, UnicodeError) as error:
        msg = f"{path} cannot be read: {error}; mend it, or delete it"
        raise ResultsError(msg) from error


def all_outcomes(folder: Path) -> dict[str, dict[str, Outcome]]:
    """Those of all engines of a folder, by name; the engines of which nothing is known are there, too."""
    return {path.parent.name: outcomes(path.parent) for path in sorted(folder.glob("*/engine.py"))}
