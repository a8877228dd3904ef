"""The errors that a user can meet, each of which tells what, where and what to do in one line.

ScoreboardError
├── DiskError         a file that cannot be written
├── SettingsError     a settings file that cannot be used
├── CassetteError     a cassette that cannot be read, or must not be written
├── ResultsError      a results file that cannot be read or written
├── BadRecording      a file of somebody else's that is no recording
├── CollectionError   a list of collections that cannot be read
├── FetchError        a collection that cannot be fetched
├── SnapshotError     a copy of a catalogue that cannot be read
├── Misfit            a text that a patch does not change
├── NoParquet         Parquet that cannot be written here
├── BoardError        a name that the board does not know
├── JudgingError      a response that cannot be judged
└── TargetError       a target that names nothing
ProbeError            a file in probes/ that is no probe
ProviderError         what drivers raise (providers/base.py)
"""

from __future__ import annotations

from collections.abc import Iterable


class ScoreboardError(Exception):
    """An error whose message is meant for the user."""


def expected() -> tuple[type[Exception], ...]:
    """Error types whose message is meant for the user. Looked up late: most runs meet none."""
    from probes.base import ProbeError
    from providers.base import ProviderError

    return (ScoreboardError, ProbeError, ProviderError)


def hint(name: str, names: Iterable[str], form: str = "; {}") -> str:
    """Which of the names was meant, as a question in this form; empty where none is near."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(names), 1)
    return form.format(f"did you mean {close[0]}?") if close else ""
