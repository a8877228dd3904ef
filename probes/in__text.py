"""Text as input.

Asks:         a plain question; it reads every reply of the row.
Seen:         a question in text got a text, a call or a medium.
Missed:       many questions of our own in text, and nothing in any answer that has to do with them (wrong).
"""

import re

from probes.base import plain_question, probe, quoted
from probes.row import Exchange, Finding, Row, missed, nothing, seen, words_of

_MANY = 4  # fewer may be answered in another language, or cut before the first word that tells


@probe("➛In", "💬", reads="capped")
def in_text(x: Exchange, row: Row) -> Finding | None:
    if not words_of(x.ask).strip() and not x.alone:
        return None
    ours = [y for y in row.exchanges if "in.text" in y.ask.expects and y.answered]
    if x in ours and len(ours) >= _MANY and not any(_heard(y) for y in ours):
        return missed("wrong", f"{len(ours)} answers have nothing to do with the questions: {quoted(x.reply.text)}")
    if x.reply.empty and not x.reply.thinking:
        return nothing("unsure", "accepted, and answered with nothing")
    return seen("a question in text was answered")


def _heard(x: Exchange) -> bool:
    """Whether the answer has a word of the question that is not in every question, or is more than text."""
    asked = _telling(words_of(x.ask))
    return bool(x.reply.calls or x.reply.media or asked & _telling(f"{x.reply.text} {x.reply.thinking}"))


def _telling(text: str) -> set[str]:
    words = re.findall(r"[a-z_]{5,}", text.lower())
    return {word for word in words if word not in ("reply", "write", "about", "which", "their")}


in_text.asks(plain_question)
