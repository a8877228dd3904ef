"""Tools: the model calls a function that the caller offers, and uses what it answered.

Asks:         the square root of 132413 with a tool square_root(number), a call being forced (not forced where that fails);
              then the tool's result is fed back.
Supported:    it calls the tool with 132413 and the second answer has the result.
Flaky:        the call is right, but the result that was fed back is not used; or one of the two ways to ask works.
Unsupported:  the error names tools (rejected), no call comes (ignored), another name or value is called (wrong), the
              arguments are no JSON (malformed), or the wire has no field for tools (not_expressible).
"""

from probes._tools import ROOT, called, fed_back, is_right, root
from probes.base import Asks, Row, Settled, attempt, flaky, probe, quoted, supported, unsupported
from providers.chat import Reply


@probe("Tool", words=r"tool|function", proves=("tools",), lead=True)
def tools(row: Row) -> Asks:
    asked = [root(row, forced=True), root(row, forced=False)]
    settled: Settled | None = None
    tried: list[Reply] = []
    for ask in asked:
        reply = yield from attempt(ask)
        if isinstance(reply, Settled):
            settled = settled if settled and reply.verdict.reason == "unrecorded" else reply
            continue
        tried.append(reply)
        if any(is_right(call) for call in reply.calls):
            break
    else:
        if not tried and settled:
            raise settled
        last = tried[-1]
        if not last.calls:
            return unsupported("ignored", tried, f"no call came: {quoted(last.text)}")
        reason = "malformed" if any(call.arguments is None for call in last.calls) else "wrong"
        return unsupported(reason, tried, f"called {called(last)}")
    second = yield from attempt(fed_back(ask, reply, forced=ask is asked[0]))
    if isinstance(second, Settled):
        return supported(reply, f"called {called(reply)}; {second.verdict.note}")
    if ROOT not in second.text.replace(",", ""):
        return flaky([reply, second], f"called {called(reply)}, but the result fed back is not used: {quoted(second.text)}", 1, 2)
    return supported([reply, second], f"called {called(reply)}, then answered {quoted(second.text)}")
