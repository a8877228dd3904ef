"""The verdict that follows from what the exchanges of a row show of one capability."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from math import inf

from msgspec import structs

from probes.base import Probe, Verdict
from probes.reasons import is_lost
from probes.row import Exchange, Finding, Row, bare
from providers.errors import BUSY

_WINDOW = timedelta(days=180)  # what is older than the newest that tells by more than this is history
_TIMES = 3  # how often a server must fail at the same thing
_SHOWN = 4  # exchanges that a verdict names
# What a server that is well may do to one question each time: fail at it, or answer in no form that its API promises.
BROKEN = {"server": ("breaks", "the server fails at it"), "unreadable": ("malformed", "the answer is out of form")}
EACH_TIME = tuple(reason for reason, _ in BROKEN.values())


def tally(probe: Probe, findings: Sequence[Finding], row: Row) -> Verdict:
    """One verdict of all findings; of a capability with variants, one of them all, and what each is beside it."""
    if bare(row.fields) >= probe.requires and (broken := _stream_breaks(row)):
        return broken
    recent = _recent(findings)
    by_variant: dict[str, list[Finding]] = {}
    for finding in recent:
        by_variant.setdefault(finding.variant, []).append(finding)
    verdicts = {variant: _counted(probe, here, row) for variant, here in by_variant.items()}
    if narrow := _only_format(recent):
        return Verdict("unknown", "unsure", f"only {narrow.variant} was refused: {narrow.note}", _places([narrow]))
    if not verdicts or all(verdict.verdict == "unknown" for verdict in verdicts.values()):
        return _unknown(probe, recent, row)
    return verdicts[""] if list(verdicts) == [""] else _combined(verdicts)


def _only_format(findings: Sequence[Finding]) -> Finding | None:
    """The refusal of one format, where nothing else is known: it says nothing of the others."""
    told = [finding for finding in findings if finding.kind != "nothing"]
    if told and all(f.kind == "refused" and f.is_narrow for f in told) and len({f.variant for f in told}) == 1:
        return told[0]
    return None


def _recent(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Those of the days up to the newest that tells anything; where no day is kept, all."""
    days = [day for finding in findings if finding.kind != "nothing" and (day := _day(finding))]
    if not days:
        return findings
    oldest = max(days) - _WINDOW
    return [finding for finding in findings if (_day(finding) or oldest) >= oldest]


def _day(finding: Finding) -> date | None:
    observed = finding.exchanges[0].observed_at.lstrip("≤")[:10]
    try:
        return date.fromisoformat(observed) if observed else None
    except ValueError:
        return None


def _counted(probe: Probe, findings: Sequence[Finding], row: Row) -> Verdict:
    """The verdict on one variant: k seen of n that were seen or missed."""
    of = {kind: [f for f in findings if f.kind == kind] for kind in ("seen", "missed", "accepted", "refused")}
    k, n = len(of["seen"]), len(of["seen"]) + len(of["missed"])
    beside = _repairs(of["seen"] or of["accepted"])
    if of["refused"] and (k or of["accepted"]):
        beside += f"; refused in another combination: {of['refused'][0].note}"
    if k and probe.one_hit_decides:
        n = k
    if 0 < k < n and not probe.one_miss_decides:
        note = f"seen in {k} of {n}: {of['seen'][0].note}; else: {of['missed'][0].note}"
        return Verdict("flaky", "", note + beside, _places([of["missed"][0], of["seen"][0]]), (k, n))
    if of["missed"] and k < n:
        first = of["missed"][0]
        times = f" (in {n - k} of {n})" if n > 1 else ""
        return Verdict("unsupported", first.reason, first.note + times, _places(of["missed"]), (k, n))
    if k:
        times = f" ({k} times)" if k > 1 else ""
        return Verdict("supported", "", of["seen"][0].note + times + beside, _places(of["seen"]), (k, n))
    if of["accepted"]:
        return Verdict("supported", "", of["accepted"][0].note + beside, _places(of["accepted"]), strength="accepted")
    if of["refused"]:
        return Verdict("unsupported", "rejected", of["refused"][0].note, _places(of["refused"]))
    return _broken(probe, findings, row) or _untold(findings)


def _repairs(findings: Sequence[Finding]) -> str:
    """What a reader had to make good, at which clients would break that keep to the documentation."""
    repairs = dict.fromkeys(repair for finding in findings for repair in finding.exchanges[0].reply.repairs)
    return f"; clients may break: {'; '.join(list(repairs)[:2])}" if repairs else ""


def _combined(verdicts: dict[str, Verdict]) -> Verdict:
    """One verdict of many variants: supported where any is, and unsupported only where none of the others was lost."""
    by_rank = sorted(verdicts.items(), key=lambda item: _rank(item[1]))
    best = by_rank[0][1]
    # What breaks off was taken, and answered in part.
    lost = [(variant, one) for variant, one in by_rank if is_lost(one.reason) and one.reason != "cut"]
    if best.verdict == "unsupported" and lost:
        best = lost[0][1]
    same = [(variant, verdict) for variant, verdict in by_rank if _rank(verdict)[:2] == _rank(best)[:2]]
    evidence = tuple(dict.fromkeys(place for _, verdict in same for place in verdict.evidence))
    names = ", ".join(sorted(variant for variant, _ in same if variant))
    samples = sum(v.samples[0] for v in verdicts.values()), sum(v.samples[1] for v in verdicts.values())
    variants: dict[str, str] = {variant: verdict.verdict for variant, verdict in sorted(verdicts.items()) if variant}
    note = f"{names}: {best.note}" if names else best.note
    return structs.replace(best, note=note, evidence=evidence[: 2 * _SHOWN], samples=samples, variants=variants)


