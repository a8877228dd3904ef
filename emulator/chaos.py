"""Plays faults, the same for all wires, between the socket and the wire's own answer."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable
from functools import cache

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from .faults import Fault, FaultKind
from .problem import Kind, Problem

Reset = Callable[[Scope], None]
Play = Callable[[Send], Awaitable[None]]

_PROBLEMS: dict[FaultKind, Kind] = {
    FaultKind.RATE: "rate",
    FaultKind.SERVER_ERROR: "server",
    FaultKind.UNAVAILABLE: "unavailable",
    FaultKind.OVERLOADED: "overloaded",
    FaultKind.EXPIRED_KEY: "auth",
    FaultKind.OUT_OF_CREDIT: "credit",
    FaultKind.MODEL_GONE: "model",
}
_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr></body></html>"
# Long enough for the client's kernel to have the part of the answer before the RST.
_HEAD_START = 0.05


def problem_of(fault: Fault, model: str) -> Problem | None:
    """The failure in the API's own words that a fault stands for, if it is of that sort."""
    kind = _PROBLEMS.get(fault.kind)
    return Problem(kind, model=model, retry_after=fault.retry_after) if kind else None


def response_of(fault: Fault, path: str) -> Response | None:
    """The answer that a fault puts in place of the wire's."""
    match fault.kind:
        case FaultKind.BAD_GATEWAY:
            return HTMLResponse(_PAGE.format("502 Bad Gateway"), 502)
        case FaultKind.HTML:
            return HTMLResponse(_PAGE.format("Welcome"), 200)
        case FaultKind.REDIRECT_LOOP:
            return RedirectResponse(path, 307)
        case FaultKind.GZIP_BOMB:
            return Response(_bomb(fault.size), 200, {"content-encoding": "gzip"}, "application/json")
    return None


async def instead(fault: Fault, scope: Scope, receive: Receive, closing: asyncio.Event, reset: Reset) -> bool:
    """Plays a fault that gives no answer at all; false if the fault is of another sort."""
    if fault.kind is FaultKind.RESET:
        reset(scope)
        return True
    if fault.kind is FaultKind.TIMEOUT:
        await _left(receive, closing).wait()
        reset(scope)
        return True
    return False


async def distort(
    fault: Fault, scope: Scope, receive: Receive, send: Send, play: Play, closing: asyncio.Event, reset: Reset
) -> None:
    """Lets the wire play its whole answer, then sends what the fault makes of it."""
    kept: list[Message] = []

    async def keep(message: Message) -> None:
        kept.append(message)

    await play(keep)
    start = kept[0]
    parts = [message["body"] for message in kept[1:] if message.get("body")] or [b""]
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    if fault.kind is FaultKind.WRONG_TYPE:
        headers = [(name, b"text/plain" if name == b"content-type" else value) for name, value in headers]
    elif fault.kind is FaultKind.INVALID_UTF8:
        parts[len(parts) // 2] = _spoilt(parts[len(parts) // 2])
    elif fault.kind in (FaultKind.CUT_JSON, FaultKind.CUT_EVENTS, FaultKind.RESET_IN_STREAM):
        parts = _half(parts, within=fault.kind is FaultKind.CUT_JSON)
    await send({**start, "headers": headers})
    for part in parts if fault.kind is not FaultKind.ENDLESS else parts[:1]:
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(0)
    if fault.kind is FaultKind.RESET_IN_STREAM:
        await asyncio.sleep(_HEAD_START)
        reset(scope)
        return
    if fault.kind is FaultKind.ENDLESS:
        await _repeat(parts[min(1, len(parts) - 1)] if len(parts) > 1 else b" ", receive, send, closing)
        return
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def rst(transport: asyncio.Transport) -> None:
    """Closes a connection by RST: no lingering means that the kernel sends no FIN."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _repeat(part: bytes, receive: Receive, send: Send, closing: asyncio.Event) -> None:
    left = _left(receive, closing)
    while not left.is_set():
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(0.005)


def _left(receive: Receive, closing: asyncio.Event) -> asyncio.Event:
    """Set when the client has gone or the server closes."""
    left = asyncio.Event()

    async def watch() -> None:
        gone, over = asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(closing.wait())
        _, waiting = await asyncio.wait({gone, over}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        left.set()

    watching.add(task := asyncio.ensure_future(watch()))
    task.add_done_callback(watching.discard)
    return left


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _half(parts: list[bytes], *, within: bool) -> list[bytes]:
    """The first half: of the parts, or, within the only part or where asked for, of the bytes."""
    if len(parts) > 1 and not within:
        return parts[: len(parts) // 2]
    whole = b"".join(parts)
    return [whole[: len(whole) // 2]]


def _spoilt(part: bytes) -> bytes:
    """Bytes that are no UTF-8, within the last string that begins before the middle."""
    at = max(part.rfind(b':"', 0, len(part) * 3 // 4), part.rfind(b': "', 0, len(part) * 3 // 4))
    at = part.find(b'"', at) + 1 if at >= 0 else len(part) // 2
    return part[:at] + b"\xff\xfe\xc3" + part[at:]


@cache
def _bomb(size: int) -> bytes:
    return gzip.compress(b" " * size, 9)


# The event loop keeps only weak references to tasks.
watching: set[asyncio.Future[None]] = set()
