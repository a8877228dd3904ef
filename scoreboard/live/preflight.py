"""The first question: whether an endpoint can be asked at all, over which wire, and what stands in the way.

Nothing of it is evidence; it is asked so that a wrong address is one line and not a card of things unknown.
"""

from __future__ import annotations

import anyio
from msgspec import Struct

from providers.base import BadReply, Provider, ProviderError, Response
from providers.errors import ADDRESS, AUTH, MODEL, RATE, SERVER, failure_kind
from scoreboard.live.candidates import Endpoint, address, others, put, question
from scoreboard.live.endpoint import plain_address
from scoreboard.live.obstacles import (
    OWN,
    PAGE,
    REDIRECT,
    TIMEOUT,
    UNREADABLE,
    Obstacle,
    Outcome,
    no_model,
    nothing_there,
    refusal,
    worst,
)
from scoreboard.live.reaching import check, connect
from scoreboard.net.budget import Budget
from scoreboard.net.session import Session
from scoreboard.net.throttle import retry_after
from scoreboard.net.transport import Fault
from scoreboard.settings import Pace, Settings

_HEAD_START = 2.0  # seconds that the usual wire has before the others are tried
_SHARE = 0.85  # of the time that there is, until all is given up: the line is to come within it
_AGAIN = (1.0, 2.5)  # seconds before what fails is asked again


class Found(Struct, frozen=True):
    """An endpoint that answers: as whom it is asked, the name of its wire, and how long its answer took."""

    provider: Provider
    wire: str
    seconds: float


async def first_question(endpoint: Endpoint) -> Found:
    """Asks it; raises Obstacle, whose line says what stands in the way."""
    return await _First(endpoint).found()


