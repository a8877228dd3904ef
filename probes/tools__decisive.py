"""Decisiveness: asked for one of two values, the model calls one, not both.

Asks:         which of two countries is the best, by a tool, in both orders of its enum.
Supported:    no order gets a call for each of the values.
Unsupported:  an order gets a call for each (wrong), or the model cannot call tools.
Unknown:      no call came.
"""

from probes._orders import both_orders
from probes._tools import chosen
from probes.base import Asks, Row, probe, supported, unknown, unsupported


@probe("Tool", words=r"tool|function", proves=("tools",), marks={"unsupported:wrong": "💥"})
def tools_decisive(row: Row) -> Asks:
    replies = yield from both_orders(row)
    if not any(any(chosen(reply)) for reply in replies):
        return unknown("unsure", "no country was called", replies)
    both = [reply for reply in replies if len(set(chosen(reply))) > 1]
    told = "; ".join(" and ".join(chosen(reply)) or "none" for reply in replies)
    if both:
        return unsupported("wrong", replies, f"calls both values at once ({told})")
    return supported(replies, f"calls one value ({told})")
