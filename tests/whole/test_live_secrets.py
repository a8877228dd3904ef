"""A canary for a key, echoed back by the server in every way that it can: it stands in no file, no line, no table and no error."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from providers.base import Provider, Response, find_provider
from providers.chat import Chunk
from scoreboard.cli import app
from scoreboard.evidence.redaction import Redactor
from scoreboard.live.reporters import JsonLines, Lines
from scoreboard.live.run import Run, ask_provider, chosen
from scoreboard.net.budget import Budget
from scoreboard.net.session import Session
from scoreboard.settings import Pace, Settings
from tests.support import ROOT

CANARY = "cnry/Zq81+xw_9Vd==k3y"
ANSWER: dict[str, Any] = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}


def forms() -> list[bytes]:
    """The canary as it is, and as it travels; of base64 at each alignment what no neighbour changes."""
    raw = CANARY.encode()
    found = [
        raw,
        quote(CANARY, safe="").encode(),
        quote(CANARY).encode(),
        raw.hex().encode(),
        json.dumps(CANARY).encode()[1:-1],
    ]
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
                status, answer = (
                    400,
                    json.dumps({"error": {"message": f"no such thing: {told}", "param": CANARY, "code": CANARY}}),
                )
                answer = f"<html>{told}</html>" if self.how == "html" else answer
            case "text":
                answer = answer.replace("Hello", f"Hello {CANARY}, sk-{CANARY}")
            case "escaped":
                answer = answer.replace("Hello", "Hello " + "".join(f"\\u{ord(char):04x}" for char in CANARY))
            case "escaped in part":
                answer = answer.replace(
                    "Hello",
                    "Hello " + "".join(f"\\u{ord(char):04x}" if at % 3 else char for at, char in enumerate(CANARY)),
                )
            case "parts":
                parts = [
                    {"type": "text", "text": f"Hello {CANARY[:9]}"},
                    {"type": "text", "text": f"{CANARY[9:]}, I said"},
                ]
                answer = answer.replace('"Hello"', json.dumps(parts))
            case "busy" | "refused" | "gone":
                status = {"busy": 503, "refused": 401, "gone": 404}[self.how]
                answer = json.dumps({"error": {"message": f"not now: {told}", "type": CANARY}})
            case "name":
                more = {
                    f"x-{CANARY.replace('/', '-').replace('=', '.')}": "1",
                    "x-ratelimit-remaining-" + CANARY[5:14].lower(): CANARY,
                }
            case "base64":
                answer = answer.replace(
                    "Hello", " ".join(base64.b64encode(b"x" * n + CANARY.encode()).decode() for n in range(3))
                )
            case "encoded":
                answer = answer.replace("Hello", f"{quote(CANARY, safe='')} {CANARY.encode().hex()} {quote(CANARY)}")
            case "headers":
                more = {
                    "x-echo": CANARY,
                    "set-cookie": f"session={CANARY}; Path=/",
                    "x-url": f"https://example.com/?key={quote(CANARY)}",
                }
            case "redirect":
                status, more = (
                    307,
                    {"location": f"http://127.0.0.1:{self.connection.getsockname()[1]}/elsewhere?key={quote(CANARY)}"},
                )
            case "server":
                status, answer = 500, f"boom {told}"
        self._send(status, answer.encode(), more)

    def _send(self, status: int, answer: bytes, more: dict[str, str]) -> None:
        stream = self.how in ("stream", "deltas", "letters")
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
        said = {
            "stream": [f"Hello {CANARY}"],
            "deltas": [f"Hello {CANARY[:half]}", f"{CANARY[half:]}!"],
            "letters": ["Hello ", *CANARY],
        }[self.how]
        chunks = [{"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]} for text in said]
        lines = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode()
        at = lines.find(CANARY.encode()) + half if self.how == "stream" else len(lines) // 2
        for piece in (
            lines[:at],
            lines[at:],
            b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        ):
            self.wfile.write(piece)  # the key comes in two pieces, of one event or of several
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


HOW = [
    "error", "html", "text", "escaped", "escaped in part", "parts", "base64", "encoded", "headers", "name", "redirect", "server", "busy",
    "refused", "gone", "stream", "deltas", "letters",
]  # fmt: skip


@pytest.mark.parametrize("key", [("authorization", "Bearer "), ("?key", "")], ids=["header", "query"])
@pytest.mark.parametrize("how", HOW)
def test_a_key_that_is_echoed_is_kept_nowhere(
    tmp_path: Path, how: str, key: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    budget = Budget()
    mode = "stream" if how in ("stream", "deltas", "letters") else "sync"
    with echoing(how) as (url, asked):
        how_to = Run(
            Settings(tries=1, samples=1, pace={"default": Pace(timeout=5)}), {"OPENAI_COMPATIBLE_API_KEY": CANARY}, budget,
            tmp_path / "cassettes", tmp_path / "results", base_url=url, only=("json", "cite", "seed"),
        )  # fmt: skip
        for report in (Lines(said.append, budget), JsonLines(said.append, budget)):
            anyio.run(
                ask_provider,
                structs.replace(how_to, force=bool(said)),
                provider(key),
                [f"m/{mode}"],
                chosen(how_to.only),
                report,
            )
            report.end()
    assert asked
    # It was really sent, and to the provider alone.
    assert all((CANARY in headers.get("authorization", "")) == (key[0] == "authorization") for _, headers in asked)
    assert all(not path.startswith("/elsewhere") and "cookie" not in headers for path, headers in asked)
    # In no piece either: the longest that a note might have cut off.
    pieces = [CANARY[:12].encode(), CANARY[-12:].encode()]
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(path.suffix == ".json" for path in written)
    assert {path: found for path, data in written.items() if (found := leaks(data))} == {}
    assert not leaks("\n".join(said).encode())
    notes = b"".join(data for path, data in written.items() if path.suffix == ".json") + "\n".join(said).encode()
    assert not [piece for piece in pieces if piece in notes]
    monkeypatch.chdir(tmp_path)
    for command in (["render", "--output", "pages"], ["explain", "openaicompatible/m"], ["export"], ["replay"]):
        app(command, standalone_mode=False)
        shown = capsys.readouterr()
        assert shown.out
        assert not leaks((shown.out + shown.err).encode()), command
    assert not [path for path in (tmp_path / "pages").rglob("*") if path.is_file() and leaks(path.read_bytes())]


@pytest.mark.parametrize("fails", ["ZeroDivisionError(key)", "OSError(5, key, key)", "KeyError(key)"])
def test_a_key_within_an_error_of_ours_is_not_told(tmp_path: Path, fails: str) -> None:
    code = (
        "import os, sys, scoreboard.live.run\n"
        "def broken(*_):\n    key = os.environ['OPENAI_COMPATIBLE_API_KEY']\n    raise {fails}\n"
        "scoreboard.live.run.targets = broken\nfrom scoreboard.cli import main\n"
        "sys.argv = ['scoreboard', 'record', 'openaicompatible/m']\nmain()\n"
    ).replace("{fails}", fails)
    environment = {"PYTHONPATH": str(ROOT), "OPENAI_COMPATIBLE_API_KEY": CANARY}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert not leaks(done.stdout + done.stderr)
    assert len(done.stderr.splitlines()) == 1


@given(st.lists(st.integers(1, len(CANARY) - 1), max_size=6), st.sampled_from("Zqx9V+="), st.booleans())
def test_however_a_key_is_spread_over_events_it_is_taken_out_and_they_stay_events(
    cuts: list[int], escaped: str, slashed: bool
) -> None:
    ends = [0, *sorted(set(cuts)), len(CANARY)]
    pieces = ["before ", *(CANARY[start:end] for start, end in pairwise(ends)), " after"]
    lines = [json.dumps({"type": "chunk", "choices": [{"delta": {"content": piece}}], "n": 1}) for piece in pieces]
    code = f"\\u{ord(escaped):04x}"
    body = "".join(f"data: {line.replace(escaped, code)}\n\n" for line in lines)
    body = body.replace("/", "\\/") if slashed else body
    told = Redactor([CANARY]).own(Response(200, {}, body.encode(), (Chunk(len(body)),)))
    read = [json.loads(line[6:])["choices"][0]["delta"]["content"] for line in told.body.decode().split("\n\n") if line]
    assert "".join(read).replace("REDACTED", "") == "before  after"
    assert sum(chunk.size for chunk in told.chunks) == len(told.body)


@given(
    st.lists(
        st.sampled_from(
            [
                b'"',
                b"\\u00",
                b"\\",
                b"{",
                b"}",
                b"[",
                b":",
                b",",
                b"\n",
                b"data:",
                CANARY[:7].encode(),
                CANARY[7:].encode(),
            ]
        )
    )
)
def test_no_damaged_body_stops_the_search(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    told = Redactor([CANARY]).own(Response(200, {}, body)).body
    assert CANARY.encode() not in told


@given(
    st.text("abcdefghij0123456789-_", min_size=8, max_size=80),
    st.lists(st.integers(1, 79), max_size=20),
    st.lists(st.integers(0, 79), max_size=20),
    st.booleans(),
)
def test_no_split_of_a_key_over_the_events_of_a_stream_is_missed(
    key: str, cuts: list[int], escapes: list[int], other: bool
) -> None:
    places = sorted({0, len(key), *(cut for cut in cuts if cut < len(key))})
    spelt = [f"\\u{ord(char):04x}" if at in escapes else char for at, char in enumerate(key)]
    pieces = ["".join(spelt[start:end]) for start, end in pairwise(places)]
    pieces[0], pieces[-1] = f"it is {pieces[0]}", f"{pieces[-1]} indeed"
    noise = [{"id": "x"}, {"type": "delta"}] if other else []
    lines = [
        json.dumps({"choices": noise, "delta": {"text": "PIECE"}}).replace("PIECE", piece).encode() for piece in pieces
    ]
    kept = Redactor([key]).own(Response(200, {}, b"\n\n".join(b"data: " + line for line in lines)))
    read = "".join(json.loads(line[6:])["delta"]["text"] for line in kept.body.split(b"\n\n"))
    assert key not in read


def test_whose_account_it_is_stays_out_as_the_key_does() -> None:
    account = "0123456789abcdef-of-nobody"
    provider = find_provider("cloudflare")
    assert provider is not None
    session = Session(provider, Settings(), {"CLOUDFLARE_API_KEY": CANARY, "CLOUDFLARE_ACCOUNT_ID": account}, Budget())
    told = session.redactor.text(f"no route for /accounts/{account}/ai, asked with {CANARY}")
    assert told == "no route for /accounts/REDACTED/ai, asked with REDACTED"
