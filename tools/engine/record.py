"""A real engine, small enough for any machine: sets it up in an environment of its own, starts it, records it, stops
it.

    python tools/engine/record.py            (make engine; compiles for some ten minutes the first time)

llama-cpp-python's server (https://llama-cpp-python.readthedocs.io/en/latest/server/) with a model of seeded random
weights: what it
says is gibberish, so only what the server decides is measured on it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
VERSION, MODEL, PORT = "0.3.36", "tiny-random", 8802
# Without the newest instructions of this very processor, and without pictures, which would need another model.
BUILD = {"CMAKE_ARGS": "-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF -DMTMD_BUILD=OFF"}


def set_up(folder: Path) -> Path:
    """The engine's own Python, installed where it is not there yet."""
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        venv.create(folder, with_pip=True)
        packages = [f"llama-cpp-python[server]=={VERSION}", "gguf"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True, env={**os.environ, **BUILD})
        (folder / ".ready").touch()
    return python


def wait_for(url: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Until the server answers; RuntimeError where it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(url, timeout=1).close()  # noqa: S310 (our own address)
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    msg = f"{url} does not answer; see what the server printed above"
    raise RuntimeError(msg)


def main() -> int:
    """Records the engine; the exit code is that of `scoreboard record`."""
    # Not in the checkout, whose place would stand in the server's own error messages, and so in the cassettes.
    folder = Path(os.environ.get("ENGINE_VENV", Path(tempfile.gettempdir()) / "engine" / "venv"))
    python = set_up(folder)
    model = folder / "tiny.gguf"
    if not model.exists():
        subprocess.run([python, HERE / "make_tiny_gguf.py", model, HERE / "tiny_chat.jinja"], check=True)
    options = [
        "--model",
        str(model),
        "--model_alias",
        MODEL,
        "--n_ctx",
        "4096",
        "--host",
        "127.0.0.1",
        "--port",
        str(PORT),
        "--verbose",
        "false",
    ]
    server = subprocess.Popen([python, "-m", "llama_cpp.server", *options])
    try:
        wait_for(f"http://127.0.0.1:{PORT}/v1/models", server)
        record = [sys.executable, "-m", "scoreboard", "record", f"llamacpppython/{MODEL}", *sys.argv[1:]]
        return subprocess.run(record, cwd=ROOT, check=False).returncode
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    sys.exit(main())
