"""Connections of their own, or one for all."""

from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import httpx
import pytest

from benchmarks import virtual
from scoreboard.net.pool import Lanes


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
