"""Temperature and its like: how an answer is drawn, in the words that each API has for it.

Each wire says where these fields stand; the names are left as they were sent.
"""

from __future__ import annotations

from providers.chat import Ask
from providers.wire._json import Tree

_NAMES = frozenset({
    "temperature", "top_p", "top_k", "min_p", "top_a", "typical_p", "tfs_z", "mirostat", "mirostat_eta", "mirostat_tau",
    "frequency_penalty", "presence_penalty", "repetition_penalty", "repeat_penalty", "repeat_last_n",
    "topP", "topK", "frequencyPenalty", "presencePenalty",
})  # fmt: skip


def sampling(tree: Tree, *more: str) -> tuple[tuple[str, float], ...]:
    """The fields of that kind with a number in them, sorted; `more` are names that only this wire has."""
    numbers = {name: tree.any(name) for name in (*_NAMES, *more)}
    return tuple(sorted((name, float(told)) for name, told in numbers.items() if _is_number(told)))


def _is_number(told: object) -> bool:
    """True for a number that a float can hold."""
    return isinstance(told, float) or (isinstance(told, int) and not isinstance(told, bool) and abs(told) < 1 << 53)


def sampled(ask: Ask) -> dict[str, float]:
    """The same fields of a question, to be sent. Whole numbers go as such, since some of the fields take no other."""
    return {name: int(value) if value.is_integer() else value for name, value in ask.sampling}
