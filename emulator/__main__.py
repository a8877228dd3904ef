"""Runs the emulators on their own: `python -m emulator --port 8900 openai_chat`."""

import argparse

from .server import KEY, Server
from .switchboard import Behaviour, Switchboard
from .wires import discover


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m emulator", description="Emulates the wire formats of LLM APIs.")
    parser.add_argument("wires", nargs="*", help=f"which wires, all by default: {', '.join(discover())}")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY, help="the key that clients have to send; empty for none")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--chunk-delay", type=float, default=0.0, help="seconds between the pieces of a stream")
    parser.add_argument("--concurrency", type=int, help="requests at a time before 429")
    parser.add_argument("--per-minute", type=int, help="requests a minute before 429")
    parser.add_argument("--models", default="emulated", help="names for the lists of models, with commas")
    parser.add_argument("--set", action="append", default=[], metavar="CAPABILITY=ACT", help="e.g. json=rejects")
    options = parser.parse_args()
    switchboard = Switchboard(models=tuple(options.models.split(",")))
    for setting in options.set:
        capability, _, act = setting.partition("=")
        switchboard.set(capability, Behaviour(act))
    server = Server(
        switchboard,
        options.wires or None,
        key=options.key or None,
        port=options.port,
        latency=options.latency,
        chunk_delay=options.chunk_delay,
        concurrency=options.concurrency,
        per_minute=options.per_minute,
        keep=100,
    )
    server.start()
    for name in server.wires:
        print(f"{name} {server.url(name)}", flush=True)
    try:
        server.wait()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
