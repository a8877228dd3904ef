"""One question, put twice, that carries all options whose effects can be told apart.

A long text of random words, with a seed, a cap and log-probabilities; then the same with a stop sequence that stands in
the first answer. The cap shows in the first answer's end, the log-probabilities beside it, the seed in two answers that
begin alike, the stop sequence in where the second ends.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any

from probes.findings import named_in
from probes.row import Exchange, Row
from providers.chat import Ask

LONG = 200  # characters that two answers must have in common, so that it is no accident
OTHER = 7  # the seed of the contrast
_CAP = 100
_NAMES = {"seed": r"\bseed\b", "max_tokens": r"max\w*tokens|num_predict", "top_logprobs": r"log_?prob"}
_VALUES: dict[str, Any] = {"seed": 42, "max_tokens": _CAP, "top_logprobs": 2}
_PROMPT = "Write a long story about things that you pick at random."


def story(row: Row, options: Sequence[str], **more: Any) -> Ask:
    """The question, with some of the options."""
    return row.ask(_PROMPT, **{"name": "story", **{name: _VALUES[name] for name in options}, **more})


def two_stories(row: Row) -> Generator[Ask, Exchange, list[Exchange]]:
    """Asks; nothing where cells do not share questions, or there are not two of the options to be asked for. Returns
    the two answers, where both were asked for with the same seed.
    """
    left = [option for option in _NAMES if option in row.fields]
    first: Exchange | None = None
    while row.share_questions and len(left) > 1 and first is None:
        x = yield story(row, left)
        if x.answered:
            first = x
            break
        named = named_in(x.reply.error, [(option, _NAMES[option]) for option in left])
        if len(named) != 1:
            return []
        left = [option for option in left if option not in named]
    if not first or "seed" not in left:
        return []
    stop = late_word(first.reply.text) if "stop" in row.fields else ""
    again = yield story(row, left, name="story-again", **({"stop": (stop,)} if stop else {}))
    if again.answered and first.reply.text.strip().startswith(again.reply.text.strip()):
        yield story(row, left, name="story-other", seed=OTHER)
    return [first, again]


def late_word(text: str) -> str:
    """A word that first stands behind what two answers must have in common, or in the second half of a short text."""
    begin = LONG if len(text) > LONG + 40 else len(text) // 2
    words = (match for match in re.finditer(r"[A-Za-z]{4,}", text[: len(text) - 4]) if match.start() > begin)
    return next((match[0] for match in words if text.index(match[0]) == match.start()), "")
