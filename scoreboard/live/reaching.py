"""Whether an address is one, and whether anything is to be reached there at all."""

from __future__ import annotations

import errno
import re
import socket
from urllib.parse import urlsplit

import anyio

from scoreboard.live.obstacles import Obstacle


def check(url: str) -> None:
    """Raises Obstacle for an address that is none."""
    why = ""
    try:
        parts = urlsplit(url)
        if any(char.isspace() or not char.isprintable() for char in url):
            why = "holds blanks or control characters, which no address can"
        elif parts.scheme not in ("http", "https") or not parts.hostname:
            why = "is no address: it needs http:// or https:// and a host, as in http://127.0.0.1:8080/v1"
        elif parts.port == 0:
            why = "has port 0, at which nobody listens; name the server's"
        elif parts.query or parts.fragment:
            why = "holds a query or fragment, behind which no path can be put; leave it out"
    except ValueError as error:
        why = f"is no address ({error}); name one such as http://127.0.0.1:8080/v1"
    if why:
        plain = re.sub(r"//[^/@]*@", "//", url.partition("?")[0])
        msg = f"--base-url {plain!r} {why}"
        raise Obstacle(msg)


async def connect(url: str, seconds: float) -> None:
    """Raises Obstacle where there is no connection to be had in that time."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    what = f"{host} port {port}"
    try:
        with anyio.fail_after(seconds):
            await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            what = f"{host} port {port}"
            stream = await anyio.connect_tcp(host, port)
        await stream.aclose()
    except (socket.gaierror, UnicodeError) as error:
        msg = f"there is no host named {host!r} ({_reason(error)}); check --base-url, and the network"
        raise Obstacle(msg) from None
    except TimeoutError:
        msg = f"{what} cannot be reached: no connection in time; check --base-url, and whether a firewall is between"
        raise Obstacle(msg) from None
    except OSError as error:
        if _is_refused(error):
            msg = f"nothing listens at {what} (connection refused); start the server, or check the port of --base-url"
        else:
            msg = f"{what} cannot be reached ({_reason(error)}); check --base-url, and the network"
        raise Obstacle(msg) from None


def _is_refused(error: BaseException | None) -> bool:
    """Whether it, or what it came of, is a refused connection."""
    if error is None:
        return False
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return getattr(error, "errno", None) == errno.ECONNREFUSED or any(map(_is_refused, (*inner, error.__cause__)))


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
