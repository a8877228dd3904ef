"""The gate before each wire: writes down requests, asks for the key, keeps the limits, plays the faults."""

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import Message, Receive, Scope, Send

from . import chaos, oddities
from .faults import FaultKind
from .problem import Problem
from .switchboard import Switchboard
from .wire import Wire


@dataclass(slots=True)
class Seen:
    """One request as it came in."""

    wire: str
    method: str
    path: str
    query: str
    model: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class Log:
    """The requests that a server got; the newest are kept whole."""

    keep: int = 10_000
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    now: int = 0
    peak: int = 0
    connections: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.requests: deque[Seen] = deque(maxlen=self.keep)
        self.lock = threading.Lock()

    def add(self, seen: Seen) -> None:
        with self.lock:
            self.requests.append(seen)
            self.counts[seen.path, seen.model] += 1


@dataclass
class Pace:
    """Limits as a real API has them: requests at a time, and requests within a window of seconds."""

    concurrency: int | None = None
    per_minute: int | None = None
    window: float = 60.0
    times: deque[float] = field(default_factory=deque)
    inside: int = 0

    def excess(self) -> float | None:
        """How many seconds too early a request comes; none if it may pass."""
        if self.concurrency is not None and self.inside >= self.concurrency:
            return 1.0
        if self.per_minute is None:
            return None
        now = time.monotonic()
        while self.times and self.times[0] <= now - self.window:
            self.times.popleft()
        if len(self.times) >= self.per_minute:
            return self.times[0] + self.window - now
        self.times.append(now)
        return None


@dataclass
class Gate:
    """An ASGI application around all wires; the first part of a path is the wire's name."""

    wires: dict[str, Wire]
    switchboard: Switchboard
    log: Log
    pace: Pace
    key: str | None
    latency: float
    closing: asyncio.Event
    connections: Callable[[], Iterable[Any]]

    def __post_init__(self) -> None:
        self._odd = oddities.Overlay(self.switchboard)
        self._routers = {
            name: Router(wire.routes(), redirect_slashes=False, default=_not_found) for name, wire in self.wires.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, name, rest = (scope["path"] + "/").split("/", 2)
        wire = self.wires.get(name)
        if wire is None:
            await Response(f"No wire is called {name}", 404)(scope, receive, send)
            return
        inner = {**scope, "path": "/" + rest.rstrip("/"), "root_path": ""}
        body = await _read(receive)
        self.log.now += 1
        self.log.peak = max(self.log.peak, self.log.now)
        try:
            await self._pass(wire, inner, body, receive, send)
        finally:
            self.log.now -= 1

    async def _pass(self, wire: Wire, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        request = Request(scope)
        model = wire.model(request, _object(body))
        path = scope["path"]
        self.log.add(
            Seen(
                wire.name,
                scope["method"],
                path,
                scope["query_string"].decode("latin-1"),
                model,
                dict(request.headers),
                body,
                time.monotonic(),
            )
        )
        self.log.connections.add(scope["client"])
        # Refused before the wait, as a real gateway does: it is cheap, and no place is taken.
        if (wait := self.pace.excess()) is not None:
            problem = Problem("rate", model=model, retry_after=wait)
            await wire.problem(problem)(scope, receive, send)
            return
        self.pace.inside += 1
        try:
            await self._serve(wire, scope, body, model, receive, send)
        finally:
            self.pace.inside -= 1

    async def _serve(self, wire: Wire, scope: Scope, body: bytes, model: str, receive: Receive, send: Send) -> None:
        path = scope["path"]
        begin = asyncio.get_running_loop().time() + self.latency
        play = self._player(wire, scope, body, model)
        for fault in self.switchboard.strike(wire.name, path, model):
            await _until(begin)
            if fault.kind is FaultKind.SLOW:
                await asyncio.sleep(fault.delay)
                continue
            if await chaos.instead(fault, scope, receive, self.closing, self._reset):
                return
            problem = chaos.problem_of(fault, model)
            response = wire.problem(problem) if problem else chaos.response_of(fault, f"/{wire.name}{path}")
            if response is not None:
                await response(scope, receive, send)
                return
            await chaos.distort(fault, scope, receive, send, play, self.closing, self._reset)
            return

        async def in_time(message: Message) -> None:
            await _until(begin)
            await send(message)

        await play(in_time if self.latency else send)

    def _player(self, wire: Wire, scope: Scope, body: bytes, model: str) -> Callable[[Send], Awaitable[None]]:
        """The wire's own answer, still to be given."""

        async def play(send: Send) -> None:
            receive = _again(body)
            request = Request(scope)
            try:
                if self.key is not None and wire.needs_key(request) and wire.key(request) != self.key:
                    raise Problem("auth", model=model)
                await self._routers[wire.name](dict(scope), receive, send)
            except Problem as problem:
                await wire.problem(problem)(scope, receive, send)

        return self._odd.over(
            play, wire.name, path=scope["path"], body=_object(body), model=model, pause=wire.bench.chunk_delay
        )

    def _reset(self, scope: Scope) -> None:
        """Uvicorn hands its transports to nobody, so the connection is looked up by the client's address."""
        for connection in list(self.connections()):
            if connection.client == scope["client"]:
                chaos.rst(connection.transport)


async def _until(moment: float) -> None:
    """An answer is worked out while it is waited for: latency is the time until it begins."""
    if (wait := moment - asyncio.get_running_loop().time()) > 0:
        await asyncio.sleep(wait)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    raise Problem("not_found", f"Unknown request URL: {scope['method']} {scope['path']}.")


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return b"".join(parts)


def _again(body: bytes) -> Receive:
    """A receive that gives the body once more, and then waits as on a quiet line."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def _object(body: bytes) -> dict[str, Any]:
    if body.lstrip()[:1] != b"{":
        return {}
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}
