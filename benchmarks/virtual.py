"""A clock that does not wait: an event loop whose time jumps to the next timer whenever nothing else is to be done."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
import anyio.to_thread

T = TypeVar("T")
_STEP = 1e-6  # seconds that a turn of the loop takes


class _Selector(selectors.SelectSelector):
    """Looks at the sockets, and instead of waiting for them moves the loop's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if timeout is None and not ready:
            msg = "everything waits, and nothing will come"
            raise RuntimeError(msg)
        # As any clock it never stands still: timers that are set to be due now, but for a rounding error, get there.
        self.now += timeout if timeout and not ready else _STEP
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop. Nothing in it may wait for the world outside: no socket, no thread."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._clock.now


def run(function: Callable[..., Coroutine[Any, Any, T]], *arguments: Any) -> T:
    """Runs a coroutine function by the virtual clock; what it would hand to threads it does itself."""
    there = anyio.to_thread.run_sync

    async def here(function: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
        return function(*arguments)

    anyio.to_thread.run_sync = here  # type: ignore[assignment]
    try:
        return anyio.run(function, *arguments, backend_options={"loop_factory": VirtualLoop})
    finally:
        anyio.to_thread.run_sync = there
