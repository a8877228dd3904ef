"""Enum bias: whether the order in which an enum lists its values decides what a model calls.

Asks:         which of two countries is the best, by a tool whose enum lists the one first, then the other.
Supported:    no order is answered by its first value alone.
Flaky:        one of the two orders is.
Unsupported:  every order is answered by its first value alone (wrong), or the model cannot call tools.
Unknown:      no call came.
"""

from probes._orders import both_orders
from probes._tools import chosen, listed
from probes.base import Asks, Row, flaky, probe, supported, unknown, unsupported


@probe("Tool", "🧐", words=r"tool|function", proves=("tools",), marks={"supported": "🧐"})
def tools_unbiased(row: Row) -> Asks:
    replies = yield from both_orders(row)
    called = [reply for reply in replies if any(chosen(reply))]
    if not called:
        return unknown("unsure", "no country was called", replies)
    told = "; ".join(f"{' before '.join(listed(reply))}: {' and '.join(chosen(reply))}" for reply in called)
    biased = [reply for reply in called if set(chosen(reply)) == set(listed(reply)[:1])]
    if len(biased) == len(replies):
        return unsupported("wrong", called, f"always the first of the enum ({told})")
    if biased:
        return flaky(
            called, f"the first of the enum in {len(biased)} of {len(called)} orders ({told})", len(called) - len(biased), len(called)
        )
    return supported(called, f"the order does not decide ({told})")
