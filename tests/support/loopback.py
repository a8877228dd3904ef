"""A real HTTP server on this machine that answers what it was told to, and keeps what it was asked.

with serving(Canned(b'{"id": 1}')) as server:
    sdk = openai.OpenAI(base_url=server.url, api_key="x", max_retries=0)
    ...
assert server.asked[0].json() == {...}
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from msgspec import Struct, field


class Canned(Struct, frozen=True):
    """A response: its body, content type, status and further headers."""

    body: bytes = b"{}"
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Asked(Struct, frozen=True):
    """A request as it came. `path` has the query; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.body)


class Loopback:
    """The server: its URL (no trailing slash) and the requests so far. Canned answers are given in turn, the last again."""

    def __init__(self, answers: tuple[Canned, ...]) -> None:
        self._answers = answers
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(size) if size else self._chunked()
                headers = {name.lower(): value for name, value in self.headers.items()}
                canned = outer._next(Asked(self.command, self.path, headers, body))
                self.send_response(canned.status)
                for name, value in {
                    "content-type": canned.content_type, "content-length": str(len(canned.body)), **canned.headers,
                }.items():  # fmt: skip
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(canned.body)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer

            def _chunked(self) -> bytes:
                body = b""
                if self.headers.get("transfer-encoding", "").lower() == "chunked":
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                return body

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def _next(self, asked: Asked) -> Canned:
        with self._lock:
            self.asked.append(asked)
            return self._answers[min(len(self.asked), len(self._answers)) - 1]


@contextmanager
def serving(*answers: Canned) -> Iterator[Loopback]:
    """A server that runs for the length of the block."""
    server = Loopback(answers or (Canned(),))
    thread = threading.Thread(target=server._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server._server.shutdown()
        server._server.server_close()
        thread.join()
