"""What the command line prints, how it complains, and how Ctrl-C ends it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import typer

from scoreboard.text import one_line, printable

if TYPE_CHECKING:
    from scoreboard.evidence.redaction import Redactor


def say(text: str) -> None:
    """Prints text that may come from a provider: no control character of it reaches the terminal."""
    typer.echo(printable(text, "�", "\n"))


def warn(text: str) -> None:
    """A line on standard error."""
    typer.echo("scoreboard: " + one_line(text), err=True)


def complaining(command: Callable[[], object]) -> None:
    """Runs a command; what it raises becomes one line and exit code 1."""
    from scoreboard.errors import expected

    try:
        command()
    except Exception as error:
        while isinstance(error, ExceptionGroup):  # of tasks that ran at once, the first that failed
            error = error.exceptions[0]
        if os.environ.get("SCOREBOARD_DEBUG"):
            raise
        advice = ""
        if isinstance(error, expected()):
            message = str(error)
        elif isinstance(error, OSError) and error.filename and error.strerror:
            message = f"{error.filename} cannot be used: {error.strerror}; check the folder, or name another"
        else:
            message, advice = f"internal error: {type(error).__name__}: {error}", "; SCOREBOARD_DEBUG=1 shows where"
        warn(redactor().text(message) + advice)  # an error may quote whatever it met
        sys.exit(1)


def stoppable(work: Callable[[], Awaitable[bool]]) -> bool | None:
    """What comes of the work, None where Ctrl-C stopped it. An exception in the middle of anything, which Python makes
    of a second Ctrl-C, might leave the work waiting for ever; here that one ends the process where it is: what is on
    disk is whole at any time.
    """
    import asyncio

    import anyio

    async def worked() -> bool | None:
        loop = asyncio.get_running_loop()

        def stop(*_: object) -> None:
            signal.signal(signal.SIGINT, _gone)
            loop.call_soon_threadsafe(scope.cancel)

        with anyio.CancelScope() as scope:
            if heeded:
                signal.signal(signal.SIGINT, stop)
            return await work()
        return None

    heeded = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN  # a shell lets what runs in the background ignore it
    try:
        return anyio.run(worked)
    finally:
        if heeded:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _gone(*_: object) -> None:
    """Ends the process as its second Ctrl-C; a display has hidden the cursor."""
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), b"\x1b[?25h\n")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)


def redactor() -> Redactor:
    """What takes the keys in the environment out of all that is shown."""
    from scoreboard.evidence.redaction import SHORTEST, Redactor

    names = [
        name for name in os.environ if any(word in name.upper() for word in ("KEY", "TOKEN", "SECRET", "PASSWORD"))
    ]
    return Redactor(os.environ[name] for name in names if len(os.environ[name].strip()) >= SHORTEST)
