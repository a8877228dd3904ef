"""Our own cassettes to results: each row's questions are put again, and answered from what was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from probes.base import Row, Settled, Verdict, probes, unknown
from providers.base import Provider, Request, Response, find_provider
from scoreboard.evidence.cassettes import CassetteError, folder_of, load, rows_in
from scoreboard.evidence.exchange import Exchange
from scoreboard.evidence.matching import Miss, Player
from scoreboard.evidence.media import media
from scoreboard.judge.asking import AskedRow, Asker, Sender
from scoreboard.judge.engine import run
from scoreboard.judge.rows import judge_asked
from scoreboard.results.model import Results, RowId, RowResult, cell_of
from scoreboard.results.store import load as load_results
from scoreboard.settings import Settings


class CassetteRow(Struct, frozen=True):
    """A row that has cassettes."""

    root: Path
    place: RowId
    settings: Settings

    def judged(self) -> RowResult:
        """Judges the row by all probes. Raises CassetteError for a cassette that cannot be read, or belongs to nobody."""
        tapes = {path: load(path) for path in sorted((self.root / folder_of(self.place)).glob("*.yaml"))}
        return judge_recordings(self.root, self.place, tapes, self.settings)


def find(root: Path, settings: Settings | None = None) -> list[CassetteRow]:
    """The rows below a folder of cassettes, in order."""
    return [CassetteRow(root, place, settings or Settings()) for place in rows_in(root)]


def replayed(root: Path, results: Path, settings: Settings) -> list[tuple[Results, Results]]:
    """Per provider that has cassettes: the results at hand, and those that follow from the cassettes. Writes nothing.

    Raises CassetteError, ResultsError.
    """
    rows: dict[str, list[RowResult]] = {}
    for row in find(root, settings):
        rows.setdefault(row.place.provider, []).append(row.judged())
    pairs = []
    for provider, judged in rows.items():
        old = load_results(results, provider)
        before = {row.key: row for row in old.rows}
        pairs.append((old, old.merged(with_reasons(row, before.get(row.key)) for row in judged)))
    return pairs


def with_reasons(row: RowResult, old: RowResult | None) -> RowResult:
    """The row, where a cell has no recording with the reason that was found when it was asked, for instance a time-out."""
    if old is None:
        return row
    kept = {
        name: old.cells[name]
        for name, cell in row.cells.items()
        if (cell.verdict, cell.reason) == ("unknown", "unrecorded") and name in old.cells and old.cells[name].verdict == "unknown"
    }
    return structs.replace(row, cells={**row.cells, **kept})


def judge_recordings(root: Path, place: RowId, tapes: dict[Path, list[Exchange]], settings: Settings) -> RowResult:
    """A row's verdicts from its recordings. Raises CassetteError for a provider that has no file."""
    provider = find_provider(place.provider)
    if provider is None:
        msg = f"{root / folder_of(place)} is of {place.provider!r}, which has no file in providers/; add one, or delete the folder"
        raise CassetteError(msg)
    tape = Tape(root, tapes)
    asked = AskedRow(provider, place.model, tape)
    row = row_of(place, provider, settings)
    verdicts = run(judge_asked(row, asked, probes().values()))
    return result_row(place, verdicts, tape.times)


def result_row(place: RowId, verdicts: Mapping[str, Verdict], times: Mapping[str, str]) -> RowResult:
    """A row as it is kept. `times` are those of the recordings, by place."""
    newest = max(times.values(), default="")
    cells = {
        name: cell_of(verdict, "live", max((times[where] for where in verdict.evidence if where in times), default=newest))
        for name, verdict in verdicts.items()
    }
    return RowResult(place.model, place.mode.thinking, place.mode.stream, cells)


def row_of(place: RowId, provider: Provider, settings: Settings) -> Row:
    """What probes may know of the row."""
    choice = len(provider.thinking_of(place.model)) > 1
    return Row(place.mode.stream, place.mode.thinking if choice else None, media(settings.assets_url), settings.samples, settings.frugal)


def place_of(root: Path, path: Path, number: int) -> str:
    """The place of a recording, as evidence: its cassette below the folder of all, and its number there, from 1."""
    return f"{file_of(root, path)}#{number}"


def file_of(root: Path, path: Path) -> str:
    """A place without its number."""
    return f"{root.name}/{path.relative_to(root).as_posix()}"


class Tape(Sender):
    """The recordings of a row as a Sender: each answers once, and its place is its file and number."""

    def __init__(self, root: Path, tapes: dict[Path, list[Exchange]]) -> None:
        everything: list[Exchange] = []
        self._places: dict[int, str] = {}
        self.times: dict[str, str] = {}
        for path, recordings in tapes.items():
            for number, recording in enumerate(recordings, 1):
                where = place_of(root, path, number)
                self._places[id(recording)] = where
                self.times[where] = recording.observed_at
                everything.append(recording)
        self.player = Player(everything)

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """The recorded response and its place. Raises Settled."""
        try:
            recording = self.player.take(request, asker.sample)
        except Miss as miss:
            raise Settled(unknown("unrecorded", str(miss))) from None
        return recording.response, self._places[id(recording)]

    def leftovers(self) -> Sequence[str]:
        """The places of the recordings that nobody asked for."""
        return [self._places[id(recording)] for recording in self.player.leftovers()]
