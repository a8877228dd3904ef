"""Several calls at once.

Asks:         two square roots at once, by a tool.
Seen:         one reply holds two calls or more.
Missed:       two were called for at once, and one came (ignored).
Refused:      the error names parallel calls.
"""

from probes._tools import AT_ONCE, called, is_due, two_roots
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row, missed, seen


def _concerns(x: Exchange) -> bool:
    return x.ask.parallel is not False and is_due(x.ask)


@probe(
    "Calls", "👯", requires={"tools"}, named_in_errors=r"parallel", concerns=_concerns, is_deep=True,
    is_habit=True,
)  # fmt: skip
def tools_parallel(x: Exchange, row: Row) -> Finding | None:
    del row
    if len(x.reply.calls) > 1:
        return seen(f"called {called(x.reply)}")
    if x.reply.calls and x.ask.expects >= AT_ONCE:
        return missed("ignored", f"called {called(x.reply)} alone, where two were called for")
    return None


@tools_parallel.asks
def asks(row: Row) -> Asks:
    yield two_roots(row)
