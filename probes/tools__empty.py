"""A tool without parameters.

Asks:         what time it is, by a tool that takes nothing.
Seen:         a tool that takes nothing was called with an empty object.
Missed:       a call was called for and none came (ignored), or its arguments are no empty object (malformed).
Refused:      the error names tools.
"""

from probes._tools import CALLS, called, is_due
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, missed, seen
from providers.chat import Tool

_CLOCK = Tool("current_time", "Tells the time of day", {"type": "object", "properties": {}})


def _concerns(x: Exchange) -> bool:
    return len(x.ask.tools) == 1 and not x.ask.tools[0].parameters.get("properties") and is_due(x.ask)


@probe(
    "Calls", "🫙", requires={"tools"}, named_in_errors=r"\btools?\b|function", concerns=_concerns, is_deep=True,
    is_habit=True,
)  # fmt: skip
def tools_empty(x: Exchange, row: Row) -> Finding | None:
    del row
    if not x.reply.calls:
        return missed("ignored", f"no call came: {quoted(x.reply.text)}") if x.ask.expects >= CALLS else None
    if any(call.arguments for call in x.reply.calls) or any(call.arguments is None for call in x.reply.calls):
        return missed("malformed", f"called {called(x.reply)}, of a tool that takes nothing")
    return seen(f"called {called(x.reply)}")


@tools_empty.asks
def asks(row: Row) -> Asks:
    yield row.ask("What time is it? Use the tool current_time.", name="clock", tools=(_CLOCK,), expects=CALLS)
