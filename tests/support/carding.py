"""Real runs of `scoreboard probe`, and an API that fails at some questions."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from emulator import Fault, FaultKind, Server, Switchboard
from tests.support import ROOT
from tests.support.command import scoreboard

KEY = "test-key"
KEYED = {"OPENAI_COMPATIBLE_API_KEY": KEY}


class Done(Struct, frozen=True):
    """What a run printed, how it ended, and how long it took."""

    out: str
    err: str
    code: int
    seconds: float

    @property
    def complaint(self) -> str:
        """The one line on standard error."""
        assert not self.out, self.out
        (line,) = self.err.splitlines()
        return line.removeprefix("scoreboard: ")


class Failing(Switchboard):
    """Fails with a 500 at whatever carries one of these."""

    server: Server
    at: tuple[str, ...] = ("response_format", "tools", "logprobs", "image_url")

    def strike(self, wire: str, path: str, model: str) -> list[Fault]:
        del wire, path, model  # the request is the newest
        body = self.server.requests[-1].body.decode()
        return [Fault(FaultKind.SERVER_ERROR)] if any(word in body for word in self.at) else []


def probed(
    url: str,
    *arguments: str,
    folder: Path | None = None,
    model: str = "emulated-1",
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Done:
    """One run; no key but those that are given is in its environment."""
    clean = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_TOKEN"))}
    words = ["probe", "--base-url", url, "--model", model, *arguments]
    start = time.monotonic()
    done = scoreboard(*words, cwd=folder or ROOT, environ={**clean, **environ})
    return Done(done.stdout, done.stderr, done.returncode, time.monotonic() - start)


def session(url: str, columns: int, environ: Mapping[str, str] = MappingProxyType({})) -> str:
    """What a terminal of that width is sent by one run."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    clean = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "CI")}
    words = [sys.executable, "-m", "scoreboard", "probe", "--base-url", url, "--model", "emulated-1"]
    sent = b""
    with subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, env={**clean, "TERM": "xterm-256color", **environ}
    ):
        os.close(theirs)
        try:
            while piece := os.read(ours, 65536):
                sent += piece
        except OSError:  # how the end of a terminal is told
            os.close(ours)
    return sent.decode().replace("\r\n", "\n")
