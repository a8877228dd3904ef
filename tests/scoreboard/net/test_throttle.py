"""How fast a provider is asked."""

import math
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from benchmarks import virtual
from scoreboard.net.throttle import Throttle, exhausted, one_task_per_tick, retry_after
from scoreboard.settings import Pace


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "7"}, b"", 7.0),
        ({"retry-after": "0.5"}, b"", 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, b"", 0.25),
        ({"retry-after": "soon"}, b"", None),
        ({}, b'{"error": {"details": [{"retryDelay": "6.5s"}]}}', 6.5),
        ({}, b"", None),
    ],
)
def test_the_wait_that_a_busy_provider_asks_for(headers: dict[str, str], body: bytes, seconds: float | None) -> None:
    assert retry_after(headers, body) == seconds


def test_a_wait_until_a_date() -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < (retry_after({"retry-after": then}) or 0) <= 30


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30.5s"}, 90.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"vendor-ratelimit-requests-remaining": "0", "vendor-ratelimit-requests-reset": "12"}, 12.0),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "20s"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, None),
        ({}, None),
    ],
)
def test_a_limit_of_which_nothing_is_left(headers: dict[str, str], seconds: float | None) -> None:
    assert exhausted(headers) == seconds


def by_the_clock(pace: Pace, count: int, each: Callable[[Throttle, int], Coroutine[Any, Any, None]]) -> float:
    """The virtual seconds that so many requests take."""

    async def main() -> float:
        throttle = Throttle(pace)
        async with anyio.create_task_group() as group:
            for number in range(count):
                group.start_soon(each, throttle, number)
        return anyio.current_time()

    return virtual.run(main)


async def _a_second(throttle: Throttle, _: int) -> None:
    async with throttle.turn(1000):
        await anyio.sleep(1.0)
        throttle.heed({}, busy=False)


@pytest.mark.parametrize(
    ("pace", "count", "seconds"),
    [
        (Pace(concurrency=4), 20, 5.0),
        (Pace(concurrency=100, requests_per_minute=60), 31, 31.0),
        (Pace(concurrency=100, tokens_per_minute=10_000), 30, 121.0),
    ],
    ids=["at a time", "requests a minute", "tokens a minute"],
)
def test_limits_are_kept_and_used(pace: Pace, count: int, seconds: float) -> None:
    assert by_the_clock(pace, count, _a_second) == pytest.approx(seconds, rel=0.03)


def test_all_wait_when_one_is_told_to() -> None:
    async def each(throttle: Throttle, number: int) -> None:
        async with throttle.turn():
            if number == 0:
                assert throttle.heed({"retry-after": "30"}, busy=True) == 30.0

    assert by_the_clock(Pace(concurrency=1), 3, each) == pytest.approx(30.0, abs=0.1)


def test_a_wait_until_tomorrow_is_not_waited_for() -> None:
    async def each(throttle: Throttle, _: int) -> None:
        async with throttle.turn():
            assert throttle.heed({"retry-after": "86400"}, busy=True) == math.inf

    assert by_the_clock(Pace(), 3, each) < 1


def test_fewer_at_a_time_when_it_is_too_much_and_more_again_when_it_goes_well() -> None:
    now = most = 0
    seen: list[int] = []

    async def each(throttle: Throttle, number: int) -> None:
        nonlocal now, most
        async with throttle.turn():
            now += 1
            seen.append(now)
            await anyio.sleep(1.0)
            throttle.heed({}, busy=number < 8)
            now -= 1

    by_the_clock(Pace(concurrency=8), 120, each)
    assert max(seen[:8]) == 8
    assert min(seen[9:20]) == 1
    assert max(seen[60:]) > 3


def test_one_at_a_time_where_an_answer_broke_off_beside_others_until_it_goes_well() -> None:
    now = 0
    seen: list[int] = []

    async def each(throttle: Throttle, number: int) -> None:
        nonlocal now
        async with throttle.turn():
            now += 1
            seen.append(now)
            await anyio.sleep(1.0)
            if number == 7:
                throttle.broke()
            else:
                throttle.heed({}, busy=False)
            now -= 1

    by_the_clock(Pace(concurrency=8), 300, each)
    assert max(seen[:8]) == 8
    assert set(seen[20:40]) == {1}  # the others were under way already
    assert max(seen[250:]) == 8


def test_an_answer_that_broke_off_alone_changes_nothing() -> None:
    seen: list[int] = []

    async def each(throttle: Throttle, number: int) -> None:
        if number:
            await anyio.sleep(2.0)
        async with throttle.turn():
            seen.append(number)
            await anyio.sleep(1.0)
            if not number:
                throttle.broke()

    assert by_the_clock(Pace(concurrency=4), 5, each) == pytest.approx(3.0, abs=0.1)


def test_the_row_that_was_begun_first_is_asked_first() -> None:
    seen: list[int] = []

    async def each(throttle: Throttle, number: int) -> None:
        async with throttle.turn(rank=20 - number):
            seen.append(number)
            await anyio.sleep(1.0)

    by_the_clock(Pace(concurrency=1), 20, each)
    assert seen == [0, *reversed(range(1, 20))]


def test_between_two_that_compute_the_sockets_have_their_turn() -> None:
    order: list[str] = []

    async def computes() -> None:
        await one_task_per_tick()
        order.append("computes")

    async def socket() -> None:
        for _ in range(6):
            order.append("socket")
            await anyio.lowlevel.checkpoint()

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for task in (computes, computes, computes, socket):
                group.start_soon(task)

    virtual.run(main)
    assert "computes,computes" not in ",".join(order), order


def test_the_virtual_clock_does_not_wait() -> None:
    start = time.monotonic()
    assert by_the_clock(Pace(concurrency=1), 1000, _a_second) == pytest.approx(1000, rel=0.01)
    assert time.monotonic() - start < 60
