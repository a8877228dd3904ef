"""Copies of catalogues: found, dated, read, or refused in one line."""

from pathlib import Path

import pytest

from scoreboard.claims.catalogues import maps
from scoreboard.claims.snapshots import USUAL, SnapshotError, snapshot
from tests.support import ROOT
from tests.support.catalogue_copies import catwalk, litellm, models_dev

CATALOGUES = maps().catalogues


def test_each_layout_is_read(tmp_path: Path) -> None:
    found = {
        "litellm": snapshot(CATALOGUES["litellm"], litellm(tmp_path)),
        "models.dev": snapshot(CATALOGUES["models.dev"], models_dev(tmp_path)),
        "catwalk": snapshot(CATALOGUES["catwalk"], catwalk(tmp_path)),
    }
    (tmp_path / "models.json").write_text('{"data": [{"id": "a/b"}]}')
    found["openrouter"] = snapshot(CATALOGUES["openrouter"], tmp_path / "models.json")
    keys = {name: [entry.key for entry in one.entries] for name, one in found.items()}
    assert keys == {
        "litellm": ["groq/plain", "groq/long"],
        "models.dev": ["plain"],
        "catwalk": ["plain"],
        "openrouter": ["a/b"],
    }
    assert found["litellm"].day == "2026-01-01"
    assert found["openrouter"].day == ""


def test_no_path_leads_out(tmp_path: Path) -> None:
    texts = snapshot(CATALOGUES["models.dev"], models_dev(tmp_path)).texts
    assert "providers/groq/models/plain.toml" in texts
    assert not [path for path in texts if ".." in path]


@pytest.mark.parametrize("text", ["[]", "{", '{"a": {"models": 1}}', "\xff"])
def test_what_is_no_copy_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "api.json").write_text(text, "latin-1")
    with pytest.raises(SnapshotError, match=r"api\.json .*--snapshot$"):
        _ = snapshot(CATALOGUES["models.dev"], tmp_path).entries


def test_a_folder_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"holds no copy of models\.dev: there is no api\.json"):
        snapshot(CATALOGUES["models.dev"], tmp_path)


def test_the_package_is_read_where_no_copy_is_and_neither_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SnapshotError, match="pip install litellm"):
        snapshot(CATALOGUES["litellm"])
    # A package as an installer leaves it.
    (tmp_path / "litellm-9.9.9.dist-info").mkdir()
    (tmp_path / "litellm-9.9.9.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: litellm\nVersion: 9.9.9\n"
    )
    litellm(tmp_path).rename(tmp_path / "litellm")
    monkeypatch.syspath_prepend(tmp_path)
    copy = snapshot(CATALOGUES["litellm"])
    assert (copy.version, len(copy.entries)) == ("litellm 9.9.9", 2)


@pytest.mark.skipif(not (ROOT / USUAL).is_dir(), reason="../shared/claims is not here")
@pytest.mark.parametrize(
    ("name", "least"), [("litellm", 3000), ("models.dev", 5000), ("catwalk", 1500), ("openrouter", 400)]
)
def test_the_real_copies_are_read(name: str, least: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    copy = snapshot(CATALOGUES[name])
    assert len(copy.entries) > least
    assert copy.day.startswith("2026-")
