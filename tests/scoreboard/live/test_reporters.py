"""How a run's course is told."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from emulator import REJECTS, Server, Switchboard, serve
from probes.base import Verdict
from scoreboard.live.reporters import Display, JsonLines
from scoreboard.mode import Mode, RowId
from scoreboard.net.budget import Budget
from tests.support.recording_live import KEY, WIRE, environment, told_events


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated-1",)), (WIRE,), key=KEY) as running:
        yield running


def test_events_tell_each_verdict_and_what_was_spent(server: Server, tmp_path: Path) -> None:
    server.switchboard.set("json", REJECTS)
    events = told_events(server, tmp_path)
    kinds = [event["event"] for event in events]
    assert kinds[0] == "rows" and kinds[-2:] == ["row", "end"]
    (told,) = [event for event in events if event["event"] == "verdict" and event["cell"] == "json"]
    assert (told["verdict"], told["reason"]) == ("unsupported", "rejected")
    assert events[-1]["spent"]["requests"] == len(server.requests)  # type: ignore[index]


def test_hostile_texts_do_nothing_to_a_terminal() -> None:
    budget, out = Budget(), io.StringIO()
    display = Display(budget, Console(file=out, force_terminal=True, width=120, color_system=None))
    place = RowId("provider", "evil\x1b[2Jmodel[red]", Mode(False, False))
    display.rows("provider", 2)
    display.verdict(place, "json", Verdict("unsupported", "wrong", "says \x1b]0;owned\x07 [bold]this[/bold]"))
    display.row(place, 3, {"json": Verdict("supported")})
    budget.requests, budget.tokens = 3, 99
    display.line("a line \x1b[31m of its own")
    display.end()
    shown = out.getvalue()
    assert "owned" in shown and "\x1b]0;" not in shown and "\x1b[2J" not in shown and "\x1b[31m" not in shown
    assert "[bold]this[/bold]" in shown and "model[red]" in shown
    assert "1/2" in shown and "3 requests, 99 tokens" in shown and "left" in shown


def test_json_lines_hold_any_text() -> None:
    said: list[str] = []
    report = JsonLines(said.append, Budget())
    report.verdict(RowId("p", 'm"\n\x1b', Mode(False, False)), "json", Verdict("unknown", "cut", "\x00\u2028"))
    (line,) = said
    assert "\n" not in line and "\x1b" not in line
    assert json.loads(line)["model"] == 'm"\n\x1b'


def test_a_terminal_shows_a_display_and_a_file_gets_lines(server: Server, tmp_path: Path) -> None:
    import os
    import pty

    leader, follower = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "scoreboard",
        "record",
        "openaicompatible/emulated-1/sync",
        "--base-url",
        server.url(WIRE),
    ]
    run = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**environment(), "TERM": "xterm", "COLUMNS": "140"},
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            shown += os.read(leader, 65536)
        except OSError:
            break
    assert run.wait(60) == 0
    assert b"requests/s" in shown and b"1/1" in shown and b"emulated-1/sync" in shown
