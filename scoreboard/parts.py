"""Part files: what a cell's questions were answered so far, a line each, until the cell is done and has its cassette.

Appended and flushed to the disk with each exchange, so that a run that is killed loses none that was answered.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import structs

from scoreboard.cassettes import CassetteError, Recording
from scoreboard.matching import fold, unfold
from scoreboard.redaction import Redactor

SUFFIX = ".part"


def append(path: Path, recording: Recording, redactor: Redactor) -> Recording:
    """Adds an exchange; returns it as it is kept: redacted, its media as digests. Raises CassetteError."""
    request = structs.replace(recording.request, body=fold(recording.request))
    kept = structs.replace(recording, request=redactor.request(request), response=redactor.response(recording.response))
    line = msgspec.json.encode(kept)
    if redactor.leaks(line):
        msg = f"{path} was not written: a secret would have been in it; please report how the provider echoed it"
        raise CassetteError(msg)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}; free some space or name another folder with --cassettes"
        raise CassetteError(msg) from error
    return kept


def read(path: Path) -> list[Recording]:
    """The exchanges of a part file; a line that was cut off by the end of its run is left out. Raises CassetteError."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise CassetteError(msg) from error
    found = []
    for line in lines:
        try:
            kept = msgspec.json.decode(line, type=Recording)
        except (msgspec.DecodeError, UnicodeError):
            continue
        found.append(structs.replace(kept, request=structs.replace(kept.request, body=unfold(kept.request.body))))
    return found
