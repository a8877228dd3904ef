"""What a gateway loses, alters and adds: a real LiteLLM proxy in front of the emulators, and these asked directly.

    python -m tools.gateways [WIRE ...]        writes docs/gateways.md where all wires are measured

LiteLLM (PyPI `litellm[proxy]`) is installed in an environment of its own, below the system's folder for temporary
files, or where GATEWAYS_VENV says. It gets a configuration, no database, no telemetry, and no key but one made up here.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from msgspec import Struct

from emulator import IGNORES, REJECTS, WORKS, Behaviour, Server, Switchboard, serve
from emulator.switchboard import CAPABILITIES
from scoreboard.comparing import Live, comparison
from scoreboard.disk import write
from scoreboard.live.obstacles import Obstacle
from scoreboard.live.run import chosen
from scoreboard.pages.compare import Comparison, table
from scoreboard.pages.markup import environment, escape, grid
from scoreboard.results.comparing import KINDS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "gateways.md"
VERSION = "1.108.0"  # the newest whose parts are all on PyPI
_TEMPORARY = Path(tempfile.gettempdir(), "llm-scoreboard-gateways", f"litellm-{VERSION}")
VENV = Path(os.environ.get("GATEWAYS_VENV") or _TEMPORARY)
KEY = "test-key"
# By wire: how LiteLLM calls whoever speaks it, and the part of the address that it adds itself.
WIRES: Mapping[str, tuple[str, str]] = {
    "openai_chat": ("openai", ""),
    "anthropic": ("anthropic", "/v1"),
    "gemini": ("gemini", ""),
}
# What no field of a request asks for.
_UNASKED = ("limits", "usage", "finish")
_FIELDS = tuple(
    name for name in CAPABILITIES if name not in ("in.text", "out.text", "tools.unbiased", "tools.decisive", *_UNASKED)
)
# Upstream models: what they do, and how which capabilities are set for that.
MODELS: Mapping[str, tuple[str, Behaviour, Sequence[str]]] = {
    "able": ("does all that its API has a field for", WORKS, ()),
    "heedless": ("takes every field and heeds none", IGNORES, _FIELDS),
    # One of the APIs demands a cap on tokens.
    "refusing": ("refuses media, and every field but the cap on tokens", REJECTS, [*{*_FIELDS} - {"max_tokens"}]),
    "uncounted": ("counts no tokens", IGNORES, ("usage",)),
    "endless": ("gives no reason why it ended", IGNORES, ("finish",)),
}
# What cannot be behind any gateway, and why.
_NONE = {("gemini", "endless"): "its streams end by the reason that they give"}
_STARTS = 180.0  # seconds


class GatewayError(Exception):
    """A proxy that cannot be installed or started; the message says why."""


class Measured(Struct, frozen=True):
    """An upstream model asked directly, and through the gateway; a sentence says why it could not be."""

    wire: str
    kind: str
    told: Comparison | str

    @property
    def counts(self) -> list[str]:
        """How many cells are of each kind; empty where it could not be asked."""
        return ["" for _ in KINDS] if isinstance(self.told, str) else list(map(str, self.told.counts.values()))

    @property
    def found(self) -> str:
        """What differs, as a table of Markdown, or why it could not be asked."""
        if isinstance(self.told, str):
            return f"{escape(self.told)}."
        return table(self.told, *KINDS[:3], evidence=False) if self.told.differs else "Nothing differs."


def set_up() -> Path:
    """LiteLLM's own Python, installed where it is not there yet."""
    python = VENV / "bin" / "python"
    if not (VENV / ".ready").exists():
        venv.create(VENV)
        pip = [sys.executable, "-m", "pip", "--python", str(python)]
        subprocess.run([*pip, "install", "--quiet", f"litellm[proxy]=={VERSION}"], check=True)
        (VENV / ".ready").touch()
    return python


def board() -> Switchboard:
    """What each upstream model can do."""
    made = Switchboard(models=tuple(map(name, MODELS)))
    for kind, (_, behaviour, capabilities) in MODELS.items():
        for capability in capabilities:
            made.set(capability, behaviour, model=name(kind))
    return made


def name(kind: str) -> str:
    """The name of an upstream model."""
    return f"emulated-{kind}"


