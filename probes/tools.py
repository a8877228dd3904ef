"""Tools: the model calls a function that the caller offers, and uses what it answered.

Asks:         the square root of 132413 with a tool square_root(number), a call being forced (not forced where that fails);
              then the tool's result is fed back. First, where questions have their price, together with the question of enum bias.
Supported:    it calls the tool with 132413 and the second answer has the result.
Flaky:        the call is right, but the result that was fed back is not used; or one of the two ways to ask works.
Unsupported:  the error names tools (rejected), no call comes (ignored), another name or value is called (wrong), the
              arguments are no JSON (malformed), or the wire has no field for tools (not_expressible).
"""

from collections.abc import Generator

from probes._tools import ROOT, called, fed_back, is_right, root, root_and_country
from probes.base import Asks, Row, Settled, Verdict, attempt, flaky, missing, probe, quoted, supported, unsupported
from providers.chat import Ask, Reply


@probe("Tool", words=r"tool|function", proves=("tools",), lead=True)
def tools(row: Row) -> Asks:
    if row.frugal and (verdict := (yield from _with_another(row))):
        return verdict
    settled: list[Verdict] = []
    tried: list[Reply] = []
    for forced in (True, False):
        ask = root(row, forced=forced)
        reply = yield from attempt(ask)
        if isinstance(reply, Settled):
            settled.append(reply.verdict)
            continue
        tried.append(reply)
        if any(is_right(call) for call in reply.calls):
            break
    else:
        return next((v for v in settled if missing(row, v)), None) or _failed(tried, settled)
    spoiled = [v.note for v in settled if v.reason == "malformed"] + [f"called {called(r)}" for r in tried[:-1] if r.calls]
    if spoiled:
        return flaky(tried, f"called {called(reply)} when free to, but when forced to: {spoiled[0]}", 1, 2)
    names = ("tools-squareroot-2",) if forced else ("tools-squareroot-2-any", "tools-squareroot-2")
    second = yield from attempt(*(fed_back(ask, reply, name) for name in names))
    if isinstance(second, Settled):
        if missing(row, second.verdict):
            raise second
        return supported(reply, f"called {called(reply)}; {second.verdict.note}")
    if ROOT not in second.text.replace(",", ""):
        return flaky([reply, second], f"called {called(reply)}, but the result fed back is not used: {quoted(second.text)}", 1, 2)
    return supported([reply, second], f"called {called(reply)}, then answered {quoted(second.text)}")


def _with_another(row: Row) -> Generator[Ask, Reply, Verdict | None]:
    """The verdict by a question that needs two tools; None where it does not show all that it must."""
    ask = root_and_country(row)
    reply = yield from attempt(ask)
    if isinstance(reply, Settled) or not any(is_right(call) for call in reply.calls):
        return None
    second = yield from attempt(fed_back(ask, reply, "tools-both-2"))
    if isinstance(second, Settled) or ROOT not in second.text.replace(",", ""):
        return None
    return supported([reply, second], f"called {called(reply)}, then answered {quoted(second.text)}")


def _failed(tried: list[Reply], settled: list[Verdict]) -> Verdict:
    """What neither way to ask shows: the last reply tells most, else the refusal that is not just a missing recording."""
    if not tried:
        return next((v for v in reversed(settled) if v.reason != "unrecorded"), settled[0])
    last = tried[-1]
    if not last.calls:
        return unsupported("ignored", tried, f"no call came: {quoted(last.text)}")
    if any(call.arguments is None for call in last.calls):
        return unsupported("malformed", tried, f"called {called(last)}")
    return unsupported("wrong", tried, f"called {called(last)}")
