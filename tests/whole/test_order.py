"""Verdicts follow from what exchanges show: not from the words of our questions, nor names, places, order or copies of files."""

import random
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
import yaml
from msgspec import structs

from probes.base import Probe, probes
from probes.row import Row
from providers.chat import Ask, Text
from scoreboard.judge import kept
from scoreboard.judge.kept import judged_cassettes
from scoreboard.mode import MODES, RowId
from scoreboard.results.model import RowResult
from scoreboard.traffic import importer
from scoreboard.traffic.importer import judged, read_rows
from tests.support import ROOT
from tests.support.recorded import RECORDINGS, in_words, needs_recordings, verdicts

# Rows whose model thinks and does not, of several wires; with pictures, calls, polls and many exchanges in a file.
REAL = (
    "2025-08/gemini/gemini-2.5-flash",
    "2025-08/anthropic/claude-3-5-haiku-20241022",
    "2025-08/groq/llama-3.1-8b-instant",
    "2026-08/cerebras/gpt-oss-120b_thinking",
    "2026-08/openaichat/gpt-audio",
    "2026-08/bfl",
)
CASSETTES = ROOT / "cassettes"
OURS = [RowId("llamacpppython", "tiny@0.3.36", mode) for mode in MODES[:2]]


def copied(name: str, to: Path) -> Path:
    """A copy of the files of a row, all in its folder; returns that folder."""
    shutil.copytree(RECORDINGS / name, to / name)
    return to / name


@cache
def before(name: str) -> dict[str, dict[str, str]]:
    """The verdicts on a row as it lies there."""
    place = Path(mkdtemp())
    copied(name, place)
    return verdicts(place)


def recordings(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.yaml"))
    assert found
    return found


def renamed(folder: Path) -> None:
    for number, path in enumerate(recordings(folder)):
        path.rename(path.with_name(f"recording-{number}.yaml"))


def shuffled(folder: Path) -> None:
    names = recordings(folder)
    for number, path in zip(random.Random(7).sample(range(len(names)), len(names)), names, strict=True):
        path.rename(path.with_name(f"{number:03d}.yaml"))


def reversed_(folder: Path) -> None:
    names = recordings(folder)
    for number, path in enumerate(reversed(names)):
        path.rename(path.with_name(f"{number:03d}.yaml"))


def copied_twice(folder: Path) -> None:
    for path in recordings(folder):
        for times in ("again", "and-again"):
            shutil.copy(path, path.with_name(f"{times}-{path.name}"))


def merged(folder: Path) -> None:
    by_folder: dict[Path, list[object]] = {}
    for path in recordings(folder):
        tree = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        by_folder.setdefault(path.parent, []).extend(tree["interactions"])
        path.unlink()
    for place, interactions in by_folder.items():
        whole = {"version": 2, "interactions": interactions}
        (place / "all.yaml").write_text(yaml.dump(whole, Dumper=yaml.CSafeDumper, allow_unicode=True), "utf-8")


CHANGES = (renamed, shuffled, reversed_, copied_twice, merged)


@needs_recordings
@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_files_may_be_named_ordered_copied_and_merged_as_one_likes(name: str, change: object, tmp_path: Path) -> None:
    change(copied(name, tmp_path))  # type: ignore[operator]
    assert verdicts(tmp_path) == before(name)


@needs_recordings
@pytest.mark.parametrize("name", REAL)
def test_files_may_be_split_over_folders_below_their_providers(name: str, tmp_path: Path) -> None:
    expected = before(name)
    folder = copied(name, tmp_path)
    collection, provider, *_ = name.split("/")
    suffix = "_thinking" if name.endswith("_thinking") else ""
    for number, path in enumerate(recordings(folder)):
        # Where the recorder's folders name models, each begins with what tells whether they think.
        whose = "" if name.count("/") == 1 else f"part-{number % 3}{suffix}"
        where = tmp_path / collection / provider / (whose or path.parent.relative_to(folder))
        where.mkdir(parents=True, exist_ok=True)
        path.rename(where / f"{number}-{path.name}")
    assert verdicts(tmp_path) == expected


def other_words(probe: Probe) -> Probe:
    """The probe, whose questions are put in other words and under other names."""

    def asks(row: Row) -> Iterator[Ask]:
        assert probe.questions
        for ask in probe.questions(row):
            first, *parts = ask.messages[0].parts
            assert isinstance(first, Text)
            message = structs.replace(ask.messages[0], parts=(Text(first.text[:-1]), *parts))
            yield structs.replace(ask, name=f"{ask.name}x", messages=(message, *ask.messages[1:]))

    return structs.replace(probe, questions=asks)


@pytest.fixture
def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = {cell: other_words(probe) for cell, probe in probes().items()}
    for module in (kept, importer):
        monkeypatch.setattr(module, "probes", lambda: changed)


def in_mode(row: RowResult) -> dict[str, str]:
    return in_words(row.cells)


OLD = {row: in_mode(judged_cassettes(CASSETTES, row)) for row in OURS}


@pytest.mark.usefixtures("reworded")
@pytest.mark.parametrize("row", OURS, ids=lambda row: row.name)
def test_old_cassettes_tell_the_same_when_questions_are_put_in_other_words(row: RowId) -> None:
    assert in_mode(judged_cassettes(CASSETTES, row)) == OLD[row]


@needs_recordings
@pytest.mark.usefixtures("reworded")
@pytest.mark.parametrize("name", REAL)
def test_recordings_tell_the_same_when_questions_are_put_in_other_words(name: str, tmp_path: Path) -> None:
    copied(name, tmp_path)
    rows, _ = read_rows(tmp_path)
    assert {f"{row.collection}/{row.id.name}": in_words(judged(row).cells) for row in rows} == before(name)


@pytest.mark.parametrize("row", OURS, ids=lambda row: row.name)
@pytest.mark.parametrize("change", [renamed, shuffled, reversed_], ids=lambda change: change.__name__)
def test_cassettes_may_be_named_as_one_likes(row: RowId, change: object, tmp_path: Path) -> None:
    shutil.copytree(CASSETTES, tmp_path / "cassettes")
    change(tmp_path / "cassettes" / row.provider / row.model / row.mode.name)  # type: ignore[operator]
    assert in_mode(judged_cassettes(tmp_path / "cassettes", row)) == OLD[row]


@pytest.mark.parametrize("row", OURS, ids=lambda row: row.name)
def test_cassettes_may_be_merged_into_one(row: RowId, tmp_path: Path) -> None:
    shutil.copytree(CASSETTES, tmp_path / "cassettes")
    folder = tmp_path / "cassettes" / row.provider / row.model / row.mode.name
    trees = [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) for path in recordings(folder)]
    for path in recordings(folder):
        path.unlink()
    whole = {**trees[0], "interactions": [one for tree in trees for one in tree["interactions"]]}
    (folder / "all.yaml").write_text(yaml.dump(whole, Dumper=yaml.CSafeDumper, allow_unicode=True), "utf-8")
    assert in_mode(judged_cassettes(tmp_path / "cassettes", row)) == OLD[row]
