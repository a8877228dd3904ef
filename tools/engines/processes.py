"""Processes of others, each with all that it starts in a group of its own, of which nothing is left afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_GRACE = 10.0  # seconds
_SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD")


class EngineError(Exception):
    """What ends the run of an engine; the message says what, where and what to do, in one line."""


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Our variables, but for keys, which are no business of what is installed here; and more."""
    plain = {name: value for name, value in os.environ.items() if not any(word in name.upper() for word in _SECRET)}
    return {**plain, **more}


class Fault(EngineError):
    """What a version of an engine does wrong, wherever it is run: a fact about it."""


class Group:
    """A process while the context lasts. What it prints goes to a file, or where our own goes."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        variables: Mapping[str, str],
        log: Path | None = None,
        by: signal.Signals = signal.SIGTERM,
    ) -> None:
        self._by, self.command = by, command
        try:
            with contextlib.ExitStack() as stack:
                out = stack.enter_context(log.open("wb")) if log else None
                self.process = subprocess.Popen(
                    command, cwd=folder, env=environment(variables), stdin=subprocess.DEVNULL, stdout=out,
                    stderr=subprocess.STDOUT if out else None, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            msg = f"{error.filename or command[0]} cannot be used: {error.strerror}; look what is there"
            raise EngineError(msg) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        heeded = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave the rest running
        try:
            self._signal(self._by)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_GRACE)
            self._signal(signal.SIGKILL)  # whatever of the group is left
            self.process.wait()
        finally:
            signal.signal(signal.SIGINT, heeded)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    @property
    def ended(self) -> int | None:
        """Its exit code; None while it runs."""
        return self.process.poll()

    def wait(self, seconds: float | None = None) -> int | None:
        """Its exit code once it has ended; None where it still runs after that time."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


def finished(command: Sequence[str], folder: Path, variables: Mapping[str, str], log: Path) -> int:
    """Runs a command to its end; its exit code."""
    with Group(command, folder, variables, log) as group:
        return group.wait() or 0


def last_line(log: Path, but: tuple[str, ...] = ()) -> str:
    """What a process said last, without blank lines and those that begin so."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines()] if log.exists() else []
    return next((line for line in reversed(lines) if line and not line.startswith(but)), "nothing")[:300]


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """To a tenth."""
        return round(time.monotonic() - self._start, 1)
