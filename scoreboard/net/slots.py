"""Slots: so many requests at a time; of those that wait for one, the row that was begun first comes first.

In the order in which they came, all rows of a provider would end together, hours after they began: what a kill then
loses, and what is held in memory, would be all of them.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count

import anyio


class Slots:
    """`most` at a time, at least one; the number may be changed while some are taken."""

    def __init__(self, most: int) -> None:
        self._most, self._taken = most, 0
        self._waiting: list[tuple[int, int, anyio.Event]] = []
        self._numbers = count()

    @property
    def most(self) -> int:
        """How many at a time."""
        return self._most

    @most.setter
    def most(self, most: int) -> None:
        self._most = max(most, 1)
        self._fill()

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
        self._fill()

    def _fill(self) -> None:
        while self._waiting and self._taken < self._most:
            self._taken += 1
            heappop(self._waiting)[2].set()
