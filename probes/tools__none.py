"""Tool choice none: no tool is called, although tools are declared.

Asks:         the square root of 132413 with a tool, in words that call for it; free to call, and calls being forbidden.
Seen:         the same was answered with a call where it was free, and with none here.
Accepted:     no call came, and the same was not asked without the choice.
Missed:       a call came (ignored).
Refused:      the error names the tool choice.
"""

from probes._tools import called, root
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, results_of, seen


def _concerns(x: Exchange) -> bool:
    return x.ask.tool_choice == "none"


@probe(
    "Tool choice", "🚫", requires={"tools", "tool_choice", "tool_choice/none"}, named_in_errors=r"tool|function",
    concerns=_concerns, is_deep=True, asks_all=True, is_habit=True,
)  # fmt: skip
def tools_none(x: Exchange, row: Row) -> Finding | None:
    if x.reply.calls:
        return missed("ignored", f"called {called(x.reply)}, although calls are forbidden")
    if x.reply.finish == "length":
        return nothing("capped", "the cap on tokens left too little of the answer")
    free = [twin for twin in row.twins(x, ("tool_choice",)) if not (_concerns(twin) or results_of(x.ask))]
    if any(twin.reply.calls for twin in free):
        return seen(f"no call came, where one comes to the same words without the choice: {quoted(x.reply.text)}")
    if free:
        return nothing("unsure", f"no call comes to the same words, be it forbidden or not: {quoted(x.reply.text)}")
    return accepted(f"no call came: {quoted(x.reply.text)}")


@tools_none.asks
def asks(row: Row) -> Asks:
    yield root(row)
    yield root(row, tool_choice="none", name="root-none")
