"""How fast a provider is asked, what a run may spend, and the connections that it asks by."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from benchmarks import virtual
from providers.base import Price, Request, find_provider
from providers.chat import Ask, Media, Usage
from scoreboard.net.budget import Budget, Spent, estimate
from scoreboard.net.pool import Lanes
from scoreboard.net.session import Session
from scoreboard.net.slots import Slots
from scoreboard.net.throttle import Throttle, exhausted, retry_after, sockets_first
from scoreboard.net.transport import Fault
from scoreboard.settings import Pace, Settings

HELLO = Ask.text("Say hello.")


@asynccontextmanager
async def listening(*closing: int) -> AsyncIterator[tuple[Session, list[int]]]:
    """A session with a server, and by request the connection by which it came. Connections of these numbers are closed at their second
    request, without an answer.
    """
    came: list[int] = []
    numbers = count(1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(numbers)
        while asked := await reader.read(65536):
            came.append(number)
            if b"/closed" in asked or (number in closing and came.count(number) == 2):
                break
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        writer.close()

    provider = find_provider("openaicompatible")
    assert provider
    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = Settings(tries=1)
        async with Session(provider, settings, {"OPENAI_COMPATIBLE_API_KEY": "none"}, Budget(), url) as session:
            yield session, came


def test_a_connection_is_used_again_but_not_when_its_server_may_be_closing_it() -> None:
    async def main() -> None:
        async with listening() as (session, came):
            for pause in (0, 0, 1.8):
                await anyio.sleep(pause)
                await session.send(Request("GET", "/models"))
            assert came == [1, 1, 2]

    anyio.run(main)


def test_what_is_sent_as_its_connection_is_closed_is_sent_anew_and_tells_nothing_of_the_provider() -> None:
    async def main() -> None:
        async with listening(1) as (session, came):
            for _ in range(3):
                await session.send(Request("GET", "/models"))
            assert (came, session.budget.requests, session.recovered) == ([1, 1, 2, 2], 4, 0)

    anyio.run(main)


def test_a_new_connection_that_is_closed_is_a_fault() -> None:
    async def main() -> None:
        async with listening() as (session, _):
            with pytest.raises(Fault, match="connection broke"):
                await session.send(Request("GET", "/closed"))

    anyio.run(main)


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


def test_the_row_that_was_begun_first_is_asked_first() -> None:
    seen: list[int] = []

    async def each(throttle: Throttle, number: int) -> None:
        async with throttle.turn(rank=20 - number):
            seen.append(number)
            await anyio.sleep(1.0)

    by_the_clock(Pace(concurrency=1), 20, each)
    assert seen == [0, *reversed(range(1, 20))]


def test_who_gives_up_waiting_for_a_slot_leaves_it_to_the_others() -> None:
    async def main() -> float:
        slots = Slots(1)

        async def each(patience: float) -> None:
            with anyio.move_on_after(patience):
                await slots.take()
                try:
                    await anyio.sleep(1.0)
                finally:
                    slots.free()

        async with anyio.create_task_group() as group:
            for patience in (9.0, 0.5, 1.5, 9.0):
                group.start_soon(each, patience)
        return anyio.current_time()

    # The second gives up while it waits, the third in the middle of its turn.
    assert virtual.run(main) == pytest.approx(2.5, abs=0.01)


def test_between_two_that_compute_the_sockets_have_their_turn() -> None:
    order: list[str] = []

    async def computes() -> None:
        await sockets_first()
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


def test_a_budget_is_never_passed_whatever_an_answer_costs() -> None:
    budget = Budget(tokens=10_000)
    assert spend(budget, None) < 1000
    assert "budget is used up" in budget.over
    assert 8_000 < budget.tokens <= 10_000


def spend(budget: Budget, price: Price | None) -> int:
    """How many questions are put until the budget ends."""
    for number in range(1000):
        try:
            budget.settle(budget.reserve(HELLO, price), Usage(20, 300), answered=True)
        except Spent:
            return number
    return 1000


def test_money_is_counted_where_the_price_is_known_and_nothing_is_asked_where_it_is_not() -> None:
    price = Price(2.0, 10.0, "https://example.com")
    budget = Budget(usd=0.05)
    budget.settle(budget.reserve(HELLO, price), Usage(1000, 200), answered=True)
    assert budget.usd == pytest.approx(0.004)
    with pytest.raises(Spent, match="price is not known"):
        budget.reserve(HELLO, None)
    assert not budget.over
    assert 0 < spend(budget, price) < 1000
    assert budget.usd <= 0.05


def test_what_was_not_answered_costs_nothing_and_what_was_not_counted_costs_its_estimate() -> None:
    budget = Budget()
    budget.settle(budget.reserve(HELLO, None), None, answered=False)
    assert budget.tokens == 0
    budget.settle(budget.reserve(HELLO, None), None, answered=True)
    assert budget.tokens == estimate(HELLO).input + estimate(HELLO).output


def test_pictures_thinking_and_drawing_cost_more() -> None:
    def tokens(ask: Ask) -> int:
        return estimate(ask).input + estimate(ask).output

    plain = tokens(HELLO)
    assert tokens(Ask.text("Say hello.", Media("image", "image/png", b"x"))) > plain
    assert tokens(Ask.text("Say hello.", thinking=True)) > plain
    assert tokens(Ask.text("Say hello.", outputs=("image",))) > plain
    assert tokens(Ask.text("Say hello.", max_tokens=16)) < plain


class _Line(httpx.AsyncBaseTransport):
    """A connection that counts how many use it at once."""

    def __init__(self, version: bytes) -> None:
        self._version, self.now, self.most, self.count = version, 0, 0, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.now += 1
        self.count += 1
        self.most = max(self.most, self.now)
        await anyio.sleep(0.1)
        line = self

        class Body(httpx.AsyncByteStream):
            async def __aiter__(self) -> AsyncIterator[bytes]:
                yield b"x"

            async def aclose(self) -> None:
                line.now -= 1

        if request.url.path == "/fails":
            self.now -= 1
            raise httpx.ReadError("broken", request=request)
        return httpx.Response(200, stream=Body(), extensions={"http_version": self._version})


@pytest.mark.parametrize(("version", "lines", "most"), [(b"HTTP/1.1", 5, 1), (b"HTTP/2", 5, 20)])
def test_a_connection_each_or_one_for_all(version: bytes, lines: int, most: int) -> None:
    made: list[_Line] = []

    def make() -> _Line:
        made.append(_Line(version))
        return made[-1]

    async def main() -> None:
        async with httpx.AsyncClient(transport=Lanes(make)) as client:
            for path in ("/", "/fails", "/"):
                async with anyio.create_task_group() as group:
                    for _ in range(5 if path != "/fails" else 3):
                        group.start_soon(_get, client, path)

    virtual.run(main)
    assert len(made) == lines
    assert max(line.most for line in made) <= most
    assert sum(line.count for line in made) == 13
    assert all(line.now == 0 for line in made)


async def _get(client: httpx.AsyncClient, path: str) -> None:
    try:
        assert (await client.get(f"http://example.com{path}")).content == b"x"
    except httpx.ReadError:
        assert path == "/fails"


def test_the_virtual_clock_does_not_wait() -> None:
    start = time.monotonic()
    assert by_the_clock(Pace(concurrency=1), 1000, _a_second) == pytest.approx(1000, rel=0.01)
    assert time.monotonic() - start < 60
