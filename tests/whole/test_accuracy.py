"""Agreement with what the recording system reported, every difference settled by the bytes (tests/adjudicated.json)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.command import scoreboard
from tests.support.recorded import RECORDINGS, needs_recordings

TOOLS = RECORDINGS.parent / "tools"

pytestmark = [
    needs_recordings,
    pytest.mark.skipif(not TOOLS.is_dir(), reason="the tools that compare are not beside the recordings"),
]


@pytest.mark.parametrize("snapshot", ["2025-08", "2026-08"])
def test_every_difference_is_settled(snapshot: str, tmp_path: Path) -> None:
    results, document = tmp_path / "results", tmp_path / "results.json"
    assert scoreboard("import", RECORDINGS / snapshot, "--results", results).returncode == 0
    assert scoreboard("export", "--results", results, "-o", document).returncode == 0
    ours = ROOT / "tests" / "adjudicated.json"
    agree: list[str | Path] = [
        sys.executable,
        TOOLS / "agree.py",
        document,
        RECORDINGS / "reported.json",
        "--snapshot",
        snapshot,
    ]
    compared = subprocess.run(
        [*agree, "--adjudicated", ours, "--min", "1"], check=False, capture_output=True, text=True
    )
    assert compared.returncode == 0, compared.stdout[-2000:]


def test_the_seeds_table_is_matched_where_recordings_can_tell(tmp_path: Path) -> None:
    """By the recordings of the seed's own project alone: what others recorded shows more."""
    scoreboard("import", RECORDINGS, "--results", tmp_path / "results")
    assert scoreboard("render", "--results", tmp_path / "results", "--output", tmp_path).returncode == 0
    parity = [sys.executable, str(TOOLS / "seed_parity.py")]
    command = [*parity, str(tmp_path / "docs" / "gemini.md"), "--unmeasured", "Batch,File"]
    compared = subprocess.run(command, check=False, capture_output=True, text=True)
    assert compared.returncode == 0, compared.stdout


def test_each_adjudication_says_which_bytes_decide() -> None:
    ours = json.loads((ROOT / "tests" / "adjudicated.json").read_text())
    for where, entry in ours.items():
        assert set(entry) == {"verdict", "why"}
        assert len(entry["why"]) > 30, where
    theirs = json.loads((RECORDINGS / "adjudicated.json").read_text())
    assert {where: ours[where]["verdict"] for where in theirs} == {
        where: entry["verdict"] for where, entry in theirs.items()
    }
