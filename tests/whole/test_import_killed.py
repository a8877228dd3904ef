"""An import that is killed leaves all results as they were, or each file whole; the next one ends it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.command import scoreboard
from tests.support.made_up import recording

# The real command, which stands still where it is about to put the n-th file of results into its place, and says so.
STOPPING = """
import os, signal, sys
told, number = sys.argv.pop(1), int(sys.argv.pop(1))
replace, calls = os.replace, []
def stopping(part, path):
    if "results" in str(path):
        calls.append(path)
    if len(calls) == number:
        with open(told, "w"):
            pass
        signal.pause()
    replace(part, path)
os.replace = stopping
from scoreboard.__main__ import main
main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Results of two providers, and recordings that change both."""
    for name in ("acme", "zeta"):
        (tmp_path / "old" / name).mkdir(parents=True)
        (tmp_path / "new" / name).mkdir(parents=True)
        (tmp_path / "old" / name / "x.yaml").write_text(recording())
        (tmp_path / "new" / name / "x.yaml").write_text(recording(request='{"model": "n", "messages": []}'))
    assert scoreboard("import", "old", cwd=tmp_path).returncode == 0
    return tmp_path


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "results").glob("*.json")}


@pytest.mark.parametrize(
    ("number", "changed"), [(1, []), (2, ["acme.json"])], ids=["before the first", "before the second"]
)
def test_a_kill_leaves_each_file_old_or_new_and_the_next_import_ends_it(
    folder: Path, number: int, changed: list[str]
) -> None:
    before = results(folder)
    os.mkfifo(folder / "told")
    command = [sys.executable, "-c", STOPPING, str(folder / "told"), str(number), "import", "new"]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}) as run:
        (folder / "told").read_text()
        run.kill()
    left = results(folder)
    assert [name for name in before if left[name] != before[name]] == changed
    assert scoreboard("import", "new", cwd=folder).returncode == 0
    after = results(folder)
    assert all(after[name] != before[name] for name in before)
    assert all(left[name] == after[name] for name in changed)
    assert not list((folder / "results").glob(".*.part"))