@contextmanager
def proxy(server: Server, wires: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A running LiteLLM proxy in front of the emulators: its address, and its key. Raises GatewayError."""
    key, port = f"sk-{secrets.token_hex(16)}", _free_port()
    models = [
        {
            "model_name": f"{name(kind)}-{wire}",
            "litellm_params": {
                "model": f"{WIRES[wire][0]}/{name(kind)}",
                "api_base": server.url(wire).removesuffix(WIRES[wire][1]),
                "api_key": KEY,
            },
        }
        for wire in wires
        for kind in MODELS
    ]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.yaml")  # JSON is YAML
        config.write_text(json.dumps({"model_list": models, "litellm_settings": {"telemetry": False}}))
        environ = {
            "PATH": os.environ["PATH"], "HOME": folder, "LITELLM_MASTER_KEY": key, "LITELLM_TELEMETRY": "False",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "127.0.0.1",
        }  # fmt: skip
        options = ["--config", str(config), "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"]
        with Path(folder, "log").open("w+b") as log:
            command = [str(set_up()), str(VENV / "bin" / "litellm"), *options]
            running = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log)
            try:
                _wait(f"http://127.0.0.1:{port}/health/liveliness", running, Path(folder, "log"))
                yield f"http://127.0.0.1:{port}/v1", key
            finally:
                running.terminate()
                running.wait(30)


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def _wait(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _STARTS
    while time.monotonic() < end and running.poll() is None:
        try:
            urlopen(url, timeout=5).close()  # noqa: S310 - our own address
        except (URLError, OSError):
            time.sleep(0.3)
        else:
            return
    msg = f"LiteLLM did not start; the end of what it printed: {log.read_text(errors='replace')[-2000:]}"
    raise GatewayError(msg)


def measured(wires: Sequence[str], kinds: Sequence[str] = (*MODELS,), cells: Sequence[str] = ()) -> list[Measured]:
    """Upstream models of wires, asked directly and through LiteLLM, which is asked in chat completions; for these
    cells, where any are named. Raises GatewayError.
    """
    found = []
    with serve(board(), wires, chunk_delay=0.02) as server, proxy(server, wires) as (url, key):
        os.environ |= {"GATEWAYS_DIRECT_KEY": KEY, "GATEWAYS_PROXY_KEY": key}
        for wire in wires:
            for kind in kinds:
                with tempfile.TemporaryDirectory() as folder:
                    live = Live(
                        urls=(server.url(wire), url), models=(name(kind), f"{name(kind)}-{wire}"),
                        wires=(wire, "openai_chat"), keys=("GATEWAYS_DIRECT_KEY", "GATEWAYS_PROXY_KEY"),
                        probes=chosen(cells, deep=True), timeout=60.0, folder=Path(folder),
                    )  # fmt: skip
                    told = f"Not measured: {why}" if (why := _NONE.get((wire, kind))) else _told(live, cells)
                    found.append(Measured(wire, kind, told))
    return found


def _told(live: Live, cells: Sequence[str]) -> Comparison | str:
    """The comparison; where an endpoint cannot be asked, what stands in the way."""
    try:
        return comparison((), live, live.folder, cells)
    except Obstacle as error:
        line = re.sub(r"http://127\.0\.0\.1:\d+", "", str(error))
        return f"Through the gateway it does not answer a plain question: {line}"


def page(found: Sequence[Measured]) -> str:
    """docs/gateways.md."""
    counts = [(one.wire, one.kind, *one.counts) for one in found]
    return (
        environment()
        .get_template("gateways.md.j2")
        .render(
            version=VERSION, day=datetime.now(UTC).date().isoformat(), found=found,
            models={kind: does for kind, (does, *_) in MODELS.items()},
            counts=grid(("API behind it", "Upstream model", *KINDS), counts),
        )
    )  # fmt: skip


def main(words: Sequence[str]) -> int:
    """Measures, and writes the page; the exit is 1 where something is in the way."""
    wires = list(words) or list(WIRES)
    if unknown := [word for word in wires if word not in WIRES]:
        print(f"no wire is named {unknown[0]!r} here; there are {', '.join(WIRES)}", file=sys.stderr)
        return 2
    try:
        found = measured(wires)
    except (GatewayError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    if words:
        print(page(found))
    else:
        write(PAGE, page(found).encode())
    for one in found:
        print(f"{one.wire} {one.kind}: {one.told if isinstance(one.told, str) else one.told.head}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
