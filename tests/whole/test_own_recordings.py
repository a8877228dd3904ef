"""What README promises to whoever has recordings of their own."""

import re
import shlex
from pathlib import Path

from tests.support import ROOT
from tests.support.command import scoreboard
from tests.support.made_up import recording


def lines() -> list[list[str]]:
    """The commands, each without its comment."""
    block = (ROOT / "README.md").read_text().partition("\n## Judge your own recordings\n")[2].partition("\n## ")[0]
    return [shlex.split(line, comments=True) for line in re.findall(r"^    (scoreboard .+)$", block, re.MULTILINE)]


def test_three_lines_judge_your_own_recordings(tmp_path: Path) -> None:
    (tmp_path / "recordings" / "acme").mkdir(parents=True)
    (tmp_path / "recordings" / "acme" / "hello.yaml").write_text(recording())
    commands = lines()
    assert len(commands) == 3
    told = []
    for program, *arguments in commands:
        assert program == "scoreboard"
        words = [word.replace("PROVIDER/MODEL", "acme/m") for word in arguments]
        done = scoreboard(*words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        told.append(done.stdout)
    assert "1 recordings, 1 rows; changed: acme" in told[0]
    assert re.search(r"^\| m +\| 🕰️ .*💬", (tmp_path / "board" / "docs" / "acme.md").read_text(), re.MULTILINE)
    assert "[acme](docs/acme.md)" in (tmp_path / "board" / "SCOREBOARD.md").read_text()
    assert (tmp_path / "board" / "site" / "index.html").is_file()
    assert "says 'Hello'" in told[2]
