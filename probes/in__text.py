"""Text as input.

Asks:         a plain question; it reads every reply of the row.
Seen:         a question in text got a text, a call or a medium.
Missed:       many questions of our own in text, and nothing in any free answer that has to do with them (wrong).
"""

import re

from probes.base import plain_question, probe, quoted
from probes.row import Exchange, Finding, Row, missed, nothing, seen, words_of

_MANY = 4  # fewer may be answered in another language, or cut before the first word that tells


@probe("➛In", "💬", reads="capped")
def in_text(x: Exchange, row: Row) -> Finding | None:
    if not words_of(x.ask).strip() and not x.alone:
        return None
    free = [y for y in row.exchanges if "in.text" in y.ask.expects and y.answered and not _is_by_grammar(y)]
    if "in.text" in x.ask.expects and len(free) >= _MANY and not any(map(_heard, free)):
        if _is_by_grammar(x):
            return nothing("unsure", "a grammar may have made the answer, whatever was understood")
        return missed("wrong", f"{len(free)} answers have nothing to do with the questions: {quoted(x.reply.text)}")
    if x.reply.empty and not x.reply.thinking:
        return nothing("unsure", "accepted, and answered with nothing")
    return seen("a question in text was answered")


def _is_by_grammar(x: Exchange) -> bool:
    """Whether a grammar may have made the answer: its words are those of the question."""
    return x.ask.schema is not None or x.ask.tool_choice == "required"


def _heard(x: Exchange) -> bool:
    """Whether the answer has a word of the question that is not in every question, or is more than text."""
    asked = _telling(words_of(x.ask))
    return bool(x.reply.calls or x.reply.media or asked & _telling(f"{x.reply.text} {x.reply.thinking}"))


def _telling(text: str) -> set[str]:
    words = re.findall(r"[a-z_]{5,}", text.lower())
    return {word for word in words if word not in ("reply", "write", "about", "which", "their")}


in_text.asks(plain_question)
