"""What an oddity is, and how it is laid over a wire: it may change the question, the answer, or what is sent of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

import msgspec
from starlette.types import Message, Send

from ..question import Answer, Question
from ..switchboard import Act

Json = dict[str, Any]
T = TypeVar("T")
Play = Callable[[Send], Awaitable[None]]

SSE, LINES, WHOLE = "sse", "lines", "whole"


@dataclass(slots=True)
class Asked:
    """One request to an odd model. `question` and `answer` are there once the wire has read the one and the model given the other.

    `memory` is what the oddity keeps of all requests to the model, `measure` its measure in seconds, and `beside` tells whether
    another request to the model was in flight at the same time.
    """

    oddity: "Oddity"
    wire: str
    path: str
    body: Json
    memory: dict[Any, Any]
    measure: float = 0.0
    beside: bool = False
    question: Question | None = None
    answer: Answer | None = None

    @property
    def read(self) -> Question:
        """The question; an empty one where the wire never read it."""
        return self.question or Question("")

    @property
    def said(self) -> Answer:
        """The answer; an empty one where the model gave none."""
        return self.answer or Answer("")

    @property
    def formatted(self) -> bool:
        """Whether JSON is asked for, with a schema or without."""
        return self.read.json or self.read.schema is not None


@dataclass(frozen=True, slots=True)
class Shown:
    """A response as it goes to the socket: each part is sent on its own. `after` are seconds that it waits before."""

    status: int
    headers: list[tuple[bytes, bytes]]
    parts: list[bytes]
    after: float = 0.0

    @property
    def type(self) -> str:
        """The content type, bare."""
        return dict(self.headers).get(b"content-type", b"").decode("latin-1").partition(";")[0]

    @property
    def frame(self) -> str:
        """How values stand in the body: as events, as lines, or as one."""
        return {"text/event-stream": SSE, "application/x-ndjson": LINES}.get(self.type, WHOLE)

    @property
    def streamed(self) -> bool:
        return self.frame != WHOLE

    def each(self, change: Callable[[Json], Iterable[Json]]) -> Self:
        """Each JSON object of the body becomes what the function makes of it: another, several, or none."""
        return self.with_parts(made for part in self.parts for made in _changed(part, change))

    def values(self) -> list[Json]:
        """The JSON objects of the body."""
        return [value for _, value, _ in map(_opened, self.parts) if isinstance(value, dict)]

    def with_parts(self, parts: Iterable[bytes]) -> Self:
        return replace(self, parts=list(parts))

    def with_header(self, name: bytes, value: bytes) -> Self:
        return replace(self, headers=[*((one, old) for one, old in self.headers if one != name), (name, value)])

    def typed(self, content_type: str) -> Self:
        """Under another content type."""
        return self.with_header(b"content-type", content_type.encode("latin-1"))

    async def sent(self, send: Send, pause: float) -> None:
        """Plays the response on the socket, part by part."""
        await asyncio.sleep(self.after)
        headers = [(name, value) for name, value in self.headers if name != b"content-length"]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for part in self.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.sleep(pause)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@dataclass(slots=True)
class Oddity:
    """One odd behaviour of a server that speaks a wire.

    `instead` answers before the wire has read the request, `asks` once it has (or changes the question); None lets it pass. `says`
    changes the model's answer, `shows` what is sent. `acts` are behaviours of capabilities. `latency` in seconds.
    """

    instead: Callable[[Asked], Shown | None] | None = None
    asks: Callable[[Asked], Shown | None] | None = None
    says: Callable[[Asked], None] | None = None
    shows: Callable[[Asked, Shown], Shown] | None = None
    acts: Mapping[str, Act] = field(default_factory=dict)
    latency: float = 0.0


class Refused(Exception):
    """What is answered instead of the model."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        super().__init__()


# The request that is being answered, where its model is odd.
CURRENT: ContextVar[Asked | None] = ContextVar("CURRENT", default=None)
_KEPT: dict[str, dict[str, Oddity]] = {}


def known() -> dict[str, dict[str, Oddity]]:
    """The oddities by case and wire."""
    return _KEPT


def oddity(case: str, *wires: str, **parts: Any) -> None:
    """Makes an oddity known on some wires, or adds parts to it."""
    for wire in wires:
        there = _KEPT.setdefault(case, {})
        there[wire] = replace(there.get(wire, Oddity()), **parts)


def instead(case: str, *wires: str) -> Callable[[T], T]:
    return _part("instead", case, wires)


def asks(case: str, *wires: str) -> Callable[[T], T]:
    return _part("asks", case, wires)


def says(case: str, *wires: str) -> Callable[[T], T]:
    return _part("says", case, wires)


def shows(case: str, *wires: str) -> Callable[[T], T]:
    return _part("shows", case, wires)


def _part(part: str, case: str, wires: tuple[str, ...]) -> Callable[[T], T]:
    def keep(function: T) -> T:
        oddity(case, *wires, **{part: function})
        return function

    return keep


def told(status: int, value: Any, *, after: float = 0.0) -> Shown:
    """A JSON body, or plain text."""
    plain = isinstance(value, str)
    body = value.encode() if plain else msgspec.json.encode(value)
    content_type = b"text/plain; charset=utf-8" if plain else b"application/json"
    return Shown(status, [(b"content-type", content_type)], [body], after)


def streamed(parts: Iterable[bytes]) -> Shown:
    """A stream of events."""
    return Shown(200, [(b"content-type", b"text/event-stream; charset=utf-8")], list(parts))


async def overlaid(asked: Asked, play: Play, send: Send, pause: float) -> None:
    """Lets the wire play its answer, and sends what the oddity makes of it."""
    odd = asked.oddity
    shown = odd.instead(asked) if odd.instead else None
    if shown is None:
        shown = await _played(asked, play)
    await shown.sent(send, pause)


async def _played(asked: Asked, play: Play) -> Shown:
    kept: list[Message] = []

    async def keep(message: Message) -> None:
        kept.append(message)

    token = CURRENT.set(asked)
    try:
        await play(keep)
    except Refused as refused:
        return refused.shown
    finally:
        CURRENT.reset(token)
    parts = [message["body"] for message in kept[1:] if message.get("body")]
    shown = Shown(
        kept[0]["status"], [(name, value) for name, value in kept[0]["headers"] if name != b"content-length"], parts
    )
    # What the wire itself refused is shown as it is.
    change = asked.oddity.shows
    return change(asked, shown) if change and asked.answer is not None and shown.status == 200 else shown


def _opened(part: bytes) -> tuple[bytes, Any, bytes]:
    """What stands before the value, the value (none where it is no JSON), and what stands after it."""
    body = part.rstrip(b"\r\n")
    at = body.find(b"data: ")
    head = body[: at + 6] if body.startswith((b"event: ", b"data: ")) and at >= 0 else b""
    try:
        return head, msgspec.json.decode(body[len(head) :]), part[len(body) :]
    except msgspec.DecodeError:
        return head, None, part[len(body) :]


def _changed(part: bytes, change: Callable[[Json], Iterable[Json]]) -> Iterable[bytes]:
    head, value, tail = _opened(part)
    if not isinstance(value, dict):
        return [part]
    # An event of Anthropic's and OpenAI's is named by its type.
    named = head.startswith(b"event: ")
    return [
        (b"event: %s\ndata: " % str(one.get("type", "")).encode() if named else head) + msgspec.json.encode(one) + tail
        for one in change(value)
    ]
