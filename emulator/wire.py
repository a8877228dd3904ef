"""What every wire is: routes, its API's errors, where its key and its model stand; and helpers to render answers."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import anyio
import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from .brain import Brain
from .multipart import Form, parse
from .problem import Problem
from .store import Jobs, Shelf

Json = dict[str, Any]


@dataclass
class Bench:
    """What the wires of one server share; files and jobs are each wire's own."""

    brain: Brain
    models: tuple[str, ...]
    origin: str = ""
    chunk_delay: float = 0.0
    batch_polls: int = 1


@dataclass
class Wire(ABC):
    """One API. A file in wires/ holds exactly one; the file's stem is its name."""

    bench: Bench
    name: str = ""
    shelf: Shelf = field(default_factory=Shelf)
    jobs: Jobs = field(default_factory=Jobs)
    ids: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    # What clients take as the base address, after the host.
    base: ClassVar[str] = ""

    @abstractmethod
    def routes(self) -> list[Route]:
        """The paths of the API; an endpoint may raise Problem before its answer begins."""

    @abstractmethod
    def problem(self, problem: Problem) -> Response:
        """The API's true error."""

    def key(self, request: Request) -> str:
        """The key that the client sent: by default as a bearer token."""
        return request.headers.get("authorization", "").removeprefix("Bearer ").strip()

    def model(self, request: Request, body: Json) -> str:
        """The model that the request is for: by default the field "model"."""
        model = body.get("model", "")
        return model if isinstance(model, str) else ""

    def needs_key(self, request: Request) -> bool:
        """Whether this path is guarded at all."""
        return True

    def next_id(self) -> int:
        return next(iter(self.ids))

    @property
    def url(self) -> str:
        """The wire's own address, for links in answers."""
        return f"{self.bench.origin}/{self.name}{self.base}"


async def read_json(request: Request) -> Json:
    """The body as a JSON object."""
    try:
        body = msgspec.json.decode(await request.body())
    except msgspec.DecodeError:
        raise Problem("bad_request", "We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise Problem("bad_request", "The body of your request is not a JSON object.")
    return body


async def read_form(request: Request) -> Form:
    """The body as a multipart form."""
    return parse(request.headers.get("content-type", ""), await request.body())


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, headers, "application/json")


def stream_response(
    chunks: Iterable[bytes],
    delay: float,
    media_type: str = "text/event-stream; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The chunks one by one, so that each arrives on its own."""

    async def paced() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
            await anyio.sleep(delay)

    return StreamingResponse(paced(), 200, headers, media_type)


def event(value: Any, name: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + msgspec.json.encode(value) + b"\n\n"
