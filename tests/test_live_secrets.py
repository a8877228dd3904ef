"""A canary for a key, echoed back by the server in every way that it can: it stands in no file, no line, no table and no error."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import pytest
from msgspec import structs

from providers.base import Provider, find_provider
from scoreboard.budget import Budget
from scoreboard.report import JsonLines, Lines
from scoreboard.run import Run, ask_provider, chosen
from scoreboard.settings import Pace, Settings

CANARY = "cnry/Zq81+xw_9Vd==k3y"
ROOT = Path(__file__).parent.parent
ANSWER: dict[str, Any] = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}


def forms() -> list[bytes]:
    """The canary as it is, and as it travels; of base64 at each alignment what no neighbour changes."""
    raw = CANARY.encode()
    found = [raw, quote(CANARY, safe="").encode(), quote(CANARY).encode(), raw.hex().encode(), json.dumps(CANARY).encode()[1:-1]]
    found += [CANARY.replace("/", "\\/").encode()]
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + raw)[2 if shift else 0 : -4]
        found += [text[4:], text[4:].replace(b"+", b"-").replace(b"/", b"_")]
    return found


class Echo(BaseHTTPRequestHandler):
    """Says what it was asked with, in the way that its server was told."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, dict[str, str]]]
    how = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        # The key in the clear, wherever it came from, with what else was sent.
        told = f"{self.headers.get('authorization', '')} {CANARY} {self.path} {body.decode()[:200]}"
        answer, status, more = json.dumps(ANSWER), 200, {}
        match self.how:
            case "error" | "html":
                status, answer = 400, json.dumps({"error": {"message": f"no such thing: {told}", "param": CANARY, "code": CANARY}})
                answer = f"<html>{told}</html>" if self.how == "html" else answer
            case "text":
                answer = answer.replace("Hello", f"Hello {CANARY}, sk-{CANARY}")
            case "escaped":
                answer = answer.replace("Hello", "Hello " + "".join(f"\\u{ord(char):04x}" for char in CANARY))
            case "base64":
                answer = answer.replace("Hello", " ".join(base64.b64encode(b"x" * n + CANARY.encode()).decode() for n in range(3)))
            case "encoded":
                answer = answer.replace("Hello", f"{quote(CANARY, safe='')} {CANARY.encode().hex()} {quote(CANARY)}")
            case "headers":
                more = {"x-echo": CANARY, "set-cookie": f"session={CANARY}; Path=/", "x-url": f"https://example.com/?key={quote(CANARY)}"}
            case "redirect":
                status, more = 307, {"location": f"http://127.0.0.1:{self.connection.getsockname()[1]}/elsewhere?key={quote(CANARY)}"}
            case "server":
                status, answer = 500, f"boom {told}"
        self._send(status, answer.encode(), more)

    def _send(self, status: int, answer: bytes, more: dict[str, str]) -> None:
        stream = self.how == "stream"
        self.send_response(status)
        for name, value in {"content-type": "text/event-stream" if stream else "application/json", **more}.items():
            self.send_header(name, value)
        if not stream:
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            return
        self.send_header("connection", "close")
        self.end_headers()
        half = len(CANARY) // 2
        chunk = {"choices": [{"index": 0, "delta": {"content": f"Hello {CANARY}"}, "finish_reason": None}]}
        line = f"data: {json.dumps(chunk)}\n\n".encode()
        at = line.index(CANARY[:half].encode()) + half
        for piece in (line[:at], line[at:], b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'):
            self.wfile.write(piece)  # the key comes in two pieces
            self.wfile.flush()
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def echoing(how: str) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    asked: list[tuple[str, dict[str, str]]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Told", (Echo,), {"how": how, "asked": asked}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked
    finally:
        server.shutdown()
        server.server_close()


def provider(key: tuple[str, str]) -> Provider:
    known = find_provider("openaicompatible")
    assert known
    return structs.replace(known, key=key)


def leaks(data: bytes) -> list[bytes]:
    return [form for form in forms() if form in data]


HOW = ["error", "html", "text", "escaped", "base64", "encoded", "headers", "redirect", "server", "stream"]


@pytest.mark.parametrize("key", [("authorization", "Bearer "), ("?key", "")], ids=["header", "query"])
@pytest.mark.parametrize("how", HOW)
def test_a_key_that_is_echoed_is_kept_nowhere(tmp_path: Path, how: str, key: tuple[str, str]) -> None:
    said: list[str] = []
    budget = Budget()
    mode = "stream" if how == "stream" else "sync"
    with echoing(how) as (url, asked):
        how_to = Run(
            Settings(tries=1, samples=1, pace={"default": Pace(timeout=5)}), {"OPENAI_COMPATIBLE_API_KEY": CANARY}, budget,
            tmp_path / "cassettes", tmp_path / "results", base_url=url, only=("json", "cite", "seed"),
        )  # fmt: skip
        for report in (Lines(said.append, budget), JsonLines(said.append, budget)):
            anyio.run(ask_provider, structs.replace(how_to, force=bool(said)), provider(key), [f"m/{mode}"], chosen(how_to.only), report)
            report.end()
    assert asked
    # It was really sent, and to the provider alone.
    assert all((CANARY in headers.get("authorization", "")) == (key[0] == "authorization") for _, headers in asked)
    assert all(not path.startswith("/elsewhere") and "cookie" not in headers for path, headers in asked)
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(path.suffix == ".json" for path in written)
    assert {path: found for path, data in written.items() if (found := leaks(data))} == {}
    assert not leaks("\n".join(said).encode())
    for command in (["render", "--output", "pages"], ["explain", "openaicompatible/m"], ["export"], ["replay"]):
        shown = subprocess.run(
            [sys.executable, "-m", "scoreboard", *command], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
        )
        assert not leaks(shown.stdout + shown.stderr), command
    assert not [path for path in (tmp_path / "pages").rglob("*") if path.is_file() and leaks(path.read_bytes())]


@pytest.mark.parametrize("fails", ["ZeroDivisionError(key)", "OSError(5, key, key)", "KeyError(key)"])
def test_a_key_within_an_error_of_ours_is_not_told(tmp_path: Path, fails: str) -> None:
    code = (
        "import os, sys, scoreboard.run\n"
        "def broken(*_):\n    key = os.environ['OPENAI_COMPATIBLE_API_KEY']\n    raise {fails}\n"
        "scoreboard.run.targets = broken\nfrom scoreboard.cli import main\n"
        "sys.argv = ['scoreboard', 'record', 'openaicompatible/m']\nmain()\n"
    ).replace("{fails}", fails)
    environment = {"PYTHONPATH": str(ROOT), "OPENAI_COMPATIBLE_API_KEY": CANARY}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert not leaks(done.stdout + done.stderr)
    assert len(done.stderr.splitlines()) == 1
