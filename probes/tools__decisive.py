"""Decisiveness: asked for one of two values, the model calls one, not both.

Asks:         which of two countries is the best, by a tool, in both orders of its enum.
Seen:         one of the values is called.
Missed:       each of them is (wrong); once is enough.
Refused:      the error names tools.
"""

from probes._tools import both_orders, chosen, is_bias_question
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row, missed, nothing, seen


@probe(
    "Tool", requires={"tools"}, concerns=is_bias_question, asks_all=True, named_in_errors=r"\btools?\b|function",
    marks={"unsupported:wrong": "💥"}, one_miss_decides=True,
)  # fmt: skip
def tools_decisive(x: Exchange, row: Row) -> Finding:
    del row
    countries = chosen(x)
    if not any(countries):
        return nothing("unsure", "no country was called")
    if len(set(countries)) > 1:
        return missed("wrong", f"calls both values at once ({' and '.join(countries)})")
    return seen(f"calls one value ({countries[0]})")


@tools_decisive.asks
def asks(row: Row) -> Asks:
    yield from both_orders(row)
