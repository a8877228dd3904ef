"""Enum bias: whether the order in which an enum lists its values decides what a model calls.

Asks:         which of two countries is the best, by a tool whose enum lists the one first, then the other.
Seen:         another value than the first of the enum is called.
Missed:       the first of the enum alone is (wrong); in both orders: unsupported, in one: flaky.
Refused:      the error names tools.
"""

from probes._tools import both_orders, chosen, is_bias_question, listed
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row, missed, nothing, seen


@probe(
    "Tool",
    requires={"tools"},
    concerns=is_bias_question,
    asks_all=True,
    named_in_errors=r"\btools?\b|function",
    marks={"supported": "🧐"},
)
def tools_unbiased(x: Exchange, row: Row) -> Finding:
    del row
    countries, order = chosen(x), listed(x.ask)
    if not any(countries):
        return nothing("unsure", "no country was called")
    note = f"{' before '.join(order)}: {' and '.join(countries)}"
    return missed("wrong", f"the first of the enum ({note})") if set(countries) == set(order[:1]) else seen(note)


@tools_unbiased.asks
def asks(row: Row) -> Asks:
    yield from both_orders(row)
