"""One provider in one run: its client, its pace, its key, and how often it is asked again."""

from __future__ import annotations

import math
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import cache
from itertools import count
from typing import Self
from urllib.parse import urlsplit

import anyio
import httpx
import stamina
from msgspec import structs

from providers.base import Provider, Request, Response
from providers.errors import BUSY
from scoreboard.evidence.redaction import SHORTEST, Redactor
from scoreboard.net.budget import Budget
from scoreboard.net.pool import Lanes
from scoreboard.net.signing import private_names, unasked
from scoreboard.net.throttle import Throttle
from scoreboard.net.transport import Fault, sent, settings_in, to_httpx
from scoreboard.settings import Settings

# Answers that are worth another try. A plain 500 is, too, but in the end it is kept: it may be the server's answer to
# this question.
_AGAIN_AFTER = BUSY | {500}
NOT_EVIDENCE = BUSY | {401, 402, 407}
_AGAIN = {"network", "timeout", "cut"}
# Seconds. Servers close what is idle, and what is sent just then is lost: gunicorn after 2 s
# (https://docs.gunicorn.org/en/stable/settings.html),
# uvicorn and Node after 5.
_IDLE = 1.5
_ID = 16  # characters that an account's number has at least
_SLOW = 3.0  # seconds: a server that fails only after these has tried again itself, as gateways do
_FEW = 20  # retries that a run may always make
# The run tells of its retries itself: in the verdict's reason.
stamina.instrumentation.set_on_retry_hooks([])


@cache
def _tls() -> ssl.SSLContext:
    """One for all: reading the authorities' certificates takes longer than many requests."""
    return httpx.create_ssl_context()


class _Busy(Exception):
    """An answer that asks for another try."""

    def __init__(self, response: Response, wait: float | None, seconds: float) -> None:
        self.response, self.wait, self.seconds = response, wait, seconds


