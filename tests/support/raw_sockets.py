"""Servers of a few lines that do what no API does: say nothing, close at once, speak something else."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does the same with each connection; the address of an API that would be there."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(50)
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            held.append(connection)
            threading.Thread(target=behave, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"
    finally:
        server.close()
        for connection in held:
            connection.close()


def closes(connection: socket.socket) -> None:
    connection.close()


def hangs(connection: socket.socket) -> None:
    """Takes what comes, and never answers."""
    try:
        while connection.recv(65536):
            pass
    except OSError:
        pass


def speaks_otherwise(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
    connection.close()
