"""Runs the wires on a real socket in a background thread: `with serve(switchboard) as server: server.url("...")`."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn

from .brain import Brain
from .gate import Gate, Log, Pace, Seen
from .senses import ASSETS, Senses
from .sluggish import Sluggish
from .switchboard import Switchboard
from .wire import Bench, Wire
from .wires import discover

KEY = "test-key"


class Server:
    """Wires on 127.0.0.1, at a port of the system's choice unless told otherwise.

    `wires` are names, or wires by name, where one is spoken in a dialect. `latency` is added to each request and
    `chunk_delay` to each piece of a stream, in seconds. Beyond `concurrency` requests at a time, or `per_minute` requests
    in a `window` of seconds, the answer is the API's 429 with Retry-After. With `key` None, no key is asked for. A batch
    is done after `batch_polls` looks at it. `one_at_a_time` lets a request wait until the one before is answered;
    `failure_delay` is the time in seconds before each answer that is an error.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        wires: Iterable[str] | Mapping[str, type[Wire]] | None = None,
        *,
        key: str | None = KEY,
        port: int = 0,
        latency: float = 0.0,
        chunk_delay: float = 0.0,
        concurrency: int | None = None,
        per_minute: int | None = None,
        window: float = 60.0,
        batch_polls: int = 1,
        assets: Path = ASSETS,
        keep: int = 10_000,
        one_at_a_time: bool = False,
        failure_delay: float = 0.0,
    ) -> None:
        self.switchboard = switchboard
        self.log = Log(keep)
        self._socket = _bound(port)
        # Bound but never listening: the kernel refuses connections, and nobody else gets the port.
        self._closed = _bound(0)
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._brain = Brain(switchboard, assets)
        bench = Bench(self._brain, switchboard.models, self.origin, chunk_delay, batch_polls)
        known = wires if isinstance(wires, Mapping) else discover()
        self.wires: dict[str, Wire] = {name: known[name](bench, name) for name in (known if wires is None else wires)}
        self._closing = asyncio.Event()
        pace = Pace(concurrency, per_minute, window)
        self.gate = Gate(
            self.wires,
            switchboard,
            self.log,
            pace,
            key,
            latency,
            self._closing,
            lambda: self._uvicorn.server_state.connections,
        )
        config = uvicorn.Config(
            Sluggish(self.gate, one_at_a_time=one_at_a_time, failure_delay=failure_delay),
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            http="httptools",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
            date_header=True,
        )
        self._uvicorn = _Prompt(config, self._closing)
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        self._thread.start()
        while not self._uvicorn.started:
            if not self._thread.is_alive():
                message = "the emulator did not start"
                raise RuntimeError(message)
            time.sleep(0.005)

    def stop(self) -> None:
        self._uvicorn.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(10)
        self._socket.close()
        self._closed.close()

    def url(self, wire: str) -> str:
        """The base address of a wire, as clients of its API are given it."""
        return f"{self.origin}/{wire}{self.wires[wire].base}"

    def refused_url(self, wire: str) -> str:
        """The same at a port that nobody listens on."""
        return f"http://127.0.0.1:{self._closed.getsockname()[1]}/{wire}{self.wires[wire].base}"

    @property
    def senses(self) -> Senses:
        """What the model recognises; a test may teach it files of its own."""
        return self._brain.senses

    @property
    def requests(self) -> list[Seen]:
        """The requests so far, oldest first."""
        with self.log.lock:
            return list(self.log.requests)

    def count(self, path: str = "", model: str = "") -> int:
        """How many requests there were to paths with this ending, for this model."""
        with self.log.lock:
            return sum(
                count
                for (seen_path, seen_model), count in self.log.counts.items()
                if seen_path.endswith(path) and model in ("", seen_model)
            )

    def wait(self) -> None:
        """Blocks until the server ends."""
        while self._thread.is_alive():
            self._thread.join(1)

    def _run(self) -> None:
        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            await self._uvicorn.serve(sockets=[self._socket])

        asyncio.run(main())


class _Prompt(uvicorn.Server):
    """A server that ends at once, where the library looks ten times a second whether it is to, and waits as long again
    for connections that are gone by then. Tests start and stop thousands.
    """

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # their loss is told in the next turn of the loop
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)


@contextmanager
def serve(
    switchboard: Switchboard | None = None,
    wires: Iterable[str] | Mapping[str, type[Wire]] | None = None,
    **settings: object,
) -> Iterator[Server]:
    """A running server; the settings are those of Server."""
    server = Server(switchboard or Switchboard(), wires, **settings)  # type: ignore[arg-type]
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _bound(port: int) -> socket.socket:
    # Named as TCP, so that asyncio turns off Nagle's algorithm: else an answer's body waits 40 ms for its head to be acknowledged.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound
