"""Slots: so many requests at a time; of those that wait for one, the row that was begun first comes first.

In the order in which they came, all rows of a provider would end together, hours after they began: what a kill then
loses, and what is held in memory, would be all of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heapify, heappop, heappush
from itertools import count

import anyio


class Slots:
    """`most` at a time, at least one; the number may be changed while some are taken."""

    def __init__(self, most: int) -> None:
        self._most, self._taken = most, 0
        self._waiting: list[tuple[int, int, anyio.Event]] = []
        self._numbers = count()
        self._bound: int | None = None  # what holds in place of `most` while somebody is alone
        self._lock = anyio.Lock()
        self._emptied = anyio.Event()

    @property
    def most(self) -> int:
        """How many at a time."""
        return self._most

    @most.setter
    def most(self, most: int) -> None:
        self._most = max(most, 1)
        self._fill()

    @property
    def taken(self) -> int:
        """How many are taken."""
        return self._taken

    async def take(self, rank: int = 0) -> None:
        """Waits for a slot, behind those of lower rank; `free` ends it."""
        turn = (rank, next(self._numbers), anyio.Event())
        heappush(self._waiting, turn)
        self._fill()
        if turn[2].is_set():
            return
        try:
            await turn[2].wait()
        except BaseException:
            if turn[2].is_set():
                self.free()
            else:
                self._waiting.remove(turn)
                heapify(self._waiting)
            raise

    def free(self) -> None:
        """Gives a slot back, to who is next."""
        self._taken -= 1
        if not self._taken:
            self._emptied.set()
        self._fill()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Waits until no slot is taken; until it ends, one is to be had at a time, by who has the lowest rank."""
        async with self._lock:
            self._bound = 0
            try:
                while self._taken:
                    self._emptied = anyio.Event()
                    await self._emptied.wait()
                self._bound = 1
                yield
            finally:
                self._bound = None
                self._fill()

    def _fill(self) -> None:
        most = self._most if self._bound is None else self._bound
        while self._waiting and self._taken < most:
            self._taken += 1
            heappop(self._waiting)[2].set()