def _rank(verdict: Verdict) -> tuple[int, bool, int]:
    """Of several that are not there, one that was taken and had no effect tells more than a refusal."""
    kinds = ("supported", "flaky", "unsupported", "unknown")
    reasons = ("ignored", "wrong", "malformed", "breaks", "rejected")
    reason = reasons.index(verdict.reason) if verdict.reason in reasons else len(reasons)
    return kinds.index(verdict.verdict), verdict.strength == "accepted", reason


def _unknown(probe: Probe, findings: Sequence[Finding], row: Row) -> Verdict:
    """What nothing is known of: since the wire has no field for it, the answers were lost, or nobody asked."""
    lacking = probe.requires - bare(row.fields)
    if told := [why for feature, why in row.unasked.items() if feature in probe.requires]:
        return Verdict("unknown", "not_asked", told[0])
    if lacking and row.fields and probe.is_service:
        return Verdict("unknown", "not_asked", "its requests to this API are not known here")
    if lacking and row.fields:
        return Verdict("unsupported", "not_expressible", f"the wire has no field for {', '.join(sorted(lacking))}")
    if not probe.requires and (silent := _silent(row)):
        return silent
    if findings:
        return _untold(findings)
    return _silent(row) or Verdict("unknown", "not_asked", "no exchange of this row asks for it")


def _untold(findings: Sequence[Finding]) -> Verdict:
    """Why findings tell nothing: that answers were lost comes first."""
    last = ([finding for finding in findings if is_lost(finding.reason)] or findings)[-1]
    return Verdict("unknown", last.reason, last.note, _places([last]))


def _silent(row: Row) -> Verdict | None:
    """What is to be said of a row that does not answer at all; None where it does."""
    if not row.exchanges or any(x.answered and x.ask.stream >= row.stream for x in row.exchanges):
        return None
    x = row.exchanges[0]
    reason = x.lost or (
        x.reply.error.kind if x.reply.error and is_lost(x.reply.error.kind) else "cut" if x.reply.cut else "gated"
    )
    return Verdict("unknown", reason, f"the row does not answer: {_words(x)}", (x.where,) if x.where else ())


def _stream_breaks(row: Row) -> Verdict | None:
    """Whether each stream fails, three times over, while the same without streaming is answered in between and
    behind.
    """
    if not row.stream:
        return None
    streams = [x for x in row.exchanges if x.ask.stream]
    plain = [x.number for x in row.exchanges if not x.ask.stream and x.answered]
    if len(streams) < _TIMES or any(x.answered for x in streams) or not plain:
        return None
    ends = [*(x.number for x in streams[1:]), max(plain) + 1]
    rounds = [any(x.number < number < end for number in plain) for x, end in zip(streams, ends, strict=True)]
    if sum(rounds) < _TIMES:
        return None
    note = f"every stream fails, {len(streams)} times over, and the plain mode answers in between: {_words(streams[0])}"
    where = tuple(x.where for x in streams if x.where)[:_SHOWN]
    return Verdict("unsupported", "breaks", note, where, (0, len(streams)))


def _words(x: Exchange) -> str:
    error = x.reply.error
    return f"{error.status}: {error.message:.300}" if error else x.note or x.reply.cut


def _broken(probe: Probe, findings: Sequence[Finding], row: Row) -> Verdict | None:
    """Whether the server fails each time that it is asked this, and answers without it in between and behind."""
    reason = findings[0].reason
    if reason not in BROKEN or not probe.requires or probe.asked_first or any(f.reason != reason for f in findings):
        return None
    if says_later(findings):
        return None
    failures = sorted({f.exchanges[0].number: f for f in findings}.items())
    answers = sorted(x.number for x in row.answers_without(probe.requires - {"text"}))
    rounds = [f for number, f in failures if any(number < answer < _next(number, failures) for answer in answers)]
    if len(rounds) < _TIMES:
        return None
    kind, told = BROKEN[reason]
    note = f"{told}, {len(failures)} times over, and answers other questions in between: {findings[0].note}"
    return Verdict("unsupported", kind, note, _places(rounds), (0, len(failures)))


def says_later(findings: Sequence[Finding]) -> bool:
    """Whether any of the failures asks for another try later: that is none of the question's own."""
    return any(error and error.status in BUSY for error in (f.exchanges[0].reply.error for f in findings))


def _next(number: int, failures: Sequence[tuple[int, Finding]]) -> float:
    """The number of the next failure; infinity behind the last."""
    return min((other for other, _ in failures if other > number), default=inf)


def _places(findings: Sequence[Finding]) -> tuple[str, ...]:
    exchanges: Collection[Exchange] = [x for finding in findings for x in finding.exchanges]
    return tuple(dict.fromkeys(x.where for x in exchanges if x.where))[:_SHOWN]
