"""What an import knows from the last time."""

from pathlib import Path

import pytest

from scoreboard.results.model import RowResult
from scoreboard.traffic import importer
from scoreboard.traffic.cache import Cache
from scoreboard.traffic.exchanges import File, read
from scoreboard.traffic.importer import Imported, What, import_traffic, judged
from scoreboard.traffic.places import Place
from scoreboard.traffic.rows import TrafficRow
from tests.support.made_up import REQUEST, recording


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "recordings").mkdir()
    for number in range(3):
        put(tmp_path / "recordings", number)
    return tmp_path / "recordings"


def put(folder: Path, number: int) -> None:
    (folder / f"{number}.yaml").write_text(recording(request=REQUEST.replace('"m"', f'"m{number}"')))


def imported(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str = "1") -> tuple[Imported, list[str], list[str]]:
    """An import, the files that were read, the rows that were judged."""
    files: list[str] = []
    rows: list[str] = []

    def read_one(place: Place) -> File:
        files.append(place.path.name)
        return read(place)

    def judge_one(row: TrafficRow) -> RowResult:
        rows.append(row.id.model)
        return judged(row)

    with monkeypatch.context() as patch:
        patch.setattr(importer, "read", read_one)
        patch.setattr(importer, "judged", judge_one)
        kept = Cache(folder.parent / ".scoreboard" / "traffic", code)
        found = import_traffic(What((folder,)), folder / "none", cache=kept)
    return found, files, rows


def test_what_is_as_it_was_is_not_read_or_judged_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, files, rows = imported(folder, monkeypatch)
    assert (files, sorted(rows)) == (["0.yaml", "1.yaml", "2.yaml"], ["m0", "m1", "m2"])
    again, files, rows = imported(folder, monkeypatch)
    assert (files, rows) == ([], [])
    assert again == first


def test_after_one_new_file_only_that_is_read_and_its_rows_are_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(folder, monkeypatch)
    put(folder, 3)
    found, files, rows = imported(folder, monkeypatch)
    assert (files, rows) == (["3.yaml"], ["m3"])
    assert found == import_traffic(What((folder,)), folder / "none")
    (folder / "4.yaml").write_text(recording(request=REQUEST.replace('"m"', '"m1", "seed": 1')))
    assert imported(folder, monkeypatch)[1:] == (["4.yaml"], ["m1"])
    (folder / "1.yaml").unlink()
    found, files, rows = imported(folder, monkeypatch)
    assert (files, rows) == ([], ["m1"])
    assert found == import_traffic(What((folder,)), folder / "none")


def test_all_of_it_is_void_when_our_code_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(folder, monkeypatch)
    assert len(imported(folder, monkeypatch, "2")[1]) == 3


def test_one_that_cannot_be_read_or_written_only_costs_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(folder, monkeypatch)
    kept = folder.parent / ".scoreboard" / "traffic"
    kept.write_bytes(kept.read_bytes()[:100])
    assert len(imported(folder, monkeypatch)[1]) == 3
    kept.unlink()
    kept.mkdir()
    assert len(imported(folder, monkeypatch)[1]) == 3
