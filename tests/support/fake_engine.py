"""An engine of our own for tests of what runs engines: a wheel with a small real server, and the file that describes it.

The server answers everything with the same words. How it behaves is its first option: `well`; `ends` at once; never
answers (`hangs`); `dies` at its fifth question; `waits` for ever at it, once it has told its process in a file `asked`.
"""

import socket
import zipfile
from pathlib import Path

_SERVER = """
import json, os, subprocess, sys, tempfile, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

how, port, model = sys.argv[1], int(sys.argv[2]), sys.argv[3]
if how == "ends":
    sys.exit("no such model: <b>tiny</b>")
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("processes", "w").write(f"{os.getpid()} {child.pid}")
open("temporary", "w").write(tempfile.mkstemp()[1])
questions = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_): pass

    def answer(self, body, kind="application/json", status=200):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if how == "hangs":
            return self.answer(b"{}", status=503)
        self.answer(json.dumps({"data": [{"id": model}]}).encode())

    def do_POST(self):
        global questions
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        questions += 1
        if questions >= 5 and how == "dies":
            print("segmentation fault, they said", flush=True)
            os._exit(3)
        if questions >= 5 and how == "waits":
            open("asked", "w").write("yes")
            time.sleep(600)
        head = {"id": "1", "created": 1, "model": model}
        if asked.get("stream"):
            chunk = {**head, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}]}
            return self.answer(b"data: " + json.dumps(chunk).encode() + b"\\n\\ndata: [DONE]\\n\\n", "text/event-stream")
        choice = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
        self.answer(json.dumps({**head, "object": "chat.completion", "choices": [choice]}).encode())


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""

_ENGINE = """
from engines.base import Engine, Served

engine = Engine(
    provider="llamacpppython", package="fake-engine", requirements=("fake-engine=={{version}}",), versions=("1.0",),
    served=(Served("tiny"),), build={build!r}, port={port}, patience={patience}, longest={longest},
    make=("{{python}}", "-c", "open('model', 'w').write('weights')"),
    serve=("{{python}}", "-m", "fake_engine", "{how}", "{{port}}", "{{model}}"),
)
"""


def wheel(folder: Path, version: str = "1.0") -> Path:
    """The engine as pip installs it, without any network."""
    path = folder / f"fake_engine-{version}-py3-none-any.whl"
    info = f"fake_engine-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fake_engine.py", _SERVER)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: fake-engine\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def described(
    folder: Path, wheels: Path, how: str = "well", *, port: int = 0, patience: float = 60.0, longest: float = 600.0
) -> Path:
    """The folder of engines with this one in it, as `fake`."""
    build = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_EXTRA_INDEX_URL": ""}
    (folder / "fake").mkdir(parents=True, exist_ok=True)
    text = _ENGINE.format(how=how, port=port or free_port(), patience=patience, longest=longest, build=build)
    (folder / "fake" / "engine.py").write_text(text)
    return folder
