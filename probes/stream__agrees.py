"""Streams agree: the streamed answer says what the plain one says to the same question.

Asks:         the question of two tools, or the square root, by a tool (where these are not answered, to say hello):
              streamed, and once more without streaming.
Seen:         both count the same tokens in, or are silent on that, give the same reason why they ended, and call the
              same tools.
Missed:       one counts, and the other does not, or another number; or the reasons differ (wrong). Not where something
              else may tell them apart: a cap that one answer met alone, answers of two days or models, and, of a
              stranger's question, a number, since a request may carry what is not read (tools that the server runs,
              thoughts sent back), and a router may have gone another way.
"""

from msgspec import structs

from probes._tools import root, root_and_country
from probes.base import Asks, hello, probe
from probes.row import EVERY, Exchange, Finding, Row, missed, nothing, seen


@probe("Streams", "🤝", streams_only=True, is_deep=True, asks_all=True)
def agrees(x: Exchange, row: Row) -> Finding | None:
    plain = [twin for twin in row.twins(x, ("stream",)) if not twin.ask.stream]
    if not plain:
        return None
    comparable = [twin for twin in plain if _calls(twin) == _calls(x)]
    if not comparable:  # what a model calls is up to it
        return nothing(
            "unsure", f"calls {_calls(x) or 'nothing'}, and {_calls(plain[0]) or 'nothing'} in the plain answer"
        )
    found = [_compared(x, twin) for twin in comparable]
    return next((finding for finding in found if finding.kind == "seen"), found[0])


def _compared(x: Exchange, twin: Exchange) -> Finding:
    """What the two have in common of what is not up to the model."""
    here, there = x.reply.finish, twin.reply.finish
    counts = (_input(x), _input(twin)) if x.ask.usage and twin.ask.usage else (None, None)
    if here != there and "length" in (here, there):
        return nothing("capped", f"the cap on tokens ended one of the two: {here} in the stream, {there} in the other")
    for what, (streamed, whole) in (("tokens in", counts), ("the end", (here, there))):
        if streamed == whole:
            continue
        told = f"{what}: {streamed} in the stream, {whole} in the plain answer"
        is_at_odds = x.ask.expects >= EVERY or (what == "the end") or None in (streamed, whole)
        return missed("wrong", told, twin) if is_at_odds and _is_comparable(x, twin) else nothing("unsure", told)
    if counts[0] is None and here is None:
        return nothing("unsure", "neither counts, nor tells why it ended")
    return seen(f"as the plain answer: {_counted(counts[0])}{here}, {_told(x)}", twin)


def _is_comparable(x: Exchange, twin: Exchange) -> bool:
    """Whether nothing says that another model answered, or another version of it."""
    is_same_day = x.observed_at[:10] == twin.observed_at[:10]
    return is_same_day and len({x.reply.model, twin.reply.model} - {""}) <= 1


def _counted(tokens: int | None) -> str:
    return "" if tokens is None else f"{tokens} tokens in, "


def _calls(x: Exchange) -> list[str]:
    return sorted(call.name.strip() for call in x.reply.calls)


def _told(x: Exchange) -> str:
    return f"calls of {', '.join(_calls(x))}" if x.reply.calls else "no calls"


def _input(x: Exchange) -> int | None:
    return x.reply.usage.input if x.reply.usage else None


@agrees.asks
def asks(row: Row) -> Asks:
    ask = root_and_country(row) if row.share_questions else root(row)
    x = yield ask
    if not x.answered:
        ask = hello(row)
        yield ask
    yield structs.replace(ask, name=f"{ask.name}-unstreamed", stream=False)
