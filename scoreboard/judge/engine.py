"""The engine's heart: a probe asks, a channel answers, what is no answer becomes `unknown`.

The channel is all that differs between live calls, cassettes and imported recordings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from probes.base import Asks, Probe, Row, Settled, Verdict, unknown, unsupported
from providers.base import BadReply, Misfit, NotExpressible, Request, Response
from providers.chat import Ask, Reply
from providers.errors import REQUEST, UNSUPPORTED, blamed, refuses

T = TypeVar("T")
# A warning beside an answer that names a field, and says this of it, tells that it had no effect.
_UNHEEDED = re.compile(rf"{UNSUPPORTED.pattern}|\bonly\b|ignor", re.IGNORECASE)
Send = Callable[[Request], Coroutine[Any, Any, Response]]


class Channel(Protocol):
    """What answers the questions of one row. `fields` are the features that its wire can express."""

    fields: frozenset[str]

    async def reply(self, ask: Ask) -> Reply:
        """The reply, its question and evidence attached. Raises Settled, ProviderError."""

    async def replies(self) -> Sequence[Reply]:
        """Every reply of the row so far, errors too."""


async def speak(driver: Any, send: Send) -> Any:
    """Runs a driver's generator: sends each request that it yields, returns what it returns."""
    try:
        request = next(driver)
        while True:
            request = driver.send(await send(request))
    except StopIteration as done:
        return done.value


async def judge_row(row: Row, channel: Channel, probes: Iterable[Probe]) -> dict[str, Verdict]:
    """One verdict per probe, by cell id. Watches come last, when all has been asked."""
    chosen = list(probes)
    verdicts = {probe.id: await judge(probe, row, channel) for probe in chosen if not probe.watch}
    for probe in chosen:
        if probe.watch:
            verdicts[probe.id] = await observe(probe, row, channel)
    return {probe.id: verdicts[probe.id] for probe in chosen}


async def judge(probe: Probe, row: Row, channel: Channel) -> Verdict:
    """Runs one probe to its verdict. An exception of ours is unknown, never unsupported."""
    try:
        return await _converse(probe, probe.run(row), channel)
    except Settled as settled:
        settled.__traceback__ = None  # else it holds the frame of the probe that raised it, which holds it, and with it the whole row
        return settled.verdict
    except Exception as error:  # the boundary: whatever breaks in a probe must not break the run
        return unknown("own", f"our own failure: {type(error).__name__}: {error}")


async def _converse(probe: Probe, asks: Asks, channel: Channel) -> Verdict:
    try:
        ask = next(asks)
        while True:
            try:
                reply = screened(probe, ask, await answered(probe, ask, channel), channel.fields)
            except Settled as settled:
                ask = asks.throw(settled)
            else:
                ask = asks.send(reply)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


async def answered(probe: Probe, ask: Ask, channel: Channel) -> Reply:
    """The channel's reply. Raises Settled where the question cannot be put, or the answer cannot be read."""
    try:
        return await channel.reply(ask)
    except NotExpressible as error:
        if probe.proves.isdisjoint(bare(error.features)):
            raise Settled(unknown("not_asked", str(error))) from error
        raise Settled(unsupported("not_expressible", (), str(error))) from error
    except Misfit as error:
        raise Settled(unknown("unreadable", f"the request is not of a known wire: {error}")) from error
    except BadReply as error:
        raise Settled(unknown("unreadable", str(error))) from error


def screened(probe: Probe, ask: Ask, reply: Reply, fields: frozenset[str]) -> Reply:
    """The reply, if a probe may judge it. Raises Settled where the request never carried the feature, the answer is an
    error, or the body ended too early.
    """
    more = ask.features - reply.question.features if reply.question is not ask else ()
    lacking = {f for f in more if bare([f]) & probe.proves}
    if lacking:
        names = ", ".join(sorted(lacking))
        if lacking & fields:
            raise Settled(unknown("not_asked", f"the request that was sent does not carry {names}", reply))
        raise Settled(unsupported("not_expressible", reply, f"the wire has no field for {names}"))
    if reply.error:
        raise Settled(_settled_error(probe, reply), reply.error)
    if reply.cut:
        raise Settled(unknown("cut", reply.cut, reply))
    for warning in reply.warnings:
        if _UNHEEDED.search(warning) and any(re.search(rf"\b{re.escape(feature)}\b", warning) for feature in probe.proves):
            raise Settled(unsupported("ignored", reply, f"answered with a warning: {warning:.300}"))
    return reply


def bare(features: Iterable[str]) -> frozenset[str]:
    """Names of features, whether the medium came inline or by URL."""
    return frozenset(feature.removesuffix("/url") for feature in features)


def _settled_error(probe: Probe, reply: Reply) -> Verdict:
    error = reply.error
    if error is None:
        raise AssertionError
    said = f"{error.status}: {error.message:.300}"
    if error.kind == "generation" and probe.words.search(f"{error.message} {error.code}"):
        return unsupported("malformed", reply, said)
    if refuses(error, probe.words):
        return unsupported("rejected", reply, said)
    kind = blamed(error)
    return unknown("unsure" if kind == REQUEST else kind, said, reply)  # type: ignore[arg-type]


async def observe(probe: Probe, row: Row, channel: Channel) -> Verdict:
    """A watch's verdict over the row's successful replies; where there is none, what became of the plain question."""
    if probe.watch is None:
        raise AssertionError
    good = [reply for reply in await channel.replies() if not reply.error and not reply.cut]
    if good:
        return probe.watch(row, good)
    verdict = await judge(probe, row, channel)
    if verdict.verdict == "unsupported":
        return unknown("unsure", f"no reply to judge by; the plain question: {verdict.note}")
    return verdict


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits: judging recordings does no I/O, and needs no event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    msg = "a coroutine that should never wait did"
    raise RuntimeError(msg)
