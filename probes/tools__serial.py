"""Calls one at a time: the caller can forbid several at once.

Asks:         two square roots at once, by a tool; several calls at once being allowed, and forbidden.
Seen:         the same was answered with two calls where that is allowed, and with one here.
Accepted:     no more than one call came, which may have been enough.
Missed:       several came (ignored).
Refused:      the error names parallel calls.
"""

from probes._tools import called, two_roots
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, seen


def _concerns(x: Exchange) -> bool:
    return x.ask.parallel is False


@probe(
    "Calls", "1️⃣", requires={"tools", "parallel"}, named_in_errors=r"parallel", concerns=_concerns, is_deep=True,
    asks_all=True, is_habit=True,
)  # fmt: skip
def tools_serial(x: Exchange, row: Row) -> Finding | None:
    if len(x.reply.calls) > 1:
        return missed("ignored", f"called {called(x.reply)} at once, although that is forbidden")
    if x.reply.calls and any(len(twin.reply.calls) > 1 for twin in row.twins(x, ("parallel",))):
        return seen(f"called {called(x.reply)} alone, where two calls come to the same words")
    return accepted(f"called {called(x.reply) or 'nothing'}: {quoted(x.reply.text)}")


@tools_serial.asks
def asks(row: Row) -> Asks:
    yield two_roots(row)
    yield two_roots(row, parallel=False, name="two-roots-serial")
