"""A gateway before a server, which alters what passes: it drops fields, sets fields, buffers streams, answers from a cache.

Fields are named by a path: keys joined by dots; behind a key, brackets go through a list (or look at an object) and hold conditions,
all of which must fit: `a` is there, `!a` is not, `a=b*` is a text like this, `=b*` the value itself is.

    generationConfig.seed                       messages[].content[type=image_url]
    tools[type=function]                        contents[].parts[inlineData.mimeType=image/*]
    response_format[type=json_schema]           [inputs].completion_args.random_seed
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

import httpx
import msgspec
import uvicorn
from starlette.types import Receive, Scope, Send

_GONE: Final = object()
_STEP = re.compile(r"([^.\[\]]*)(?:\[([^\]]*)\])?(?:\.|$)")
# Of one connection, not of what passes (RFC 9110, 7.6.1); lengths and hosts are told anew.
_OWN = frozenset(
    {b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"host", b"te", b"trailer", b"upgrade"}
)
_OK, _BAD_GATEWAY = 200, 502

# A key, or the conditions of brackets.
Steps = tuple[str | tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """What becomes of what passes. `sets`: paths and values. `keyless`: paths that the cache does not look at."""

    drops: tuple[str, ...] = ()
    sets: tuple[tuple[str, Any], ...] = ()
    buffers: bool = False
    caches: bool = False
    keyless: tuple[str, ...] = ()

    def altered(self, body: bytes) -> bytes:
        """A request's body as it is passed on: as it was where there is nothing to alter."""
        if not (self.drops or self.sets) or (value := _object(body)) is None:
            return body
        changed = value
        for path in self.drops:
            changed = dropped(changed, path)
        for path, new in self.sets:
            changed = put(changed, path, new)
        return body if changed == value else msgspec.json.encode(changed)

    def key(self, body: bytes) -> bytes:
        """What the cache knows a request by."""
        if not self.keyless or (value := _object(body)) is None:
            return body
        for path in self.keyless:
            value = dropped(value, path)
        return msgspec.json.encode(value)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer, kept whole."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def dropped(value: Any, path: str) -> Any:
    """The value without what the path names; a list goes with its last item."""
    left = _without(value, steps(path))
    return {} if left is _GONE else left


def put(value: Any, path: str, new: Any) -> Any:
    """The value with something set where the path leads; objects on the way are made."""
    return _put(value, steps(path), new)


@cache
def steps(path: str) -> Steps:
    """The steps of a path."""
    found: list[str | tuple[str, ...]] = []
    for step in _STEP.finditer(path):
        found += [step[1]] if step[1] else []
        found += [] if step[2] is None else [tuple(filter(None, step[2].split(",")))]
    return tuple(found)


def _without(value: Any, path: Steps) -> Any:
    if not path:
        return _GONE
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if not isinstance(value, dict) or step not in value:
            return value
        inner = _without(value[step], rest)
        return {key: inner if key == step else one for key, one in value.items() if key != step or inner is not _GONE}
    if isinstance(value, list):
        kept = [left for one in value if (left := _without(one, rest) if _fits(one, step) else one) is not _GONE]
        return kept or _GONE
    return _without(value, rest) if _fits(value, step) else value


def _put(value: Any, path: Steps, new: Any) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        return {**value, step: _put(value.get(step, {}), rest, new)}
    if isinstance(value, list):
        return [_put(one, rest, new) if _fits(one, step) else one for one in value]
    return _put(value, rest, new) if _fits(value, step) else value


def _fits(value: Any, conditions: tuple[str, ...]) -> bool:
    return all(_holds(value, condition) for condition in conditions)


def _holds(value: Any, condition: str) -> bool:
    path, has_pattern, pattern = condition.removeprefix("!").partition("=")
    for key in filter(None, path.split(".")):
        value = value.get(key, _GONE) if isinstance(value, dict) else _GONE
    if has_pattern:
        return isinstance(value, str) and fnmatchcase(value, pattern)
    return (value is _GONE) == condition.startswith("!")


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return value if isinstance(value, dict) else None


class Proxy:
    """A gateway on 127.0.0.1 before the server at `origin`; the first part of a path is the name of a way."""

    def __init__(self, origin: str, ways: Mapping[str, Way]) -> None:
        self.upstream, self.ways = origin.rstrip("/"), dict(ways)
        self._cache: dict[tuple[str, str, str, bytes], _Answer] = {}
        self._client: httpx.AsyncClient | None = None
        config = uvicorn.Config(
            self, host="127.0.0.1", port=0, log_level="critical", access_log=False, lifespan="off", ws="none",
            timeout_keep_alive=75, timeout_graceful_shutdown=2, server_header=False, date_header=False,
        )  # fmt: skip
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def start(self) -> None:
        self._thread.start()
        while not self._uvicorn.started:
            if not self._thread.is_alive():
                message = "the proxy did not start"
                raise RuntimeError(message)
            time.sleep(0.005)

    def stop(self) -> None:
        self._uvicorn.should_exit = True
        self._thread.join(10)

    def url(self, way: str, url: str) -> str:
        """Where an address of the server is to be found, the way that is named."""
        host, port = self._uvicorn.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}/{way}{url.removeprefix(self.upstream)}"

    def _run(self) -> None:
        async def main() -> None:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
            async with httpx.AsyncClient(limits=limits, timeout=120, trust_env=False) as client:
                self._client = client
                await self._uvicorn.serve()

        asyncio.run(main())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # As it came: a name with a slash in it stays one part.
        _, name, rest = (scope["raw_path"].decode("latin-1") + "/").split("/", 2)
        body = await _read(receive)
        way = self.ways.get(name)
        if way is None:
            await _give(_Answer(404, [], f"No way is called {name}".encode()), send)
            return
        query = scope["query_string"].decode("latin-1")
        url = f"{self.upstream}/{rest.rstrip('/')}{'?' if query else ''}{query}"
        key = (name, scope["method"], url, way.key(body))
        if way.caches and (known := self._cache.get(key)):
            await _give(known, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in _OWN]
        request = httpx.Request(scope["method"], url, headers=headers, content=way.altered(body))
        try:
            answer = await self._passed(request, send, whole=way.buffers or way.caches)
        except httpx.TransportError as error:
            answer = _Answer(_BAD_GATEWAY, [(b"content-type", b"text/plain")], f"Bad gateway: {error}".encode())
        if answer is None:
            return
        if way.caches and answer.status == _OK:
            self._cache[key] = answer
        await _give(answer, send)

    async def _passed(self, request: httpx.Request, send: Send, *, whole: bool) -> _Answer | None:
        """The whole answer; None where it was passed on as it came. Raises TransportError where none came."""
        if self._client is None:
            raise AssertionError
        response = await self._client.send(request, stream=True)
        try:
            headers = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in _OWN]
            if whole:
                return _Answer(response.status_code, headers, b"".join([part async for part in response.aiter_raw()]))
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            try:
                async for part in response.aiter_raw():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            except httpx.TransportError as error:  # what was cut short is passed on so: the connection is closed
                message = "the answer was cut"
                raise ConnectionResetError(message) from error
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await response.aclose()
        return None


@contextmanager
def proxied(origin: str, ways: Mapping[str, Way]) -> Iterator[Proxy]:
    """A running proxy."""
    proxy = Proxy(origin, ways)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


async def _give(answer: _Answer, send: Send) -> None:
    """Sends an answer in one piece."""
    length = (b"content-length", str(len(answer.body)).encode())
    await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, length]})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(parts)
