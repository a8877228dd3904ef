"""How fast a provider is asked: so many requests at a time and a minute, slower when it says so, and never beyond a budget."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from email.utils import parsedate_to_datetime

import anyio
from aiolimiter import AsyncLimiter

from scoreboard.settings import Pace

_LONGEST = 120.0  # a provider that asks for a longer pause than this is asked again tomorrow


class Spent(Exception):
    """The budget is used up; what is left is for the next run."""


class Budget:
    """The requests and tokens that a run may spend, and what it has spent. None: no bound."""

    def __init__(self, requests: int | None = None, tokens: int | None = None) -> None:
        self._most_requests, self._most_tokens = requests, tokens
        self.requests = self.tokens = 0

    def take(self) -> None:
        """Counts a request before it is sent. Raises Spent where it would pass the bound."""
        over = self._most_requests is not None and self.requests >= self._most_requests
        if over or (self._most_tokens is not None and self.tokens >= self._most_tokens):
            msg = f"the budget is used up: {self.requests} requests, {self.tokens} tokens"
            raise Spent(msg)
        self.requests += 1


class Throttle:
    """The pace of one provider: its settings, and the pauses that it asked for."""

    def __init__(self, pace: Pace) -> None:
        self._places = anyio.CapacityLimiter(pace.concurrency)
        self._minute = AsyncLimiter(1, 60 / pace.requests_per_minute) if pace.requests_per_minute else nullcontext()
        self._not_before = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for a place and for the time to send."""
        async with self._places:
            async with self._minute:
                pass
            await anyio.sleep(max(0.0, self._not_before - time.monotonic()))
            yield

    def heed(self, headers: Mapping[str, str]) -> float | None:
        """Everyone pauses as long as the answer asks; returns the seconds, None where it asks for none or for too long."""
        wait = retry_after(headers)
        if wait is None or wait > _LONGEST:
            return None
        self._not_before = max(self._not_before, time.monotonic() + wait)
        return wait


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds: a number, or a date (RFC 9110, 10.2.3); `retry-after-ms` as OpenAI sends it."""
    if (precise := headers.get("retry-after-ms", "")).replace(".", "", 1).isdigit():
        return float(precise) / 1000
    said = headers.get("retry-after", "").strip()
    if said.replace(".", "", 1).isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
