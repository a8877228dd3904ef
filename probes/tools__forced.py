"""Forced tools: the caller can demand that a tool be called.

Asks:         the square root of 132413 with a tool, a call being required; first, where questions have their price, together with
              the question of enum bias.
Supported:    a call came.
Unsupported:  the error names the tool choice (rejected), text came instead of a call (ignored), the calls' arguments are no JSON
              (malformed), or the wire has no field for it (not_expressible).
"""

from probes._tools import called, root, root_and_country
from probes.base import Asks, Row, Settled, attempt, probe, quoted, supported, unsupported


@probe("Tool", "🪨", words=r"tool|function", proves=("tools", "tool_choice"))
def tools_forced(row: Row) -> Asks:
    if row.frugal and "tool_choice" in row.fields:
        shared = yield from attempt(root_and_country(row))
        if not isinstance(shared, Settled) and any(call.arguments is not None for call in shared.calls):
            return supported(shared, f"called {called(shared)}")
    reply = yield root(row, forced=True)
    if reply.calls and all(call.arguments is None for call in reply.calls):
        return unsupported("malformed", reply, f"called {called(reply)}")
    if reply.calls:
        return supported(reply, f"called {called(reply)}")
    return unsupported("ignored", reply, f"a call was required, and none came: {quoted(reply.text)}")
