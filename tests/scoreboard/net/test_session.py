"""The connections that a provider is asked by: used again, and lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import anyio
import anyio.lowlevel
import pytest

from providers.base import Request, find_provider
from scoreboard.net.budget import Budget
from scoreboard.net.session import Session
from scoreboard.net.transport import Fault
from scoreboard.settings import Settings


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
