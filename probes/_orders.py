"""The question of the best country, in both orders of the enum."""

from __future__ import annotations

from collections.abc import Generator

from probes._tools import best_country, chosen, root_and_country
from probes.base import Row, Settled, attempt, missing
from providers.chat import Ask, Reply


def both_orders(row: Row) -> Generator[Ask, Reply, list[Reply]]:
    """The replies that hold calls, one per order. Raises Settled where no order was answered."""
    replies: list[Reply] = []
    for first, second in (("Canada", "the USA"), ("the USA", "Canada")):
        if row.frugal and not replies and first == "Canada":
            shared = yield from attempt(root_and_country(row))
            if isinstance(shared, Reply) and any(chosen(shared)):
                replies.append(shared)
                continue
        names = first.removeprefix("the "), second.removeprefix("the ")
        reply = yield from attempt(best_country(row, *names, forced=True), best_country(row, *names, forced=False))
        if isinstance(reply, Settled) and missing(row, reply.verdict):
            raise reply
        if isinstance(reply, Settled):
            settled = reply
        else:
            replies.append(reply)
    if not replies:
        raise settled
    return replies
