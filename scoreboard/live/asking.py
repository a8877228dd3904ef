"""The questions of a row under way: each is put once per sample, whichever cells share it, and every exchange joins the
row.

A cell's questions are asked until the findings settle it. What differs between a live run and a plan is the sender
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Any, Protocol

import anyio
import msgspec
from msgspec import Struct, structs

from probes.base import HELLO_PLAINLY, MANY, Probe, Verdict, hello, plain_question
from probes.findings import findings
from probes.row import ALONE, Exchange, Row, without_media
from providers.base import BadReply, Provider, ProviderError, Request, Response
from providers.chat import Ask, Reply
from providers.errors import RATE, SERVER
from providers.jobs import waits
from scoreboard.judge.tally import BROKEN, EACH_TIME, says_later, tally

# Is told of each verdict as it is found.
Told = Callable[[str, Verdict], None]
# Asks for a cell; a coroutine only once it is called, since one that a stop finds unbegun would be complained of.
CellAsked = Callable[[], Coroutine[Any, Any, None]]
# Asks for cells, one after the other or at once.
Together = Callable[[Sequence[CellAsked]], Coroutine[Any, Any, None]]
_TIMES = 3  # how often a server that fails at something is asked for it
_OK = 200
# Why a row of streams may not answer whose plain mode does.
_STREAM_BREAKS = ("server", "unreadable", "cut", "unsure", "form", "rejected")
_MOST, _MOST_DEEP = 60, 150  # questions that a row is asked, whatever fails


class NoAnswer(Exception):
    """A request got no response to be had; says why (a reason of an unknown verdict)."""

    def __init__(self, note: str, reason: str) -> None:
        self.reason = reason
        super().__init__(note)


class Asker(Struct, frozen=True, eq=False):
    """For whom a request is sent: a question in one of its samples."""

    ask: Ask
    sample: int


class Sender(Protocol):
    """Sends one request; returns the response and the address of its evidence. `had_retries`: whether the server failed
    at some request and answered it when it was sent again, so that a failure says nothing of the question.
    """

    @property
    def had_retries(self) -> bool:
        """Of what is not asked it is not so."""
        return False

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """Raises NoAnswer where there is no response to be had."""

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nothing else of the run is under way in it."""

    async def again(self, attempt: int) -> bool:
        """Whether a question is to be put again whose answer tells of a passing failure; waits before that."""

    async def rest(self) -> None:
        """Lets some time go by between two questions of which the first failed."""

    def place(self, asker: Asker) -> int:
        """Where what came of a question stands among all that came of the row: the order in which it is kept."""

    def replied(self, asker: Asker, exchange: Exchange) -> None:
        """Is told what came of a question for which requests were sent."""


