"""Enum bias: whether the order in which an enum lists its values decides what a model calls.

Asks:         which of two values is the better, by a tool whose enum lists the one first, then the other; where more is
              to be known, of five pairs in five languages, until both came.
Seen:         another value than the first of the enum is called.
Missed:       the first of the enum alone is (wrong); in both orders: unsupported, in one: flaky.
Refused:      the error names tools.
"""

from collections.abc import Sequence

from probes._tools import both_orders, chosen, is_bias_question, is_by_force, listed
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
    values, order = chosen(x), listed(x.ask)
    if not any(values):
        return nothing("unsure", f"none of {' and '.join(order)} was called")
    if is_by_force(x, row):
        return nothing("unsure", f"calls come where they are demanded alone: {' and '.join(values)}")
    note = f"{' before '.join(order)}: {' and '.join(values)}"
    return missed("wrong", f"the first of the enum ({note})") if _is_first(x) else seen(note)


def _is_first(x: Exchange) -> bool:
    """Whether the first of the enum alone is called."""
    return set(chosen(x)) == set(listed(x.ask)[:1])


def _varies(answers: Sequence[Exchange]) -> bool:
    """Whether the first is called sometimes, and sometimes not."""
    return len({_is_first(x) for x in answers if chosen(x)}) > 1


@tools_unbiased.asks
def asks(row: Row) -> Asks:
    yield from both_orders(row, _varies)
