"""What a word names as one side of a comparison."""

import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from scoreboard.results.export import exported
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.sides import side, sides
from scoreboard.results.store import ResultsError, encode, file_of, save


def results(provider: str, verdict: str = "supported", *models: str) -> Results:
    rows = [RowResult(model, False, False, {"json": Cell(verdict)}, judge=2) for model in models or ("m",)]  # type: ignore[arg-type]
    return Results(provider).merged(rows)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two providers, of which one was committed as something else."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@x.test"),
                        ("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@x.test")):  # fmt: skip
        monkeypatch.setenv(name, value)
    folder = tmp_path / "results"
    save(folder, results("acme", "unsupported"))
    save(folder, results("other"))
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["tag", "v1"]):
        subprocess.run(["git", *command], check=True)
    save(folder, results("acme", "supported", "m", "vendor/n"))
    return folder


def verdicts(word: str, folder: Path) -> dict[str, str]:
    return {one.name: one.row.cells["json"].verdict for one in side(word, folder).rows}


NOW = {"acme/m": "supported", "acme/vendor/n": "supported", "other/m": "supported"}
BEFORE = {"acme/m": "unsupported", "other/m": "supported"}


def test_a_folder_a_file_a_document_a_model_and_a_revision(here: Path) -> None:
    document = here.parent / "all.json"
    document.write_text(json.dumps(exported([results("acme", "flaky")])))
    (here.parent / "old.json").write_bytes(encode(results("acme", "flaky")))  # under another name
    folder = Path("results")
    assert verdicts("results", folder) == NOW
    assert verdicts(".", folder) == NOW  # one that holds the folder
    assert verdicts("results/acme.json", folder) == {"acme/m": "supported", "acme/vendor/n": "supported"}
    assert verdicts("all.json", folder) == verdicts("old.json", folder) == {"acme/m": "flaky"}
    assert verdicts("acme/vendor/n", folder) == {"acme/vendor/n": "supported"}
    assert verdicts("v1", folder) == verdicts("HEAD", folder) == BEFORE
    assert verdicts("HEAD", here.resolve()) == BEFORE
    assert {one.row.judge for one in side("all.json", folder).rows} == {2}


def test_a_document_of_schema_1_is_read(here: Path) -> None:
    document = exported([results("acme")])
    (here / "d.json").write_text(json.dumps({**document, "schema": 1}))
    assert verdicts("results/d.json", Path("results")) == {"acme/m": "supported"}


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("nope", "'nope' is no folder, no file, no provider/model of results/, and no git revision here"),
        ("acme/nope", "no git revision here"),
        ("--all", "no git revision here"),
        ("HEAD:results", "no git revision here"),
        ("v1~1", "no git revision here"),
        ("a\0b", "no git revision here"),
        ("empty", "empty holds no results"),
        ("bad.json", "bad.json is neither a results file nor an exported document"),
        ("list.json", "list.json is neither"),
        ("other.json", "other.json is no results file"),
        ("later.json", "later.json has schema 9"),
    ],
)
def test_what_names_nothing_is_one_line(here: Path, word: str, says: str) -> None:
    root = here.parent
    (root / "empty").mkdir()
    (root / "bad.json").write_bytes(b"\xff{")
    (root / "list.json").write_text("[1]")
    (root / "other.json").write_text('{"a": 1}')
    (root / "later.json").write_bytes(encode(results("acme")).replace(b'"schema": 2', b'"schema": 9'))
    with pytest.raises(ResultsError) as caught:
        side(word, Path("results"))
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_revision_without_results_says_so(here: Path) -> None:
    assert here
    with pytest.raises(ResultsError, match="the git revision HEAD has no folder elsewhere"):
        side("HEAD", Path("elsewhere"))


def test_without_git_it_is_the_same_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ResultsError, match="no git revision here"):
        side("HEAD", Path("results"))


def test_one_provider_is_held_against_its_own_rows_alone(here: Path) -> None:
    a, b = sides(("results/acme.json", "v1"), Path("results"))
    assert (a.models, b.models) == ({"acme/m", "acme/vendor/n"}, {"acme/m"})
    b, a = sides(("v1", "results/acme.json"), Path("results"))
    assert (a.models, b.models) == ({"acme/m", "acme/vendor/n"}, {"acme/m"})
    assert msgspec.json.decode(file_of(here, "acme").read_bytes())
