"""Importing all recordings, both snapshots: against parsing the same files, and on one core against two.

    python -m benchmarks.wires

The exit is 1 where a goal is missed: at most twice parsing in one process, and at least 1.6 times faster with two.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import yaml

from benchmarks.replay import ROOT, in_turns
from scoreboard.sources import recordings_folder
from scoreboard.traffic.importer import import_folder

IN_PROCESS, SCALES = 2.0, 1.6


def main() -> int:
    """Prints the figures; 1 where a goal is missed."""
    folder = recordings_folder(ROOT)
    if not folder.is_dir():
        print("wires: no recordings here; set SCOREBOARD_RECORDINGS")
        return 0
    files = sorted(folder.rglob("*.yaml"))
    with tempfile.TemporaryDirectory() as temporary:
        results = Path(temporary)
        parse, one, two = in_turns(
            lambda: [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) for path in files],
            lambda: import_folder(folder, results, jobs=1),
            lambda: import_folder(folder, results, jobs=2),
            times=7,
        )
    scales = one / two
    enough = (os.cpu_count() or 1) > 1
    good = one / parse <= IN_PROCESS and (scales >= SCALES or not enough)
    print(
        f"{len(files)} files; parsed {parse:.3f} s, imported and judged {one:.3f} s with one process, "
        f"{two:.3f} s with two"
    )
    print(
        f"wires: {one / parse:.2f}x parsing (goal {IN_PROCESS}), {scales:.2f}x faster with two processes (goal "
        f"{SCALES})"
        f"{'' if good else ' MISSED'}"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
