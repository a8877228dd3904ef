"""The question of the better of two countries, in both orders, and answers to it."""

from probes._tools import COUNTRY, best
from probes.row import Row
from providers.chat import Reply, ToolCall

CANADA, USA = (best(Row(), COUNTRY, *order, forced=False) for order in (("Canada", "USA"), ("USA", "Canada")))
TALK = Reply(text="Both are fine.", finish="stop")


def picks(*countries: str) -> Reply:
    """Calls of them."""
    return Reply(
        calls=tuple(ToolCall("best_country", {"country": country}, country) for country in countries),
        finish="tool_calls",
    )
