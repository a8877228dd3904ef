"""Tool choice none: no tool is called, although tools are declared.

Asks:         the square root of 132413 with a tool, in words that call for it, calls being forbidden.
Seen:         words called for a call, and none came.
Accepted:     no call came, which nothing called for.
Missed:       a call came (ignored).
Refused:      the error names the tool choice.
"""

from probes._tools import CALLS, called, root
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, results_of, seen


def _concerns(x: Exchange) -> bool:
    return x.ask.tool_choice == "none"


@probe(
    "Tool choice", "🚫", requires={"tools", "tool_choice"}, named_in_errors=r"tool|function", concerns=_concerns,
    is_deep=True,
)  # fmt: skip
def tools_none(x: Exchange, row: Row) -> Finding | None:
    del row
    if x.reply.calls:
        return missed("ignored", f"called {called(x.reply)}, although calls are forbidden")
    if x.reply.finish == "length":
        return nothing("capped", "the cap on tokens left too little of the answer")
    if x.ask.expects >= CALLS and not results_of(x.ask):
        return seen(f"no call came, although the words ask for one: {quoted(x.reply.text)}")
    return accepted(f"no call came: {quoted(x.reply.text)}")


@tools_none.asks
def asks(row: Row) -> Asks:
    yield root(row, tool_choice="none", name="root-none")
