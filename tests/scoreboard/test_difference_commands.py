"""`scoreboard diff`, `history` and `export --as-of`, typed."""

import json
from pathlib import Path

import pytest

from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import save
from tests.support.command import scoreboard

OLD = RowResult(
    "m", False, False, {"json": Cell("supported", note="came", evidence=("a.yaml",), observed_at="2025-06-01")}, judge=1
)
NEW = RowResult(
    "m",
    False,
    False,
    {"json": Cell("unsupported", "ignored", "did not", ("a.yaml",), observed_at="2026-06-01")},
    judge=2,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "old", Results("acme").merged([OLD]))
    save(tmp_path / "results", Results("acme").merged([OLD, NEW]))
    return tmp_path


def test_what_differs_is_a_line_and_exit_code_1(folder: Path) -> None:
    done = scoreboard("diff", "old", "results", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "acme/m 🕰️ json: supported -> unsupported (ignored): came -> did not "
        "[API: new evidence, to the same question, by another revision of the judge (revision 1 -> 2)]"
    ]
    done = scoreboard("diff", "old", "acme/m", "--markdown", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("# 1 cell differs\n")


def test_the_same_is_exit_code_0_and_trouble_2(folder: Path) -> None:
    done = scoreboard("diff", "results", "results", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = scoreboard("diff", "old", "nope", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("scoreboard: 'nope' is no folder, no file,") and len(done.stderr.splitlines()) == 1


def test_a_history_is_printed(folder: Path) -> None:
    done = scoreboard("history", "acme/m", "json", cwd=folder)
    assert done.returncode == 0
    assert [line.strip()[:24] for line in done.stdout.splitlines()] == [
        "json: JSON mode", "acme/m 🕰️", "2025-06-01 supported: ca", "a.yaml", "2026-06-01 unsupported (", "a.yaml",
    ]  # fmt: skip
    assert scoreboard("history", "acme/n", cwd=folder).stderr == "scoreboard: acme has no model 'n'\n"


@pytest.mark.parametrize(
    ("day", "verdict"), [("2025-01-01", None), ("2026-05-31", "supported"), ("2026-06-01", "unsupported")]
)
def test_what_was_in_force_on_a_day_is_exported(folder: Path, day: str, verdict: str | None) -> None:
    done = scoreboard("export", "--as-of", day, cwd=folder)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["as_of"] == day
    assert [row["cells"]["json"]["verdict"] for row in document["rows"]] == ([verdict] if verdict else [])


def test_what_is_no_day_is_said(folder: Path) -> None:
    done = scoreboard("export", "--as-of", "soon", cwd=folder)
    assert done.returncode == 2
    assert "'soon' is no day" in done.stderr
