"""What stands behind an address of evidence, where the bytes are here: the requests, the responses, and the row that
they are judged in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from msgspec import Struct

from probes.row import Row
from providers.base import Request, Response
from scoreboard.evidence.cassettes import CassetteError, folder_of, load, rows_in
from scoreboard.judge.decoding import grouped
from scoreboard.judge.kept import exchanges, fields_of, loaded, placed, provider_of
from scoreboard.mode import Mode, RowId
from scoreboard.traffic.collections import COLLECTIONS
from scoreboard.traffic.exchanges import Recorded, read
from scoreboard.traffic.kept import BadRecording, Kept
from scoreboard.traffic.places import Place, places_below
from scoreboard.traffic.reading import read_file
from scoreboard.traffic.rows import rows

_ROWS = 8  # that are remembered: a model's in all its modes
Steps = tuple[tuple[Request | None, Response], ...]


class Behind(Struct, frozen=True):
    """The file, and in their order the requests that one question made necessary, each with its response; None in place
    of a request that nobody kept.
    """

    path: Path
    steps: Steps


class Archive:
    """The evidence that is here: our cassettes, and folders of other people's recordings."""

    def __init__(self, cassettes: Path, folders: Sequence[Path]) -> None:
        self._cassettes, self._folders = cassettes, folders
        self._read: dict[str, Sequence[Recorded]] = {}
        self._own_row = lru_cache(_ROWS)(self._judged_row)

    def behind(self, where: str) -> Behind | None:
        """What an address is the address of; None where it is not here, or cannot be read."""
        file, _, number = where.partition("#")
        try:
            if path := self._cassette(file):
                return _of_cassette(path, int(number or 1))
            place = self._places.get(file)
            return _of_recording(place, int(number or 1)) if place else None
        except (CassetteError, BadRecording, ValueError):
            return None

    def holds(self, where: str) -> bool:
        """Whether an address is in a cassette that is here."""
        return self._cassette(where.partition("#")[0]) is not None

    def row(self, evidence: Sequence[str], mode: Mode) -> Row | None:
        """The exchanges behind addresses as the judge reads them, with those beside them; None where none is here."""
        files = dict.fromkeys(where.partition("#")[0] for where in evidence)
        if own := next(filter(None, map(self._cassette, files)), None):
            return self._own_row(own.parent)
        recorded = [one for file in files if file in self._places for one in self._recorded(self._places[file])]
        found = [row for row in rows(recorded) if any(x.where in evidence for x in row.exchanges)]
        # Whether a model thinks is told by all recordings of it, and these are some.
        found.sort(key=lambda row: (row.id.mode.stream != mode.stream, row.id.mode.thinking != mode.thinking))
        return found[0].row if found else None

    def missing(self, where: str) -> str:
        """How to get what is not here, in a line."""
        if where.startswith(f"{self._cassettes.name}/"):
            return f"{self._cassettes}/ does not hold it; look in the checkout that the results came with"
        for known in COLLECTIONS.values():
            if where.startswith(known.web.partition("{")[0]):
                return f"`scoreboard fetch {known.name}` brings it, from {known.repository} at {known.commit:.12}"
        return "name the folder that holds it in SCOREBOARD_RECORDINGS"

    def _cassette(self, file: str) -> Path | None:
        root, _, rest = file.partition("/")
        path = self._cassettes / rest
        is_own = root == self._cassettes.name and ".." not in Path(rest).parts
        return path if is_own and path.is_file() else None

    def _judged_row(self, folder: Path) -> Row | None:
        try:
            row = next(row for row in self._rows if self._cassettes / folder_of(row) == folder)
            provider = provider_of(self._cassettes, row)
            found = exchanges(provider, row.model, placed(self._cassettes, loaded(self._cassettes, row)))
        except CassetteError:
            return None
        return Row(found, fields=fields_of(provider, row.model), stream=row.mode.stream)

    def _recorded(self, place: Place) -> Sequence[Recorded]:
        if place.where not in self._read:
            self._read[place.where] = read(place).recorded
        return self._read[place.where]

    @cached_property
    def _rows(self) -> Sequence[RowId]:
        """All rows that have cassettes. Raises CassetteError."""
        return list(rows_in(self._cassettes))

    @cached_property
    def _places(self) -> dict[str, Place]:
        """All files of recordings, by address."""
        return {place.where: place for folder in self._folders for place in places_below(folder)}


def _of_cassette(path: Path, number: int) -> Behind | None:
    """An address in a cassette is that of the last request of a question."""
    steps = [(one.request, one.response) for one in load(path)]
    for question in grouped(steps, ours=True):
        if question.numbers[-1] == number - 1:
            return Behind(path, tuple(steps[place] for place in question.numbers))
    return None


def _of_recording(place: Place, number: int) -> Behind | None:
    """One in a recording is that of the first."""
    content = [one for one in read_file(place.path).kept if not (one.broken or one.passed)]
    if alone := [one for one in content if one.request is None and one.place == number]:
        return Behind(place.path, ((None, alone[0].response),))
    whole = sorted((one for one in content if one.request), key=lambda one: (one.question, one.sample))
    for question in grouped((one.request or Request("", ""), one.response) for one in whole):
        steps: list[Kept] = [whole[place_] for place_ in question.numbers]
        if steps[0].place == number:
            return Behind(place.path, tuple((one.request, one.response) for one in steps))
    return None
