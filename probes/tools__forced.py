"""Forced tools: the caller can demand that a tool be called.

Asks:         to say hello, with a tool, a call being required: the words give no cause for one.
Seen:         a call came; where a tool was named, of that tool.
Accepted:     a call came that the words of the question ask for as well.
Missed:       text came instead of a call (ignored), another tool was called than the one that was named (wrong), the
              calls' arguments are no JSON (malformed).
Refused:      the error names the tool choice, or tools as a whole.
"""

import json

from probes._tools import called, forced
from probes.base import Asks, probe, quoted
from probes.row import EVERY, Exchange, Finding, Row, accepted, missed, seen


def _concerns(x: Exchange) -> bool:
    """That a tool is named is another thing than that any is required; where we ask, it has a cell of its own."""
    return not (x.ask.named_tool and x.ask.expects >= EVERY)


@probe("Tool", "🪨", requires={"tools", "tool_choice"}, named_in_errors=r"tool|function", concerns=_concerns)
def tools_forced(x: Exchange, row: Row) -> Finding | None:
    del row
    calls = x.reply.calls
    if x.ask.tool_choice != "required":
        return None
    if not calls:
        return missed("ignored", f"a call was required, and none came: {quoted(x.reply.text)}")
    if not any(call.arguments is not None or _is_json(call.raw) for call in calls):
        return missed("malformed", f"called {called(x.reply)}")
    if x.ask.named_tool and all(call.name.strip() != x.ask.named_tool for call in calls):
        return missed("wrong", f"called {called(x.reply)}, where {x.ask.named_tool} was named")
    if "tools" in x.ask.expects:
        return accepted(f"called {called(x.reply)}, which the words ask for as well")
    return seen(f"called {called(x.reply)}")


def _is_json(text: str) -> bool:
    """Whether it is JSON: whether the tool's parameters allow it is told where calls are free. An object within a text
    is none: it was spoiled on the way.
    """
    try:
        value = json.loads(text)  # leniently: an Infinity is another matter than a call that is cut
    except (ValueError, RecursionError):
        return False
    return not (isinstance(value, str) and value.lstrip().startswith("{"))


@tools_forced.asks
def asks(row: Row) -> Asks:
    yield forced(row)
