"""The connections to one provider: one per request at a time, and a single shared one where the provider speaks
HTTP/2.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx

# The extension of requests that were sent by a connection which others had used before.
USED = "used"


class Lanes(httpx.AsyncBaseTransport):
    """Transports of one connection each, of which the one used last is used first.

    A pool of many connections looks at all of them for each request (httpcore 1.0.9: its time grows with their number);
    a lane is one. Once an answer came by HTTP/2, which takes any number of requests at a time, all of them go over its
    lane.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._all: list[httpx.AsyncBaseTransport] = []
        self._free: list[httpx.AsyncBaseTransport] = []
        self._shared: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response, by a lane that nobody else uses until the response is closed."""
        if self._shared or self._free:
            request.extensions[USED] = True
        if self._shared:
            return await self._shared.handle_async_request(request)
        lane = self._free.pop() if self._free else self._new()
        try:
            response = await lane.handle_async_request(request)
        except BaseException:
            self._free.append(lane)
            raise
        if response.extensions.get("http_version") == b"HTTP/2":
            self._shared = lane
        if not isinstance(response.stream, httpx.AsyncByteStream):
            raise TypeError(type(response.stream))
        response.stream = _Held(response.stream, lambda: self._free.append(lane))
        return response

    def _new(self) -> httpx.AsyncBaseTransport:
        lane = self._make()
        self._all.append(lane)
        return lane

    async def aclose(self) -> None:
        """Closes all connections."""
        for lane in self._all:
            await lane.aclose()


class _Held(httpx.AsyncByteStream):
    """A body that gives its lane back when it is closed."""

    def __init__(self, stream: httpx.AsyncByteStream, free: Callable[[], None]) -> None:
        self._stream, self._give_back = stream, free

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        give_back, self._give_back = self._give_back, lambda: None
        try:
            await self._stream.aclose()
        finally:
            give_back()
