"""Servers of installed engines: started, awaited, and stopped with all that they started."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from msgspec import Struct

from engines.base import Engine, Served
from providers.base import find_provider
from tools.engines.environments import Environment
from tools.engines.processes import Clock, EngineError, Fault, Group, last_line

_PAUSE = 0.2  # seconds between two looks whether a server answers
_local = build_opener(ProxyHandler({}))  # no proxy stands before one's own machine


class Server(Struct, frozen=True):
    """One that answers: the name of its model, its address, and the seconds until it was ready."""

    environment: Environment
    model: str
    address: str
    group: Group
    log: Path
    ready: float

    def check(self) -> None:
        """Raises Fault where it has ended."""
        if (code := self.group.ended) is not None:
            msg = (
                f"{self.environment.name} {self.environment.version} ended while {self.model} was asked "
                f"({_ending(code)}), and said last: {last_line(self.log)}; nothing of it was kept"
            )
            raise Fault(msg)


def address_of(engine: Engine) -> str:
    """Where an engine is asked. Raises EngineError."""
    provider = find_provider(engine.provider)
    if provider is None:
        msg = f"no provider is named {engine.provider!r}; an engine needs one in providers/"
        raise EngineError(msg)
    if not engine.port:
        return provider.base_url
    return f"http://127.0.0.1:{engine.port}{urlsplit(provider.base_url).path or '/v1'}"


@contextlib.contextmanager
def serving(where: Environment, served: Served, before: Server | None = None) -> Iterator[Server]:
    """A model of an engine, served while the context lasts; `before`: the server that a gateway stands before.

    Raises EngineError where the port is taken; Fault where nothing answers in time.
    """
    address, model = address_of(where.engine), f"{served.name}@{where.version}"
    port = urlsplit(address).port or 80
    behind = {"behind": before.model, "upstream": before.address} if before else {"behind": "", "upstream": ""}
    words = where.words(model=model, port=str(port), **behind)
    free(where.engine)
    log, clock = where.folder.with_name(f"{where.folder.name}-{served.name}.log"), Clock()
    try:
        for name, text in where.engine.files.items():
            (where.run / name).write_text(text.format_map(words))
    except OSError as error:
        msg = f"{where.run} cannot be written: {error.strerror}; free some space"
        raise EngineError(msg) from error
    command = [text.format_map(words) for text in (*where.engine.serve, *served.options)]
    variables = {name: text.format_map(words) for name, text in where.engine.environment.items()}
    # What a server leaves where temporary files are (vLLM its sockets) goes with it.
    with (
        tempfile.TemporaryDirectory(prefix="engine-", ignore_cleanup_errors=True) as temporary,
        Group(command, where.run, {"TMPDIR": temporary, **variables}, log) as group,
    ):
        while not _answers(f"{address}/models"):
            if (code := group.wait(_PAUSE)) is not None or clock.seconds > where.engine.patience:
                how = f"did not answer in {clock.seconds:g} s" if code is None else f"ended at once ({_ending(code)})"
                msg = f"{where.name} {where.version} {how}, and said last: {last_line(log)}; {log} has the rest"
                raise Fault(msg)
        yield Server(where, model, address, group, log, clock.seconds)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def free(engine: Engine) -> None:
    """Raises EngineError where somebody else listens where an engine is to."""
    port = urlsplit(address_of(engine)).port or 80
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            msg = f"port {port} of {engine.provider} is taken; stop what listens there, and try again"
            raise EngineError(msg) from error


def _answers(url: str) -> bool:
    try:
        _local.open(Request(url), timeout=5).close()  # noqa: S310 - our own address
    except HTTPError as error:
        return error.code < 500  # some ask for a key before they list anything
    except (OSError, HTTPException):
        return False
    return True
