"""Recorded traffic to results."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec import structs

from providers.base import Request, Response
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import load, parse, save
from scoreboard.traffic.importer import drift, import_folder, judged, read_rows
from scoreboard.traffic.kept import BadRecording
from tests.support import ROOT, forms
from tests.support.command import scoreboard
from tests.support.made_up import ANSWER, REQUEST, URL, recording
from tests.support.recorded import RECORDINGS, in_words, needs_recordings

GROQ = "https://api.groq.com/openai/v1/chat/completions"
PAIRS = [
    (
        Request("POST", f"https://api.groq.com/openai/v1/{path}", REQUEST.encode()),
        Response(200, {"content-type": "application/json", "date": forms.DATE}, ANSWER.encode()),
    )
    for path in ("chat/completions", "embeddings")
]
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


def test_files_and_folders_of_any_form_are_imported_at_once_and_told_in_a_table(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "own.har").write_bytes(forms.har(PAIRS))
    (tmp_path / "cut.json").write_text('{"log": {"version": "1.2", "entries": [')
    done = scoreboard("import", folder, "own.har", "cut.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1
    assert "cut.json is no whole JSON" in done.stderr
    assert ["har", "1", "2", "1", "1", "0"] in [line.split() for line in done.stdout.splitlines()]
    assert "passed over: 1 embeddings" in done.stdout
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["acme.json", "groq.json"]
    assert (
        scoreboard("import", folder, "own.har", "cut.json", cwd=tmp_path).stdout
        == "nothing changed since the same was imported\n"
    )
    (tmp_path / "own.har").write_bytes(forms.har([*PAIRS, *PAIRS]))
    assert "changed: nothing" in scoreboard("import", folder, "own.har", "cut.json", cwd=tmp_path).stdout


def test_a_collection_may_be_named_and_a_day_since_when(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_bytes(forms.har(PAIRS))
    assert (
        scoreboard("import", "a.har", "--collection", "simonw+llm", "--since", "2026-08-01", cwd=tmp_path).returncode
        == 0
    )
    assert "https://github.com/simonw/llm/blob/" in (tmp_path / "results" / "groq.json").read_text()
    late = scoreboard("import", "a.har", "--since", "2026-08-02", cwd=tmp_path)
    assert (late.returncode, late.stderr.count("\n")) == (1, 1)
    assert "is no day" in scoreboard("import", "a.har", "--since", "May", cwd=tmp_path).stderr


def test_explain_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_bytes(forms.har(PAIRS))
    done = scoreboard("import", "--explain", "a.har", cwd=tmp_path)
    assert "groq/m/sync" in done.stdout
    assert not (tmp_path / "results").exists()


def test_an_import_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(400):
        (tmp_path / "many" / f"{number}.har").write_bytes(
            forms.har(
                [(structs.replace(PAIRS[0][0], body=PAIRS[0][0].body.replace(b'"m"', b'"m%d"' % number)), PAIRS[0][1])]
            )
        )
    save(tmp_path / "results", Results("groq", ("old",)))
    before = (tmp_path / "results" / "groq.json").read_bytes()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "scoreboard", "import", "many", "--jobs", "2"]
    for wait in (0.1, 0.6, 1.2):
        run = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(wait)
        ended = run.poll() is not None
        os.killpg(run.pid, signal.SIGKILL) if not ended else None
        run.wait()
        if not ended:
            found = (tmp_path / "results" / "groq.json").read_bytes()
            assert found == before or len(parse(found, tmp_path / "results" / "groq.json").rows) == 400
    done = scoreboard("import", "many", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(load(tmp_path / "results", "groq").rows) == 400


def test_everybodys_exchanges_join_those_of_the_newest_snapshot(tmp_path: Path) -> None:
    for collection in ("2025-08", "2026-08", "simonw+llm"):
        (tmp_path / collection / "groq" / "m").mkdir(parents=True)
        request = REQUEST[:-1] + f', "seed": {len(collection)}{ord(collection[3])}}}'
        (tmp_path / collection / "groq" / "m" / "a.yaml").write_text(
            recording(request=request).replace(URL, PAIRS[0][0].url)
        )
    (results,) = import_folder(tmp_path, tmp_path / "r").results
    (now,), (before,) = results.rows, results.history
    assert (now.cells["seed"].source, before.cells["seed"].source) == ("traffic", "recording")
    assert {place.split("/")[3] + "/" + place.split("/")[4] for place in now.cells["seed"].evidence} == {
        "maruel/genai",
        "simonw/llm",
    }
