"""Patches apply, and nothing but what they claim differs then."""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from scoreboard.claims.catalogues import maps
from scoreboard.claims.patches import Patch, patch
from scoreboard.claims.rules import claims
from scoreboard.claims.snapshots import USUAL, Snapshot, snapshot
from scoreboard.results.store import load_all
from tests.support import ROOT
from tests.support.catalogue_copies import NO, TOML, YES, catwalk, litellm, models_dev, results, row


def applied(made: Patch, copy: Snapshot, folder: Path) -> dict[str, str]:
    """The texts that the patch changes, after git applied it."""
    paths = [line.split(" b/")[1] for line in made.diff.decode().splitlines() if line.startswith("diff --git")]
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(copy.texts[path])
    (folder / ".patch").write_bytes(made.diff)
    subprocess.run(["git", "apply", "--whitespace=error-all", ".patch"], cwd=folder, check=True)
    return {path: (folder / path).read_text() for path in paths}


def leaves(value: Any, *path: str) -> dict[tuple[str, ...], Any]:
    if isinstance(value, dict):
        return {key: leaf for name, inner in value.items() for key, leaf in leaves(inner, *path, name).items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {
            key: leaf
            for n, inner in enumerate(value)
            for key, leaf in leaves(inner, *path, str(inner.get("id", n))).items()
        }
    return {path: value}


def differing(old: Any, new: Any) -> dict[tuple[str, ...], Any]:
    before, after = leaves(old), leaves(new)
    assert before.keys() <= after.keys()
    return {path: value for path, value in after.items() if before.get(path, ...) != value}


def test_both_files_get_the_same_lines(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    made = patch(claims([results(row({"in.image": YES, "schema": YES}))], "litellm", copy), copy)
    after = applied(made, copy, tmp_path / "repository")
    assert set(after) == set(copy.catalogue.files)
    for path, text in after.items():
        assert differing(json.loads(copy.texts[path]), json.loads(text)) == {
            ("groq/plain", "supports_vision"): True,
            ("groq/plain", "supports_response_schema"): True,
        }
    assert b"2.1e-07" not in b"\n".join(line for line in made.diff.splitlines() if line.startswith((b"+", b"-")))


def test_a_no_that_is_absent_changes_nothing_where_absent_is_no(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    audio = structs.replace(NO, note="400: audio is not supported")
    made = patch(claims([results(row({"in.audio": audio}))], "litellm", copy), copy)
    assert (made.diff, made.taken, [why for _, why in made.left]) == (b"", (), ["absent counts as false already"])


@pytest.mark.parametrize("text", [TOML, TOML + "\n", 'base_model = "a"\n'])
def test_a_file_of_toml_keeps_its_last_line(tmp_path: Path, text: str) -> None:
    copy = snapshot(maps().catalogues["models.dev"], models_dev(tmp_path, text))
    made = patch(claims([results(row({"in.image": YES}))], "models.dev", copy), copy)
    (after,) = applied(made, copy, tmp_path / "repository").values()
    assert differing(tomllib.loads(text), tomllib.loads(after)) == {
        ("attachment",): True,
        ("modalities", "input"): ["text", "image"],
    }


def test_a_text_that_cannot_be_changed_is_said(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["models.dev"], models_dev(tmp_path, TOML.replace('["text"]', '[\n"text",\n]')))
    made = patch(claims([results(row({"in.image": YES}))], "models.dev", copy), copy)
    assert [claim.flag.name for claim in made.taken] == ["attachment"]
    assert [why for _, why in made.left] == [
        "to be written by hand: modalities.input is written on several lines, or with a comment"
    ]


def test_a_link_is_changed_at_its_target(tmp_path: Path) -> None:
    place = models_dev(tmp_path)
    texts = {
        "providers/groq/models/plain.toml": {"symlink": "../../lab/models/p.toml"},
        "providers/lab/models/p.toml": TOML,
    }
    (place / "toml.json").write_text(json.dumps(texts))
    copy = snapshot(maps().catalogues["models.dev"], place)
    made = patch(claims([results(row({"tools": YES}))], "models.dev", copy), copy)
    assert b"+++ b/providers/lab/models/p.toml\n" in made.diff
    assert made.diff.count(b"diff --git") == 1


@pytest.mark.parametrize("link", ["../../../../../etc/passwd", "plain.toml", 1])
def test_a_link_that_leads_nowhere_is_said(tmp_path: Path, link: object) -> None:
    place = models_dev(tmp_path)
    (place / "toml.json").write_text(json.dumps({"providers/groq/models/plain.toml": {"symlink": link}}))
    copy = snapshot(maps().catalogues["models.dev"], place)
    made = patch(claims([results(row({"tools": YES}))], "models.dev", copy), copy)
    assert (made.diff, [why for _, why in made.left]) == (b"", ["to be written by hand: its file is not in this copy"])


def test_what_a_program_writes_is_left_to_it(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["models.dev"], models_dev(tmp_path, owner="venice"))
    made = patch(claims([results(row({"in.image": YES}), provider="venice")], "models.dev", copy), copy)
    assert made.diff == b""
    assert {why.split(",")[0] for _, why in made.left} == {"written again by its hourly sync"}


def test_a_configuration_gets_a_line(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["catwalk"], catwalk(tmp_path))
    made = patch(claims([results(row({"in.image": YES}))], "catwalk", copy), copy)
    ((path, text),) = applied(made, copy, tmp_path / "repository").items()
    assert differing(json.loads(copy.texts[path]), json.loads(text)) == {
        ("models", "plain", "supports_attachments"): True
    }


@pytest.mark.skipif(not (ROOT / USUAL).is_dir(), reason="../shared/claims is not here")
@pytest.mark.parametrize("name", ["litellm", "models.dev", "catwalk"])
def test_the_patches_of_the_committed_results_apply_to_the_real_copies(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    copy = snapshot(maps().catalogues[name])
    found = claims(load_all(ROOT / "results"), name, copy)
    made = patch(found, copy)
    assert len(made.taken) + len(made.left) == sum(claim.kind in ("contradicted", "gap") for claim in found) > 0
    if not made.diff:
        assert {claim.entry.owner for claim, _ in made.left} <= {"baseten"}  # written by a program there
        return
    intended = {(*claim.flag.field.split("."),) for claim in made.taken}
    for path, text in applied(made, copy, tmp_path / "repository").items():
        parse = tomllib.loads if path.endswith(".toml") else json.loads
        changed = differing(parse(copy.texts[path]), parse(text))
        assert changed
        keys = {claim.entry.key for claim in made.taken}
        for place in changed:
            assert any(place[-len(field) :] == field for field in intended), place
            assert path.endswith(".toml") or place[0] in keys
