"""The reference table, from the emulator: set to it, recorded over sockets, rendered, and compared cell by cell.

    python -m benchmarks.reference [TABLE]

TABLE is the table as JSON (../shared/seed/corrected.json). The exit is that of the tool that compares, which stands
beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import anyio

from benchmarks.accuracy import ASSETS_URL, KEY, environment
from emulator import MALFORMED, REJECTS, WRONG, Switchboard, serve
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.settings import Pace, Settings

TABLE = Path(__file__).resolve().parents[2] / "shared" / "seed" / "corrected.json"
PROVIDER = "gemini"
# What a row lacks, by column and mark: that is refused.
_MARKS = {
    "In": {"🎤": "in.audio", "🎥": "in.video", "📄": "in.document", "📸": "in.image"},
    "Out": {"📸": "out.image", "🔊": "out.audio"},
    "Tool": {"🪨": "tools.forced", "🧐": "tools.unbiased"},
    "Batch": {"✅": "batch"},
    "File": {"✅": "file"},
    "Probs": {"✅": "logprobs"},
}


def wire_of(model: str) -> str:
    """The wire that serves a model."""
    return "imagen" if model.startswith("imagen") else "gemini"


def board(table: Mapping[str, list[dict[str, str]]], models: Iterable[str]) -> Switchboard:
    """The emulator as the table has it."""
    found = Switchboard(models=tuple(models))
    for row in table["rows"]:
        # A model that always thinks is not told to.
        thinks = "*" if row["Model"].startswith("gemini-2.5-pro") else "+thinking" if "🧠" in row["Mode"] else ""
        mode = ("stream" if "📡" in row["Mode"] else "sync") + thinks
        lacking = [cell for column, marks in _MARKS.items() for mark, cell in marks.items() if mark not in row[column]]
        for cell in (*lacking, "web_search"):
            behaviour = WRONG if cell == "tools.unbiased" else REJECTS
            found.set(cell, behaviour, model=row["Model"], mode=mode)
        if "💥" in row["Tool"]:
            # Where it is biased as well, it wavers in one order of the enum, and takes the first in the other.
            found.set("tools.decisive", WRONG if "🧐" in row["Tool"] else MALFORMED, model=row["Model"], mode=mode)
    return found


def main() -> int:
    table_file = Path(sys.argv[1]) if len(sys.argv) > 1 else TABLE
    table = json.loads(table_file.read_text("utf-8"))
    probed = sorted({row["Model"] for row in table["rows"]})
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with serve(board(table, [*probed, *table["unprobed"]]), ("gemini", "imagen"), key=KEY) as server:
            for wire, wanted, budget in (
                ("gemini", [PROVIDER], Budget(requests=1)),  # the list of models alone
                *((wire, [f"{PROVIDER}/{one}" for one in probed if wire_of(one) == wire], Budget())
                  for wire in ("gemini", "imagen")),
            ):  # fmt: skip
                how = Run(
                    Settings(assets_url=ASSETS_URL, pace={"default": Pace(concurrency=16)}), environment(), budget,
                    folder / "cassettes", folder / "results", base_url=server.url(wire),
                )  # fmt: skip
                anyio.run(run, how, targets(wanted), Lines(nobody, budget))
            left = [name for wire in server.wires.values() for name in (*wire.shelf.files, *wire.jobs.jobs)]
        command = [sys.executable, "-m", "scoreboard", "render"]
        where = ["--results", str(folder / "results"), "--output", str(folder / "pages")]
        (folder / "pages" / "docs").mkdir(parents=True)
        subprocess.run([*command, *where], check=True, capture_output=True)
        parity = table_file.parents[1] / "tools" / "seed_parity.py"
        page = folder / "pages" / "docs" / f"{PROVIDER}.md"
        compared = subprocess.run([sys.executable, str(parity), str(page)], check=False)
    if left:
        print(f"left behind: {', '.join(left)}")
    return compared.returncode or bool(left)


if __name__ == "__main__":
    sys.exit(main())
