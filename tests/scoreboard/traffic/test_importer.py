"""Recorded traffic to results."""

import json
from pathlib import Path

import pytest

from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import save
from scoreboard.traffic.importer import drift, import_folder, judged, read_rows
from scoreboard.traffic.kept import BadRecording
from tests.support.made_up import ANSWER, REQUEST, URL, recording
from tests.support.recorded import RECORDINGS, in_words, needs_recordings

GROQ = "https://api.groq.com/openai/v1/chat/completions"
SEEDED = REQUEST[:-1] + ', "seed": 7}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings" / "acme" / "m"
    made.mkdir(parents=True)
    (made / "a.yaml").write_text(recording())
    (made / "b.yaml").write_text(recording(request=SEEDED))
    return tmp_path / "recordings"


def test_a_row_is_judged_by_what_its_exchanges_show(folder: Path) -> None:
    (row,), complaints = read_rows(folder)
    assert not complaints
    found = in_words(judged(row).cells)
    assert found["out.text"] == "supported"
    assert found["seed"] == "supported accepted"
    assert found["json"] == "unknown not_asked"
    assert {cell.source for cell in judged(row).cells.values()} == {"traffic"}


def test_results_name_the_evidence(folder: Path, tmp_path: Path) -> None:
    imported = import_folder(folder, tmp_path / "results")
    assert (imported.rows, imported.exchanges, len(imported.results)) == (1, 2, 1)
    (row,) = imported.results[0].rows
    assert row.cells["seed"].evidence == ("acme/m/b.yaml",)
    assert not (tmp_path / "results").exists()  # nothing is written


def test_they_are_merged_with_what_was_known(folder: Path, tmp_path: Path) -> None:
    other = RowResult("other", False, False, {"json": Cell("supported", observed_at="2026-01-01")})
    save(tmp_path / "results", Results("acme", ("other",), (other,)))
    (results,) = import_folder(folder, tmp_path / "results").results
    assert [row.model for row in results.rows] == ["m", "other"]


def test_only_one_provider_may_be_asked_for(folder: Path, tmp_path: Path) -> None:
    (folder / "acme" / "m" / "c.yaml").write_text(recording(request=SEEDED).replace(URL, GROQ))
    assert [results.provider for results in import_folder(folder, tmp_path / "r").results] == ["acme", "groq"]
    assert [results.provider for results in import_folder(folder, tmp_path / "r", provider="groq").results] == ["groq"]
    with pytest.raises(BadRecording, match="holds no recordings of mistral"):
        read_rows(folder, provider="mistral")


def test_a_folder_without_recordings_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="is not there"):
        read_rows(tmp_path / "absent")
    with pytest.raises(BadRecording, match="holds no recordings that could be read"):
        read_rows(tmp_path)


def test_fields_that_no_driver_knew_are_told_with_where_they_were_first_seen(folder: Path, tmp_path: Path) -> None:
    (folder / "acme" / "m" / "c.yaml").write_text(recording(ANSWER[:-1] + ', "brand_new": 1}'))
    (row,), _ = read_rows(folder)
    assert drift(row) == {"brand_new": "acme/m/c.yaml"}
    assert import_folder(folder, tmp_path / "r").drift == {"acme": {"brand_new": "acme/m/c.yaml"}}


def test_lists_of_models_are_read_from_their_recordings(tmp_path: Path) -> None:
    made = tmp_path / "recordings" / "groq"
    (made / "m").mkdir(parents=True)
    (made / "_other").mkdir()
    (made / "m" / "a.yaml").write_text(recording().replace(URL, GROQ))
    listed = recording(json.dumps({"object": "list", "data": [{"id": "b"}, {"id": "a"}]}), request="")
    (made / "_other" / "ListModels.yaml").write_text(listed)
    (results,) = import_folder(tmp_path / "recordings", tmp_path / "r").results
    assert {"a", "b"} <= set(results.models)
    (made / "_other" / "ListModels.yaml").write_text("just a text")
    assert len(import_folder(tmp_path / "recordings", tmp_path / "r").complaints) == 1


@needs_recordings
def test_many_processes_read_the_same_as_one() -> None:
    root = RECORDINGS / "2025-08" / "gemini" / "gemini-2.5-flash"
    (one, complaints), (many, more) = read_rows(root), read_rows(root, jobs=4)
    assert complaints == more
    assert [[x.where for x in row.exchanges] for row in one] == [[x.where for x in row.exchanges] for row in many]
    assert [judged(row) for row in one] == [judged(row) for row in many]
