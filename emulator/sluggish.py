"""A server that is slow where it hurts: one request at a time, or a wait before each failure, as a proxy has that tries again."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Sluggish:
    """An ASGI application around another: `one_at_a_time` lets the others wait, `failure_delay` is in seconds."""

    def __init__(self, app: ASGIApp, *, one_at_a_time: bool, failure_delay: float) -> None:
        self._app, self._delay = app, failure_delay
        self._places = asyncio.Semaphore(1 if one_at_a_time else 10_000)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def late(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                await asyncio.sleep(self._delay)
            await send(message)

        async with self._places:
            await self._app(scope, receive, late)
