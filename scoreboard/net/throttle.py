"""How fast a provider is asked: so many requests at a time and a minute, slower when it says so or is busy."""

from __future__ import annotations

import math
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime

import anyio
from aiolimiter import AsyncLimiter
from anyio.lowlevel import RunVar

from scoreboard.net.slots import Slots
from scoreboard.settings import Pace

_LONGEST = 120.0  # a provider that asks for a longer pause than this is asked again tomorrow
_MINUTE = 60.0
_STEADY = 40  # answers in a row after which more are asked for at a time again
_DESK: RunVar[anyio.Lock] = RunVar("desk")


async def one_task_per_tick() -> None:
    """Returns in one task in each round of the event loop: who computes after it keeps the sockets waiting for as long
    as one task takes, not for as long as all whose answers came together.
    """
    try:
        desk = _DESK.get()
    except LookupError:
        _DESK.set(desk := anyio.Lock())
    async with desk:
        pass


class Throttle:
    """The pace of one provider: its settings, what its headers tell of its limits, and the pauses that it asked for."""

    def __init__(self, pace: Pace) -> None:
        self._pace = self._most = pace.concurrency
        self._slots = Slots(pace.concurrency)
        self._requests = AsyncLimiter(1, _MINUTE / pace.requests_per_minute) if pace.requests_per_minute else None
        self._tokens = AsyncLimiter(pace.tokens_per_minute, _MINUTE) if pace.tokens_per_minute else None
        self._not_before = 0.0
        self._good = self._whole = 0

    @asynccontextmanager
    async def turn(self, tokens: int = 0, rank: int = 0) -> AsyncIterator[None]:
        """Waits for a slot, behind those of lower rank, and for the time to send so many tokens."""
        await self._slots.take(rank)
        try:
            if self._requests:
                await self._requests.acquire()
            if self._tokens and tokens:
                await self._tokens.acquire(min(tokens, self._tokens.max_rate))
            while (wait := self._not_before - anyio.current_time()) > 0:  # noqa: ASYNC110 (a time that may be moved, not a condition)
                await anyio.sleep(wait)
            yield
        finally:
            self._slots.free()

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nothing else is under way in it; what is sent has a rank below all others."""
        return self._slots.alone()

    def broke(self) -> None:
        """Learns from an answer that broke off: some servers leave one for the next request
        (https://llama-cpp-python.readthedocs.io/en/latest/server/, `interrupt_requests`). Where others were under way,
        one is asked at a time, until so many were whole in a row that it was another thing.
        """
        self._whole = 0
        if self._slots.taken > 1:
            self._most = self._slots.most = 1

    def heed(self, headers: Mapping[str, str], body: bytes = b"", *, busy: bool) -> float | None:
        """Learns from an answer: from what it tells of the limits, and, where the provider was too busy for it, from
        that.

        Returns the seconds that it asks to wait, None where it asks for none; of a wait that is too long for this run,
        infinity.
        """
        wait = retry_after(headers, body) if busy else exhausted(headers)
        if busy:
            self._slots.most //= 2
            self._good = 0
        else:
            self._good += 1
            self._whole += 1
            if self._whole >= _STEADY and self._most < self._pace:
                self._most, self._whole = min(2 * self._most, self._pace), 0
            if self._slots.most < self._most and self._good >= self._slots.most:
                self._slots.most += 1
                self._good = 0
        if wait is not None and wait > _LONGEST:
            return math.inf
        if wait is None:
            return None
        self._not_before = max(self._not_before, anyio.current_time() + wait)
        return wait


def retry_after(headers: Mapping[str, str], body: bytes = b"") -> float | None:
    """Retry-After in seconds: a number, or a date (RFC 9110, 10.2.3); `retry-after-ms` as some send it; else
    google.rpc.RetryInfo in the error's body
    (https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto).
    """
    if (precise := headers.get("retry-after-ms", "")).replace(".", "", 1).isdigit():
        return float(precise) / 1000
    after = headers.get("retry-after", "").strip()
    if after.replace(".", "", 1).isdigit():
        return float(after)
    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    except (TypeError, ValueError):
        delay = _RETRY_INFO.search(body)
        return float(delay[1]) if delay else None


_RETRY_INFO = re.compile(rb'"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"')
_LEFT = re.compile(r"^(?P<before>.*ratelimit.*)remaining(?P<after>.*)$")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|$)")
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def exhausted(headers: Mapping[str, str]) -> float | None:
    """Seconds until a limit of which nothing remains is there again; None where all limits have something left.

    Header names as most APIs have them: `x-ratelimit-remaining-requests` with `x-ratelimit-reset-requests`, in either
    order of words.
    """
    waits = []
    for name, left in headers.items():
        if "ratelimit" in name and (match := _LEFT.match(name)) and left.strip() == "0":
            waits.append(_reset(headers.get(f"{match['before']}reset{match['after']}", "")))
    return max((wait for wait in waits if wait is not None), default=None)


def _reset(written: str) -> float | None:
    """Seconds until a reset: "1m30.5s", "12", or a time in ISO 8601; None for anything else (a Unix time, say, is no
    span).
    """
    if spans := _SPAN.findall(written) if re.fullmatch(r"(\d+(\.\d+)?(ms|s|m|h|d)?)+", written) else []:
        return sum(float(number) * _SECONDS[unit] for number, unit in spans)
    try:
        return max(0.0, datetime.fromisoformat(written).timestamp() - time.time())
    except ValueError:
        return None
