"""Streams agree: the streamed answer says what the plain one says to the same question.

Asks:         the question of two tools, or the square root, by a tool (where these are not answered, to say hello):
              streamed, and once more without streaming.
Seen:         both count the same tokens in, or are silent on that, give the same reason why they ended, and call the
              same tools.
Missed:       one counts, and the other does not, or another number; or the reasons differ (wrong).
"""

from msgspec import structs

from probes._tools import root, root_and_country
from probes.base import Asks, hello, probe
from probes.row import Exchange, Finding, Row, missed, nothing, seen


@probe("Streams", "🤝", streams_only=True, is_deep=True, asks_all=True)
def agrees(x: Exchange, row: Row) -> Finding | None:
    plain = [twin for twin in row.twins(x, ("stream",)) if not twin.ask.stream]
    if not plain:
        return None
    twin = next((twin for twin in plain if _calls(twin) == _calls(x)), None)
    if twin is None:  # what a model calls is up to it
        return nothing(
            "unsure", f"calls {_calls(x) or 'nothing'}, and {_calls(plain[0]) or 'nothing'} in the plain answer"
        )
    for what, here, there in (("tokens in", _input(x), _input(twin)), ("the end", x.reply.finish, twin.reply.finish)):
        if here != there:
            return missed("wrong", f"{what}: {here} in the stream, {there} in the plain answer", twin)
    if _input(x) is None and x.reply.finish is None:
        return nothing("unsure", "neither counts, nor tells why it ended")
    return seen(f"as the plain answer: {_input(x)} tokens in, {x.reply.finish}, {_told(x)}", twin)


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
