"""The reference table comes out of the emulator that is set to it, over real sockets, and nothing stays there."""

import subprocess
import sys

import pytest

from benchmarks.reference import TABLE
from tests.support import ROOT


@pytest.mark.skipif(not TABLE.is_file(), reason="the reference table is not beside the repository")
def test_the_reference_table_is_rendered_from_what_the_emulator_answers() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.reference"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]
