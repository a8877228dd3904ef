"""The way from a driver's request to the network, and from there to a whole response.

httpx.TransportError
└── TooLarge          a body beyond any honest answer's size, perhaps only once it was unpacked
Fault                 no response to be had: what became of the request, as the reason of an unknown verdict
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import AsyncIterator, Mapping
from functools import cache, lru_cache

import anyio
import httpx

from providers.base import Provider, Request, Response
from providers.chat import Chunk
from scoreboard.evidence.redaction import Redactor
from scoreboard.net.pool import USED
from scoreboard.net.signing import signature

LIMIT = 32 * 1024 * 1024
# A whole answer may take so many times as long as its longest pause.
_PATIENCE, _TIMES = 120.0, 5
_TIMEOUT = httpx.Timeout(5.0)
# How the body travelled; it is kept and handed on unpacked.
_TRAVEL = {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"}


class TooLarge(httpx.TransportError):
    """A body beyond any honest answer's size."""


class Fault(Exception):
    """No response: `reason` is one of timeout, network, cut, unreadable, own; the message holds no secret. `stale`: the
    connection had been used before, and ended before the response began: its server was closing it.
    """

    def __init__(self, message: str, reason: str, *, stale: bool = False) -> None:
        self.reason, self.stale = reason, stale
        super().__init__(message)


async def _unpacked(response: httpx.Response, limit: int, request: httpx.Request) -> AsyncIterator[bytes]:
    """The body's pieces; a packed one is unpacked no further than the limit allows. What is not packed at all, though
    its header says so, is passed on as it is.
    """
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "", "gzip", "x-gzip", "deflate"):
        msg = f"the body is packed as {packed!r:.40}, which was not asked for"
        raise httpx.DecodingError(msg, request=request)
    unpack = None if packed in ("identity", "") else zlib.decompressobj(zlib.MAX_WBITS | 32)
    size, begun = 0, False
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError(type(response.stream))
    async for piece in response.stream:
        if not begun and piece:
            begun = True
            # gzip begins with 1f (RFC 1952), zlib with a byte whose lower half is 8 (RFC 1950).
            if piece[0] != 0x1F and piece[0] & 0x0F != 8:
                unpack = None
        try:
            whole = unpack.decompress(piece, limit + 1) if unpack else piece
        except zlib.error as error:
            msg = f"the body is no {packed}: {error}"
            raise httpx.DecodingError(msg, request=request) from error
        if unpack and unpack.unconsumed_tail:
            raise _too_large(limit, request)
        size += len(whole)
        if size > limit:
            raise _too_large(limit, request)
        if whole:
            yield whole


def _too_large(limit: int, request: httpx.Request) -> TooLarge:
    return TooLarge(f"the body has more than {limit >> 20} MB", request=request)


def _lasting(headers: httpx.Headers) -> dict[str, str]:
    """Those that do not tell of the way, by names in lower case, as httpx gives them."""
    return {name: value for name, value in headers.items() if name not in _TRAVEL}


_SETTING = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")


def settings_in(url: str) -> list[str]:
    """The names of the settings in an address."""
    return _SETTING.findall(url)


def to_httpx(request: Request, provider: Provider, environ: Mapping[str, str]) -> httpx.Request:
    """The request as it is sent: with key or signature, the provider's headers, and {NAME} filled from the environment.

    Raises Fault("own") where a setting is missing.
    """

    def setting(name: str) -> str:
        if not environ.get(name):
            msg = f"{provider.title} needs the environment variable {name}; set it"
            raise Fault(msg, "own")
        return environ[name].strip()

    url = _url(_SETTING.sub(lambda match: setting(match[1]), request.url) if "{" in request.url else request.url)
    body = request.body
    for name in request.filled:
        body = body.replace(f"{{{name}}}".encode(), setting(name).encode())
    headers = {"accept-encoding": "identity", **provider.headers, **request.headers}
    if request.signed:
        headers |= signature(request.method, str(url), body, request.signed, environ)
        return httpx.Request(request.method, url, headers=headers, content=body)
    where, prefix = provider.key
    # A file that an API hands out by its own address, elsewhere, is none of the key's business.
    own = _host(_SETTING.sub(lambda match: environ.get(match[1], "").strip() or "unset", provider.base_url))
    if provider.key_env and (
        own in ("", url.host) or (request.keyed and url.scheme == "https" and _domain(own) == _domain(url.host))
    ):
        if where.startswith("?"):
            url = url.copy_merge_params({where[1:]: prefix + setting(provider.key_env)})
        else:
            headers[where] = prefix + setting(provider.key_env)
    return httpx.Request(request.method, url, headers=headers, content=body)


@lru_cache(100)
def _url(url: str) -> httpx.URL:
    """The address, read: the same few are asked again and again."""
    return httpx.URL(url)


@cache
def _host(base_url: str) -> str:
    """The host of an address; of a few, again and again."""
    return httpx.URL(base_url).host


def _domain(host: str) -> str:
    """The last two labels of a host's name ("api.us1.example.com" and "api.example.com" are of one domain); an address
    is its own.
    """
    return host if host.replace(".", "").isdigit() or ":" in host else ".".join(host.split(".")[-2:])


async def sent(
    transport: httpx.AsyncBaseTransport, request: httpx.Request, redactor: Redactor, patience: httpx.Timeout = _TIMEOUT
) -> Response:
    """The whole response, with the times at which its pieces came. Raises Fault for anything that is none.

    By the transport and not by a client, whose layers follow redirections, keep cookies and cost as much as the request
    itself.
    """
    request.extensions["timeout"] = patience.as_dict()
    start, pieces, chunks, begun = time.monotonic(), [], [], False
    whole = (patience.read or _PATIENCE) * _TIMES
    try:
        with anyio.CancelScope(deadline=anyio.current_time() + whole) as scope:
            response = await transport.handle_async_request(request)
            begun = True
            try:
                async for piece in _unpacked(response, LIMIT, request):
                    pieces.append(piece)
                    chunks.append(Chunk(len(piece), time.monotonic() - start))
            finally:
                await response.aclose()
    except httpx.TimeoutException as error:
        msg = f"no answer in time ({type(error).__name__})"
        raise Fault(msg, "timeout") from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.ProxyError) as error:
        msg = f"no connection: {redactor.text(str(error)):.200}"
        raise Fault(msg, "network") from None
    except (TooLarge, httpx.DecodingError) as error:
        raise Fault(redactor.text(str(error))[:200], "unreadable") from None
    except (httpx.HTTPError, httpx.StreamError, OSError, anyio.EndOfStream) as error:
        msg = f"the connection broke: {redactor.text(str(error)) or type(error).__name__:.200}"
        raise Fault(msg, "cut", stale=not begun and USED in request.extensions) from None
    if scope.cancelled_caught:
        msg = f"the answer did not end within {whole:g} seconds"
        raise Fault(msg, "timeout")
    headers = _lasting(response.headers)
    return Response(response.status_code, headers, b"".join(pieces), tuple(chunks))
