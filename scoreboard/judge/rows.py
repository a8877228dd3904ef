"""A row that is asked: first whether it answers at all, then cell by cell, as many samples as it takes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from msgspec import structs

from probes.base import Probe, Reason, Row, Verdict, hello
from providers.chat import Reply
from scoreboard.judge.asking import AskedRow
from scoreboard.judge.engine import judge, observe

# What a first sample settles: a refusal does not depend on luck.
_SETTLED = {"rejected", "not_expressible", "not_applicable"}
_BREAKS = 3
# What a server that is well may do to one question each time: fail at it, or answer in no form that its API promises.
_BROKEN: dict[str, tuple[Reason, str]] = {
    "server": ("breaks", "the server fails at it"),
    "unreadable": ("malformed", "the answer is out of form"),
}

# Is told of each verdict as it is found.
Told = Callable[[str, Verdict], None]
# Runs coroutines, one after the other or at once.
Together = Callable[[Sequence[Coroutine[Any, Any, None]]], Coroutine[Any, Any, None]]


def quietly(cell: str, verdict: Verdict) -> None:
    """Tells nobody."""


async def in_turn(cells: Sequence[Coroutine[Any, Any, None]]) -> None:
    """One after the other: for replay, which never waits."""
    for cell in cells:
        await cell


async def judge_asked(
    row: Row, asked: AskedRow, probes: Iterable[Probe], together: Together = in_turn, told: Told = quietly
) -> dict[str, Verdict]:
    """One verdict per probe, by cell id, in the probes' order."""
    chosen = list(probes)
    row = structs.replace(row, fields=asked.fields)
    verdicts: dict[str, Verdict] = {}
    closed = await _gate(row, asked, sorted((probe for probe in chosen if probe.gate), key=lambda probe: probe.gate), verdicts)
    if closed:
        note = f"the row does not answer: {closed.note}"
        shut = Verdict("unknown", closed.reason if closed.verdict == "unknown" else "gated", note, closed.evidence)
        return {probe.id: verdicts.get(probe.id, shut) for probe in chosen}

    async def cell(probe: Probe) -> None:
        verdict = verdicts[probe.id] = await sampled(probe, row, asked)
        told(probe.id, verdict)

    await together([cell(probe) for probe in chosen if not probe.watch and probe.id not in verdicts])
    for probe in chosen:
        if probe.watch:
            verdicts[probe.id] = await observe(probe, row, asked.cell(probe.id))
    return {probe.id: verdicts[probe.id] for probe in chosen}


async def _gate(row: Row, asked: AskedRow, gates: Sequence[Probe], verdicts: dict[str, Verdict]) -> Verdict | None:
    """The verdict that closes the row: of the first gate that the wire can express, where that is unknown, or where it is refused as
    are all others. None where the row answers.
    """
    refused: Verdict | None = None
    for probe in gates:
        verdict = verdicts[probe.id] = await sampled(probe, row, asked)
        if verdict.verdict == "unknown":
            return refused or verdict
        if verdict.reason == "rejected":
            refused = refused or verdict
        elif verdict.reason != "not_expressible":
            return None
    return refused


async def sampled(probe: Probe, row: Row, asked: AskedRow) -> Verdict:
    """Samples until the answer is settled: at once when it is seen or refused, or has been asked for often enough in many
    variants; else up to `row.samples` times, the first of them by questions that cells share.
    """
    seen: list[Verdict] = []
    for sample in range(1, max(row.samples, 1) + 1):
        verdict = await judge(probe, structs.replace(row, frugal=row.frugal and sample == 1), asked.cell(probe.id, sample))
        seen.append(verdict)
        settled = verdict.verdict == "unsupported" and (verdict.reason in _SETTLED or verdict.samples[1] >= max(row.samples, 2))
        if settled or (verdict.verdict != "unsupported" and verdict.reason != "unsure"):
            break
    if seen[0].reason in _BROKEN and not probe.gate:
        found = await _broken(probe, row, asked, seen[0])
        return seen[0] if found.verdict == "unsupported" and asked.shaky(probe.proves, seen[0].reason) else found
    return combined([verdict for verdict in seen if verdict.verdict != "unknown"] or seen[:1])


def combined(seen: Sequence[Verdict]) -> Verdict:
    """One verdict of several samples, the first of which did not settle it."""
    k, n = sum(verdict.verdict == "supported" for verdict in seen), len(seen)
    if n == 1:
        return seen[0]
    evidence = tuple(dict.fromkeys(place for verdict in seen for place in verdict.evidence))
    if k:
        return Verdict("flaky", "", f"seen in {k} of {n} samples; else: {seen[0].note}", evidence, (k, n), seen[-1].variants)
    if any(verdict.verdict == "flaky" for verdict in seen):
        flaky = next(verdict for verdict in seen if verdict.verdict == "flaky")
        return structs.replace(flaky, evidence=evidence)
    return structs.replace(seen[0], evidence=evidence, samples=(0, n), note=f"{seen[0].note} (in {n} of {n} samples)")


async def _broken(probe: Probe, row: Row, asked: AskedRow, first: Verdict) -> Verdict:
    """Whether the server fails each time that it is asked this, and never when it is asked the same without it."""
    reason, told = _BROKEN[first.reason]
    verdicts = [first]
    for sample in range(2, _BREAKS + 1):
        if not await _well(row, asked, probe, sample):
            return first
        verdicts.append(await judge(probe, row, asked.cell(probe.id, sample)))
        if verdicts[-1].reason != first.reason:
            return structs.replace(first, note=f"failed, then not: {first.note}; then {verdicts[-1].note}")
    if not await _well(row, asked, probe, _BREAKS + 1):
        return first
    evidence = tuple(dict.fromkeys(place for verdict in verdicts for place in verdict.evidence))
    if "live" in evidence:  # what is not kept is no evidence
        return first
    note = f"{told}, {_BREAKS} times over, and answers a plain question before and after: {first.note}"
    return Verdict("unsupported", reason, note, evidence, (0, _BREAKS))


async def _well(row: Row, asked: AskedRow, probe: Probe, sample: int) -> bool:
    """Whether a plain question is answered now."""
    try:
        reply: Reply = await asked.cell(probe.id, sample).reply(hello(stream=row.stream, thinking=row.thinking))
    except Exception:  # whatever it is, the server is not well
        return False
    return reply.error is None and not reply.cut
