"""Forced tools: the caller can demand that a tool be called.

Asks:         the square root of 132413 with a tool, a call being required.
Supported:    a call came.
Unsupported:  the error names the tool choice (rejected), text came instead of a call (ignored), or the wire has no field
              for it (not_expressible).
"""

from probes._tools import called, root
from probes.base import Asks, Row, probe, quoted, supported, unsupported


@probe("Tool", "🪨", words=r"tool|function", proves=("tools", "tool_choice"))
def tools_forced(row: Row) -> Asks:
    reply = yield root(row, forced=True)
    if reply.calls:
        return supported(reply, f"called {called(reply)}")
    return unsupported("ignored", reply, f"a call was required, and none came: {quoted(reply.text)}")
