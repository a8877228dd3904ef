"""The errors that a user can meet, each of which tells what, where and what to do in one line."""

from __future__ import annotations


def expected() -> tuple[type[Exception], ...]:
    """Error types whose message is meant for the user. Looked up late: most runs meet none."""
    from probes.base import ProbeError
    from providers.base import ProviderError
    from scoreboard.disk import DiskError
    from scoreboard.evidence.cassettes import CassetteError
    from scoreboard.live.run import TargetError
    from scoreboard.results.store import ResultsError
    from scoreboard.settings import SettingsError
    from scoreboard.traffic.govcr import BadRecording

    return (ProbeError, ProviderError, BadRecording, CassetteError, DiskError, ResultsError, SettingsError, TargetError)
