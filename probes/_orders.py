"""The question of the best country, in both orders of the enum."""

from __future__ import annotations

from collections.abc import Generator

from probes._tools import best_country
from probes.base import Row, Settled, attempt
from providers.chat import Ask, Reply


def both_orders(row: Row) -> Generator[Ask, Reply, list[Reply]]:
    """The replies that hold calls, one per order. Raises Settled where no order was answered."""
    replies = []
    for first, second in (("Canada", "the USA"), ("the USA", "Canada")):
        names = first.removeprefix("the "), second.removeprefix("the ")
        reply = yield from attempt(best_country(row, *names, forced=True), best_country(row, *names, forced=False))
        if isinstance(reply, Settled):
            settled = reply
        else:
            replies.append(reply)
    if not replies:
        raise settled
    return replies
