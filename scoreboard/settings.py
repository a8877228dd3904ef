"""The settings of a checkout (scoreboard.toml): how many samples, how fast, where the assets can be fetched from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from scoreboard.errors import ScoreboardError

NAME = "scoreboard.toml"


class SettingsError(ScoreboardError):
    """A settings file that cannot be used; the message says which, why, and what to do."""


class Pace(Struct, frozen=True, forbid_unknown_fields=True):
    """How fast a provider is asked: requests at a time, requests and tokens a minute (0: no limit known)."""

    concurrency: Annotated[int, Meta(ge=1)] = 8
    requests_per_minute: Annotated[int, Meta(ge=0)] = 0
    tokens_per_minute: Annotated[int, Meta(ge=0)] = 0
    timeout: Annotated[float, Meta(gt=0)] = 120.0


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """`samples`: the most that are taken of a cell that one does not settle. `tries`: how often a request is sent at
    most, where the provider is busy or the network fails; `retries`: the share of a run's requests that may be such
    tries. `share_questions`: whether cells share questions; else each asks alone. `assets_url`: where providers can
    fetch assets/ from, without which media by URL are not asked about. `pace`: by provider; "default" for all others.
    """

    samples: Annotated[int, Meta(ge=1)] = 3
    tries: Annotated[int, Meta(ge=1)] = 4
    retries: Annotated[float, Meta(ge=0)] = 0.2
    share_questions: bool = True
    assets_url: str = ""
    pace: dict[str, Pace] = field(default_factory=dict)

    def pace_of(self, provider: str) -> Pace:
        """The pace of a provider."""
        return self.pace.get(provider) or self.pace.get("default") or Pace()


def settings(root: Path) -> Settings:
    """The settings of a checkout, the defaults where there is no file. Raises SettingsError."""
    path = root / NAME
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Settings)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise SettingsError(msg) from error
    except (tomllib.TOMLDecodeError, UnicodeError, msgspec.ValidationError) as error:
        msg = f"{path}: {error}; see the comments in it for what it may hold"
        raise SettingsError(msg) from error
