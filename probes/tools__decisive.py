"""Decisiveness: asked for one of two values, the model calls one, not both.

Asks:         which of two values is the better, by a tool, in both orders of its enum; where more is to be known, of
              five pairs in five languages, until both are called at once.
Seen:         one of the values is called.
Missed:       each of them is (wrong); once is enough.
Refused:      the error names tools.
"""

from collections.abc import Sequence

from probes._tools import both_orders, chosen, is_bias_question, is_by_force, listed
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row, missed, nothing, seen


@probe(
    "Tool", requires={"tools"}, concerns=is_bias_question, asks_all=True, named_in_errors=r"\btools?\b|function",
    marks={"unsupported:wrong": "💥"}, one_miss_decides=True,
)  # fmt: skip
def tools_decisive(x: Exchange, row: Row) -> Finding:
    values = chosen(x)
    if not any(values):
        return nothing("unsure", f"none of {' and '.join(listed(x.ask))} was called")
    if len(set(values)) > 1:
        return missed("wrong", f"calls both values at once ({' and '.join(values)})")
    if is_by_force(x, row):
        return nothing("unsure", f"calls come where they are demanded alone: {' and '.join(values)}")
    return seen(f"calls one value ({values[0]})")


def _wavers(answers: Sequence[Exchange]) -> bool:
    return any(len(set(chosen(x))) > 1 for x in answers)


@tools_decisive.asks
def asks(row: Row) -> Asks:
    yield from both_orders(row, _wavers)
