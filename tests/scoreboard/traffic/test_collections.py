"""What is known of a body of recordings beside its bytes."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from scoreboard.sources import recordings_folder
from scoreboard.traffic import collections
from scoreboard.traffic.collections import COLLECTIONS, collection_of, on_the_web
from tests.support import ROOT

TRAFFIC = recordings_folder(ROOT).with_name("traffic")


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (["shared", "recordings", "2025-08", "gemini", "m"], "2025-08"),
        (["2025-08", "2026-08"], "2026-08"),
        (["2031-12", "acme"], "2031-12"),
        (["recordings", "acme", "m"], ""),
        (["2025-8", "20250-08"], ""),
        ([], ""),
    ],
)
def test_a_collection_is_named_by_the_nearest_folder(folders: list[str], expected: str) -> None:
    assert collection_of(folders) == expected


def test_a_file_of_a_known_collection_stands_on_the_web() -> None:
    found = on_the_web("2025-08/gemini/gemini-2.5-flash/GenSync-Text.yaml")
    assert found == (
        "https://github.com/maruel/genai/blob/a3d5d616/providers/gemini/testdata/TestClient_Scoreboard/"
        "gemini-2.5-flash/GenSync-Text.yaml"
    )


@pytest.mark.parametrize(
    ("where", "expected"),
    [("acme/m/a.yaml", "acme/m/a.yaml"), ("acme/a b](x.yaml", "acme/a%20b%5D%28x.yaml"), ("<script>", "%3Cscript%3E")],
)
def test_any_other_path_is_made_fit_for_a_link(where: str, expected: str) -> None:
    assert on_the_web(where) == expected


@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_says_where_it_stands_of_which_day_it_is_and_under_which_licence(name: str) -> None:
    known = COLLECTIONS[name]
    assert known.name == name
    assert name in (known.repository.replace("/", "+"), known.day[:7])
    assert date.fromisoformat(known.day)
    assert known.licence
    assert known.web.startswith(f"https://github.com/{known.repository}/blob/{known.commit}/{{path}}")


@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_says_how_it_was_recorded_and_which_of_its_folders_are_recordings(name: str) -> None:
    known = COLLECTIONS[name]
    assert known.form
    assert known.recorded
    assert known.folders
    assert known.git == f"https://github.com/{known.repository}.git"


@pytest.mark.skipif(not TRAFFIC.is_dir(), reason="the recordings of others are not beside the project")
@pytest.mark.parametrize("name", [name for name, known in COLLECTIONS.items() if not known.snapshot])
def test_the_folders_hold_all_recordings_that_were_judged(name: str, tmp_path: Path) -> None:
    paths = [path for path in (TRAFFIC / name).rglob("*") if path.is_file() and path.name != "_days.tsv"]
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".git" / "info" / "exclude").write_text(
        "".join(f"/{folder}/\n" for folder in COLLECTIONS[name].folders)
    )
    listed = "\0".join(str(path.relative_to(TRAFFIC / name)) for path in paths)
    command = ["git", "-C", str(tmp_path), "check-ignore", "--no-index", "--stdin", "-z"]
    held = subprocess.run(command, check=True, input=listed, capture_output=True, text=True).stdout.split("\0")
    assert paths
    assert sorted(held) == sorted(["", *listed.split("\0")])


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_notice_names_each_with_its_licence_and_its_commit(name: str) -> None:
    known = COLLECTIONS[name]
    assert f"\n  {known.repository} ({known.licence}), {known.commit}, {known.day}\n" in (ROOT / "NOTICE").read_text()


def test_the_notice_names_no_other() -> None:
    told = re.findall(r"^  (\S+/\S+) \(", (ROOT / "NOTICE").read_text(), re.MULTILINE)
    assert sorted(told) == sorted(known.repository for known in COLLECTIONS.values())


@pytest.mark.parametrize("name", ["2025-08", "2026-08"])
def test_a_snapshot_says_what_its_recorder_struck_out_and_which_models_think(name: str) -> None:
    known = COLLECTIONS[name]
    assert (known.snapshot, known.strikes, known.thinking_suffix) == (True, ("date",), "_thinking")


def test_a_file_of_a_repository_stands_where_it_stands_there() -> None:
    assert on_the_web("simonw+llm/tests/cassettes/a b[c].yaml").endswith("/tests/cassettes/a%20b%5Bc%5D.yaml")


def test_a_list_that_cannot_be_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "FILE", tmp_path / "collections.toml")
    collections._read.cache_clear()
    try:
        assert list(COLLECTIONS) == []
        for text in ("[", '["a"]\nday = 1\n', '["a"]\nunheard = "of"\n'):
            (tmp_path / "collections.toml").write_text(text)
            collections._read.cache_clear()
            with pytest.raises(collections.CollectionError, match="cannot be used"):
                list(COLLECTIONS)
    finally:
        collections._read.cache_clear()