class Unsent:
    """What senders have in common by which nothing goes over a network."""

    had_retries = False
    _places = 0

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nothing is under way."""
        return nullcontext()

    async def again(self, attempt: int) -> bool:
        """What is not sent is not sent again."""
        del attempt
        return False

    async def rest(self) -> None:
        """No time goes by."""

    def place(self, asker: Asker) -> int:
        """Behind all that came before."""
        del asker
        self._places += 1
        return self._places

    def replied(self, asker: Asker, exchange: Exchange) -> None:
        """Has no use for it."""


def most_of(*, deep: bool) -> int:
    """How many questions a row is asked at most, and how many requests are sent for it."""
    return _MOST_DEEP if deep else _MOST


def quietly(cell: str, verdict: Verdict) -> None:
    """Tells nobody."""


async def in_turn(cells: Sequence[CellAsked]) -> None:
    """One after the other: for plans, which never wait."""
    for cell in cells:
        await cell()


class AskedRow:
    """One row that is asked: a model in a mode."""

    def __init__(self, provider: Provider, model: str, row: Row, sender: Sender, samples: int) -> None:
        self._wire, self._quirks = provider.wire_for(model), provider.quirks_for(model)
        self._base_url, self._model, self._sender = provider.base_url, model, sender
        self.row, self._samples = row, max(samples, 1)
        self._put: dict[bytes, _Put] = {}
        self._failing: dict[str, Verdict] = {}  # what cells came to before they were asked on to see it each time
        self._greeting = 2  # the next sample of the plain question, whoever needs to know whether the server is well

    async def judged(
        self, probes: Sequence[Probe], together: Together = in_turn, told: Told = quietly
    ) -> dict[str, Verdict]:
        """Asks for all cells; what each came to while it was asked, by id. First whether the row answers at all."""
        probes = [probe for probe in probes if self.row.stream or not probe.streams_only]
        verdicts: dict[str, Verdict] = {}
        first = sorted((probe for probe in probes if probe.asked_first), key=lambda probe: probe.asked_first)
        closed = await self._closed(first, verdicts)
        if closed and self.row.stream and closed.reason in _STREAM_BREAKS:
            await self._ask_plainly()
            if any(self.verdict(probe).reason == "breaks" for probe in first):
                return {probe.id: self.verdict(probe) for probe in probes}
        if closed:
            reason = closed.reason if closed.verdict == "unknown" else "gated"
            shut = Verdict("unknown", reason, f"the row does not answer: {closed.note}", closed.evidence)
            return {probe.id: verdicts.get(probe.id, shut) for probe in probes}

        async def cell(probe: Probe) -> None:
            verdicts[probe.id] = await self.sampled(probe)
            told(probe.id, verdicts[probe.id])

        await together([partial(cell, probe) for probe in probes if probe.id not in verdicts])
        return {probe.id: self._in_the_end(probe, verdicts[probe.id]) for probe in probes}

    def _in_the_end(self, probe: Probe, verdict: Verdict) -> Verdict:
        """What the whole row says of a cell; where it fails each time, and the server turned out not to be steady, what
        was said before.
        """
        if verdict.reason in EACH_TIME and all(finding.kind == "nothing" for finding in findings(probe, self.row)):
            verdict = self._failing.get(probe.id, verdict)
        is_held = verdict.verdict == "unknown" and self._is_unsteady(probe, verdict.reason)
        return verdict if is_held else self.verdict(probe)

    async def _ask_plainly(self) -> None:
        """Asks, where no stream is answered, whether the plain mode is, in turns."""
        for sample in range(1, _TIMES + 1):
            if sample > 1:
                await self._sender.rest()
                await self.put(hello(self.row), self._samples + sample)
            plain = structs.replace(hello(self.row, name=HELLO_PLAINLY), stream=False)
            if not (await self.put(plain, sample)).answered:
                return

    async def _closed(self, first: Sequence[Probe], verdicts: dict[str, Verdict]) -> Verdict | None:
        """The verdict that closes the row: of the first that the wire can express, where that is unknown, or where it
        is refused as are all others. None where the row answers.
        """
        refused: Verdict | None = None
        for probe in first:
            verdict = verdicts[probe.id] = await self.sampled(probe)
            if verdict.verdict == "unknown":
                return refused or verdict
            if verdict.reason == "rejected":
                refused = refused or verdict
            elif verdict.reason != "not_expressible":
                return None
        return refused

    def verdict(self, probe: Probe) -> Verdict:
        """What the row shows of a capability so far."""
        return tally(probe, findings(probe, self.row), self.row)

    async def sampled(self, probe: Probe) -> Verdict:
        """Asks until the answer is settled: at once when it is seen or refused, or has been asked for often enough in
        many variants; else up to `samples` times, the first of them by questions that cells share. A habit, where more
        is to be known, until both came or `MANY` answers are alike.
        """
        # What reads every reply of the row asks nothing that would be worth asking again.
        most = 1 if probe.questions is plain_question else self._samples
        many = MANY if self.row.deep and probe.is_habit else 0
        for sample in range(1, max(most, many) + 1):
            verdict = await self._asked(probe, self.row if sample == 1 else self.row.unshared(), sample)
            if self._is_enough(verdict, many) or (verdict.verdict == "unknown" and sample >= most):
                break
        failing = verdict.reason in BROKEN and verdict.verdict == "unknown" and not probe.asked_first
        if failing and not says_later(findings(probe, self.row)):
            return await self._broken(probe, verdict)
        return verdict

    async def _asked(self, probe: Probe, row: Row, sample: int, most: int = _TIMES) -> Verdict:
        """The verdict once the questions of one sample are put, or as many as settle it; where the first `most` of them
        all fail, no more than these.
        """
        if probe.questions is None:
            raise AssertionError
        questions = probe.questions(row)
        x: Exchange | None = None
        only_failed = 0  # a server that fails at whatever is asked of a thing is not asked on
        try:
            while only_failed < most:
                ask = next(questions) if x is None else questions.send(x)
                x = await self.put(ask, sample)
                only_failed = only_failed + 1 if x.failed else -_MOST
                if not probe.asks_all and self._is_settled(probe):
                    break
        except StopIteration:
            pass
        return self.verdict(probe)

    def _is_enough(self, verdict: Verdict, many: int) -> bool:
        """Whether no other sample would change it; of a habit, not before so many answers are alike."""
        answers = verdict.samples[1]
        if verdict.verdict == "unsupported":
            return verdict.reason in ("rejected", "not_expressible") or answers >= max(self._samples, 2, many)
        if verdict.verdict == "supported":
            return not 0 < answers < many
        return verdict.reason not in ("unsure", "capped")

    def _is_settled(self, probe: Probe) -> bool:
        verdict = self.verdict(probe)
        seen = verdict.verdict == "supported" and verdict.strength == "seen"
        return seen or verdict.reason in ("rejected", "not_expressible")

    async def _broken(self, probe: Probe, first: Verdict) -> Verdict:
        """Whether the server fails each time that it is asked this, and never when it is asked the same without it."""
        self._failing[probe.id] = first
        for sample in range(2, _TIMES + 1):
            await self._sender.rest()
            if not await self._is_well(probe):
                return first
            if (verdict := self.verdict(probe)).reason == first.reason:  # else that answer was all that lacked
                verdict = await self._asked(probe, self.row.unshared(), sample, 1)
            if (verdict.verdict, verdict.reason) != (first.verdict, first.reason):
                break
        else:
            if not await self._is_well(probe):
                return first
            verdict = self.verdict(probe)
        return first if verdict.reason in EACH_TIME and self._is_unsteady(probe, first.reason) else verdict

    def _is_unsteady(self, probe: Probe, reason: str) -> bool:
        """Whether failures for that reason may be of a provider that fails at this and that: where one was made good by
        sending it again, or, of answers out of form, where a question without the features got none.
        """
        if reason == "server":
            return self._sender.had_retries
        return reason == "unreadable" and any(x.lost and not probe.requires & x.features for x in self.row.exchanges)

    async def _is_well(self, probe: Probe) -> bool:
        """Whether another question was answered since this failed, be it of another cell; else a plain one is put."""
        failed = max((finding.exchanges[0].number for finding in findings(probe, self.row)), default=0)
        while not any(x.number > failed for x in self.row.answers_without(probe.requires - {"text"})):
            sample = self._greeting
            x = await self.put(hello(self.row), sample)
            self._greeting = max(self._greeting, sample + 1)
            if not x.answered:
                return False
        return True

    async def put(self, ask: Ask, sample: int = 1) -> Exchange:
        """What came of a question, whoever put it first; one that the wire has no field for is not put."""
        if missing := ask.features - self.row.fields:
            note = f"the wire has no field for {', '.join(sorted(missing))}"
            return Exchange(ask, Reply(), lost="not_asked", note=note)
        key = b"%d " % sample + msgspec.json.encode(without_media(ask), enc_hook=_plain)
        put = self._put.get(key)
        if put is None:
            if len(self._put) >= (most := most_of(deep=self.row.deep)):
                note = f"the row has had its {most} questions"
                return Exchange(ask, Reply(), lost="not_asked", note=note)
            put = self._put[key] = _Put()
            await put.settle(self._asked_alone(ask, sample) if ALONE in ask.expects else self._speak(ask, sample))
        return await put.exchange()

    async def _asked_alone(self, ask: Ask, sample: int) -> Exchange:
        async with self._sender.alone():
            return await self._speak(ask, sample)

    async def _speak(self, ask: Ask, sample: int) -> Exchange:
        """What came of a question; one whose answer tells of a passing failure, whatever its status, is put again."""
        attempt = 1
        asker, exchange = await self._spoken(ask, sample)
        while _is_passing(exchange) and await self._sender.again(attempt):
            self._sender.replied(asker, exchange)
            attempt += 1
            asker, exchange = await self._spoken(ask, sample)
        self._sender.replied(asker, exchange)
        self.row.add(exchange)
        return exchange

    async def _spoken(self, ask: Ask, sample: int) -> tuple[Asker, Exchange]:
        where, lost, note = "", "", ""
        asker, reply, headers, status = Asker(ask, sample), Reply(), {}, 0
        driver = self._wire.ask(ask, self._model, self._base_url, self._quirks)
        try:
            request = next(driver)
            while True:
                response, where = await self._sender(request, asker)
                headers, status = response.headers, response.status
                request = driver.send(response)
        except StopIteration as done:
            reply = done.value
            if job := waits(reply):
                lost, note = "pending", f"{job.id} is submitted, and has not ended yet"
        except NoAnswer as error:
            lost, note = error.reason, str(error)
        except BadReply as error:
            lost, note = "unreadable", str(error)
        except ProviderError as error:
            lost, note = "own", str(error)
        number = self._sender.place(asker)
        return asker, Exchange(
            ask, reply, where, "", number, sample, lost, note, tuple(headers), all_headers=True, status=status
        )


def _is_passing(exchange: Exchange) -> bool:
    """Whether a 200 holds an error that would be waited for if the status told of it."""
    error = exchange.reply.error
    return error is not None and error.kind in (RATE, SERVER) and exchange.status == _OK


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else str(value)


class _Put:
    """A question that was put: what came of it, or the wait for that."""

    def __init__(self) -> None:
        self._exchange: Exchange | None = None
        self._waiting: anyio.Event | None = None

    async def settle(self, speaking: Coroutine[Any, Any, Exchange]) -> None:
        try:
            self._exchange = await speaking
        finally:
            if self._waiting:
                self._waiting.set()

    async def exchange(self) -> Exchange:
        if self._exchange is None:
            self._waiting = self._waiting or anyio.Event()
            await self._waiting.wait()
        if self._exchange is None:
            return Exchange(
                Ask(()),
                Reply(),
                lost="own",
                note="the same question, put for another cell, failed for a reason of ours",
            )
        return self._exchange
