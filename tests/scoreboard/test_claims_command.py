"""`scoreboard claims`, typed."""

from pathlib import Path

import pytest

from scoreboard.pages.claims import table
from scoreboard.results.claimed import claimed
from scoreboard.results.store import save
from tests.support import ROOT
from tests.support.catalogue_copies import YES, litellm, models_dev, results, row
from tests.support.command import scoreboard


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "results", results(row({"in.image": YES})))
    return tmp_path


def test_claims_are_told_counted_and_written_as_a_patch(folder: Path) -> None:
    litellm(folder)
    done = scoreboard(
        "claims", "--against", "litellm", "--snapshot", "litellm-2026-01-01", "--patch", "out", cwd=folder
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("contradicted: groq/plain of groq: supports_vision says false, seen true\n")
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["litellm.md", "litellm.patch"]
    done = scoreboard("claims", "--against", "litellm", "--snapshot", "litellm-2026-01-01", "--counts", cwd=folder)
    assert [line.split("|")[3].strip() for line in done.stdout.splitlines()] == ["contradicted", "-" * 16, "1"]


def test_counts_are_kept_beside_the_results_catalogue_by_catalogue_and_shown_on_the_pages(folder: Path) -> None:
    litellm(folder)
    models_dev(folder)
    for name, snapshot in (("litellm", "litellm-2026-01-01"), ("models.dev", "models.dev-2026")):
        copy = next(path.name for path in folder.iterdir() if path.name.startswith(snapshot[:8]))
        done = scoreboard("claims", "--against", name, "--snapshot", copy, "--counts", "--keep", cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
    kept = claimed(folder / "results")
    assert list(kept) == ["litellm", "models.dev"]
    assert kept["litellm"].contradicted == 1
    assert scoreboard("render", cwd=folder).returncode == 0
    for page in ("SCOREBOARD.md", "docs/claims.md"):
        assert table(kept.values()) in (folder / page).read_text("utf-8")
    assert "(docs/claims.md)" in (folder / "SCOREBOARD.md").read_text("utf-8")
    # They are no results.
    assert scoreboard("diff", "results", "results", cwd=folder).returncode == 0
    (folder / "results" / "claims" / "counts.json").write_text("[]")
    done = scoreboard("render", cwd=folder)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "counts.json cannot be read" in done.stderr


def test_a_copy_that_is_missing_is_told_beside_those_that_are_there(folder: Path) -> None:
    models_dev(folder / "shared" / "claims")
    (folder / "here").mkdir()
    done = scoreboard("claims", "--results", "../results", cwd=folder / "here")
    assert done.returncode == 0
    assert "modalities.input[image]" in done.stdout
    assert len(done.stderr.splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--against", "nobody"), "no catalogue is named 'nobody'; there are litellm, models.dev, catwalk, openrouter"),
        (("--snapshot", "x"), "--snapshot is a copy of one catalogue; name it with --against"),
        (("--against", "catwalk"), "there is no copy of catwalk in ../shared/claims; name one with --snapshot"),
        (("--against", "catwalk", "--snapshot", "x"), "x holds no copy of catwalk: there is no internal/providers/configs; name another with --snapshot"),
        (("--results", "none"), "none holds no results; run `scoreboard import DIR` or `scoreboard replay` first"),
    ],
)  # fmt: skip
def test_trouble_is_one_line_and_exit_code_2(folder: Path, words: tuple[str, ...], line: str) -> None:
    done = scoreboard("claims", *words, cwd=folder)
    assert (done.returncode, done.stderr, done.stdout) == (2, f"scoreboard: {line}\n", "")


@pytest.mark.skipif(not (ROOT / "../shared/claims").is_dir(), reason="../shared/claims is not here")
def test_what_is_kept_are_the_counts_of_the_committed_results() -> None:
    done = scoreboard("claims", "--counts")
    kept = table(claimed(ROOT / "results").values())
    assert done.stdout.strip() == kept, "run `scoreboard claims --counts --keep`, then `scoreboard render`"


@pytest.mark.parametrize("page", ["README.md", "SCOREBOARD.md", "docs/claims.md"])
def test_each_page_has_the_counts_that_are_kept(page: str) -> None:
    assert table(claimed(ROOT / "results").values()) in (ROOT / page).read_text("utf-8")