class Session:
    """One provider in one run. `base_url` takes the place of the provider's own; `secrets` are more that nobody may see
    than the key.
    """

    def __init__(
        self,
        provider: Provider,
        settings: Settings,
        environ: Mapping[str, str],
        budget: Budget,
        base_url: str = "",
        secrets: Iterable[str] = (),
    ) -> None:
        pace = settings.pace_of(provider.name)
        key = environ.get(provider.key_env or "", "").strip()
        # Whose account it is stands in an address, too; but a region, or what somebody calls a resource, is a word like
        # any other.
        settings_ = [environ.get(name, "").strip() for name in settings_in(provider.base_url)]
        private = [environ.get(name, "").strip() for name in private_names(provider)]
        secrets = [
            *(one for one in (key, *private) if len(one) >= SHORTEST),
            *(setting for setting in settings_ if len(setting) >= _ID),
            *secrets,
        ]
        self.provider, self.settings, self.budget = provider, settings, budget
        # Local servers take anything for a key; what is as short as "none" is no secret, and stands in ordinary text.
        self.redactor = Redactor(secrets)
        self._environ, self._base_url = environ, base_url.rstrip("/")
        self.unasked = unasked(provider, environ)
        self._throttle = Throttle(pace)
        self._sent = self._retried = 0
        self.recovered = 0  # requests at which the server failed (5xx), and which it answered when they were sent again
        self.ranks = count(1)
        one = httpx.Limits(max_connections=None, max_keepalive_connections=1, keepalive_expiry=_IDLE)
        self._lanes = Lanes(lambda: httpx.AsyncHTTPTransport(verify=_tls(), http2=True, limits=one, retries=1))
        self._timeout = httpx.Timeout(pace.timeout, connect=10.0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._lanes.aclose()

    async def send(
        self,
        request: Request,
        tokens: int = 0,
        rank: int = 0,
        tries: int | None = None,
        count: Callable[[], None] = lambda: None,
    ) -> Response:
        """One request, tried again where the provider was busy or the network failed; the response is without our own
        secrets. `tokens`: what it may cost; `rank`: the lowest is sent first; `tries`: how often at most, as the
        settings say by default; `count` is called for each. Raises Fault, Spent.
        """
        tries = tries or self.settings.tries
        return self.redactor.own(await self._answered(request, tokens, rank, tries, count))

    async def _answered(
        self, request: Request, tokens: int, rank: int, tries: int, count: Callable[[], None]
    ) -> Response:
        failed = False
        plain_failures = 0

        def again(error: Exception) -> bool | float:
            nonlocal failed, plain_failures
            busy = error if isinstance(error, _Busy) else None
            failed |= busy is not None and busy.response.status >= 500
            plain_failures += busy is not None and busy.response.status == 500
            wait = busy.wait if busy else None
            if busy and busy.response.status >= 500 and wait is None and busy.seconds > _SLOW:
                return False
            if (
                plain_failures > 1 or tries == 1
            ):  # twice is enough for a failure that may be the answer to this question
                return False
            if wait == math.inf or not (busy or (isinstance(error, Fault) and error.reason in _AGAIN)):
                return False
            # A provider that fails all day is not worth many more requests than it answers.
            if self._retried >= max(_FEW, self.settings.retries * self._sent):
                return False
            self._retried += 1
            return True if wait is None else wait

        first: Exception | None = None

        if request.after:
            await anyio.sleep(request.after)
        self._sent += 1
        for _ in range(2):
            try:
                count()
                return await self.once(request, tokens, rank)  # nearly always, without the machinery of trying again
            except (Fault, _Busy) as error:
                first = error
            # A server may close a connection as a request is on its way: that tells nothing of either, and is tried
            # anew at once.
            if not (isinstance(first, Fault) and first.stale):
                break
        try:
            async for attempt in stamina.retry_context(
                on=again, attempts=tries, timeout=300, wait_initial=0.5, wait_max=20
            ):
                with attempt:
                    if first is not None:
                        met, first = first, None
                        raise met
                    count()
                    response = await self.once(request, tokens, rank)
                    self.recovered += failed
                    return response
        except _Busy as busy:
            return busy.response
        raise AssertionError

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nothing else of this run is under way with the provider in it."""
        return self._throttle.alone()

    async def again(self, attempt: int) -> bool:
        """Waits before a request is sent again whose answer tells of a passing failure within a 200; False where enough
        were.
        """
        if attempt >= self.settings.tries or self._retried >= max(_FEW, self.settings.retries * self._sent):
            return False
        self._retried += 1
        await anyio.sleep(min(0.5 * 2**attempt, 20.0))
        return True

    async def once(self, request: Request, tokens: int, rank: int) -> Response:
        """One request, once. Raises Fault, Spent, and an answer that asks for another try."""
        async with self._throttle.turn(tokens, rank):
            self.budget.take()
            start = anyio.current_time()
            try:
                response = await self.exchanged(request)
            except Fault as fault:
                if fault.reason == "cut" and not fault.stale:
                    self._throttle.broke()
                raise
            seconds = anyio.current_time() - start
            busy = response.status in _AGAIN_AFTER
            wait = self._throttle.heed(response.headers, response.body, busy=busy and response.status != 500)
        if busy:
            raise _Busy(response, wait, seconds)
        return response

    async def exchanged(self, request: Request) -> Response:
        """The whole response, over the network. Raises Fault."""
        response = await sent(self._lanes, self._addressed(request), self.redactor, self._timeout)
        if 300 <= response.status < 400:
            where = self.redactor.text(response.headers.get("location", ""))
            to = f" to {where:.200}" if where else ""
            msg = f"answered with {response.status}, a redirection{to}, which is not followed"
            raise Fault(msg, "unreadable")
        return response

    def _addressed(self, request: Request) -> httpx.Request:
        """The request to where this provider is today; what is kept has its official address."""
        if not self._base_url:
            return to_httpx(request, self.provider, self._environ)
        there = structs.replace(self.provider, base_url=self._base_url)
        # An address that the API gave is used as it is; one of the same host that is not below the base (uploads) is at
        # the same place below the other's root.
        base, here = self.provider.base_url, self._base_url
        path = urlsplit(base).path
        root = base.removesuffix(path)
        if request.url.startswith(base):
            url = here + request.url.removeprefix(base)
        elif here.endswith(path) and request.url.startswith(f"{root}/"):
            url = here.removesuffix(path) + request.url.removeprefix(root)
        elif settings_in(urlsplit(request.url).netloc):  # another host of its own, which no API gave
            url = here + request.url.partition(urlsplit(request.url).netloc)[2]
        else:
            url = request.url
        return to_httpx(structs.replace(request, url=url), there, self._environ)

    async def models(self) -> list[str]:
        """The models that the provider lists today. Raises Fault, ProviderError, Spent."""
        listing = self.provider.wire.models(self.provider.base_url, self.provider.quirks)
        try:
            request = next(listing)
            while True:
                request = listing.send(await self.send(request))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