class _First:
    def __init__(self, endpoint: Endpoint) -> None:
        self._asked = endpoint
        self._candidates = endpoint.candidates()
        self._outcomes: dict[int, Outcome] = {}

    async def found(self) -> Found:
        self._deadline = anyio.current_time() + self._asked.seconds * _SHARE
        check(self._asked.base_url)
        await connect(self._asked.base_url, self._asked.seconds * _SHARE)
        with anyio.CancelScope(deadline=self._deadline):
            await self._ask_all()
            await self._again()
        outcomes = [self._outcomes.get(place) or self._hung(place) for place in range(len(self._candidates))]
        first = outcomes[0]
        if first.kind not in (AUTH, ADDRESS, PAGE):  # the key was taken; that another header's was not tells nothing
            outcomes = [first, *(one for one in outcomes[1:] if one.kind != AUTH)]
        best = next((one for one in outcomes if one.answered), None) or worst(outcomes)
        if not best.is_understood:
            raise await self._why(best, first)
        wire = best.provider.wire_for(self._asked.model)
        return Found(best.provider, wire.__name__.rpartition(".")[2], best.seconds)

    def _hung(self, place: int) -> Outcome:
        known = self._candidates[place]
        return Outcome(address(known, self._asked.base_url, put(known, self._asked.model)), known, TIMEOUT)

    async def _ask_all(self) -> None:
        """Asks the first; after a while, or where it says no, all others too, until one answers."""
        concluded = anyio.Event()
        async with anyio.create_task_group() as group:

            async def one(place: int) -> None:
                self._outcomes[place] = await self._tried(self._candidates[place], self._asked.base_url)
                concluded.set()
                ahead = [self._outcomes.get(before) for before in range(place)]
                if self._outcomes[place].answered and all(ahead):
                    group.cancel_scope.cancel()

            group.start_soon(one, 0)
            with anyio.move_on_after(_HEAD_START):
                await concluded.wait()
            first = self._outcomes.get(0)
            if first is None or not (first.is_understood or first.kind == MODEL):
                for place in range(1, len(self._candidates)):
                    group.start_soon(one, place)

    async def _again(self) -> None:
        """Once more what was busy, or failed, while there is time."""
        for pause in _AGAIN:
            last = worst(list(self._outcomes.values()))
            wait = last.wait or pause
            if last.answered or last.kind not in (RATE, SERVER) or anyio.current_time() + wait >= self._deadline:
                return
            await anyio.sleep(wait)
            place = next(place for place, one in self._outcomes.items() if one is last)
            self._outcomes[place] = await self._tried(last.provider, self._asked.base_url)

    async def _tried(self, known: Provider, base_url: str) -> Outcome:
        """What comes of the first question over one wire at one address."""
        model = self._asked.model
        ask = question(known, model)
        driver = known.wire_for(model).ask(ask, model, known.base_url, known.quirks_for(model))
        url, response = plain_address(base_url), None
        start = anyio.current_time()
        try:
            request = next(driver)
            url = address(known, base_url, request)
            async with self._session(known, base_url) as session:
                response = await session.exchanged(request)
                response = session.redactor.own(response)
            try:
                driver.send(response)
            except StopIteration as done:
                error = done.value.error
                if error is None:
                    return Outcome(url, known, seconds=anyio.current_time() - start)
                kind = failure_kind(error)
                if kind == ADDRESS and _is_page(response) and response.status < 400:
                    kind = PAGE
                wait = retry_after(response.headers, response.body) or 0.0
                return Outcome(url, known, kind, error.status or response.status, error.message, wait)
            return Outcome(url, known, seconds=anyio.current_time() - start)  # it asks on, for what an answer announced
        except Fault as fault:
            kind = REDIRECT if "redirection" in str(fault) else fault.reason
            return Outcome(url, known, kind, 0, str(fault))
        except BadReply as error:
            said = response.body[:400].decode("utf-8", "replace") if response else str(error)
            kind = PAGE if response and _is_page(response) else UNREADABLE
            return Outcome(url, known, kind, response.status if response else 0, said)
        except ProviderError as error:
            return Outcome(url, known, OWN, 0, str(error))

    def _session(self, known: Provider, base_url: str) -> Session:
        settings = Settings(pace={known.name: Pace(timeout=self._asked.seconds)})
        return Session(known, settings, self._asked.with_key(known), Budget(), base_url, secrets=self._asked.secrets)

    async def _why(self, best: Outcome, first: Outcome) -> Obstacle:
        """The line for what stands in the way; a look around, for a name or an address that would do, comes first."""
        known, asked = best.provider, self._asked
        left = max(self._deadline - anyio.current_time(), 1.0)
        if best.kind == MODEL:
            offered: list[str] = []
            with anyio.move_on_after(left):
                offered = await self._offered(known)
            return no_model(best, asked.model, offered)
        tried: list[str] = []
        if first.kind in (ADDRESS, PAGE) and best.kind in (ADDRESS, PAGE, AUTH):
            with anyio.move_on_after(left):
                # Some ask for the key before they look at the address.
                if (there := await self._elsewhere(tried, but=AUTH if best.kind == AUTH else "")) is not None:
                    return nothing_there(first, there[0], there[1], [])
            if best.kind != AUTH:
                return nothing_there(best, "", "", tried)
        is_set = bool(asked.environ.get(known.key_env or "", "").strip())
        return refusal(best, key=known.key_env or "", is_set=is_set, seconds=asked.seconds)

    async def _offered(self, known: Provider) -> list[str]:
        try:
            async with self._session(known, self._asked.base_url) as session:
                return await session.models()
        except (Fault, ProviderError):
            return []

    async def _elsewhere(self, tried: list[str], but: str) -> tuple[str, str] | None:
        """An address that is taken for this one and has an API, with where it was asked."""
        for base_url, known in others(self._asked.base_url, self._candidates):
            outcome = await self._tried(known, base_url)
            if outcome.is_there and outcome.kind != but:
                return base_url, outcome.url
            tried.append(outcome.url)
        return None


def _is_page(response: Response) -> bool:
    return response.content_type == "text/html" or response.body.lstrip()[:15].lower().startswith(
        (b"<!doctype", b"<html")
    )
