"""Tool choice by name: the caller can demand a call of this very tool.

Asks:         to say hello, with two tools, a call of the second being demanded.
Seen:         that tool was called.
Missed:       no call came (ignored), or another tool was called (wrong).
Refused:      the error names the tool choice.
"""

from probes._tools import COUNTRY, SQUARE_ROOT, called
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, missed, seen


@probe(
    "Tool choice", "🎯", requires={"tools", "tool_choice", "named_tool"}, named_in_errors=r"tool|function",
    is_deep=True,
)  # fmt: skip
def tools_named(x: Exchange, row: Row) -> Finding | None:
    del row
    names = {call.name.strip() for call in x.reply.calls}
    if not names:
        return missed("ignored", f"{x.ask.named_tool} was demanded, and no call came: {quoted(x.reply.text)}")
    if names == {x.ask.named_tool}:
        return seen(f"called {called(x.reply)}")
    return missed("wrong", f"called {called(x.reply)}, where {x.ask.named_tool} was demanded")


@tools_named.asks
def asks(row: Row) -> Asks:
    tools = SQUARE_ROOT, COUNTRY.tool_of(*COUNTRY.values)
    yield row.ask("Say hello.", name="named", tools=tools, tool_choice="required", named_tool=COUNTRY.tool)
