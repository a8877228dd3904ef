"""Text as input.

Asks:         nothing of its own: it reads the row's replies.
Supported:    a question in text got an answer of any modality.
Unsupported:  every question in text was answered with nothing (ignored), or all of many with what has no word of the question, no
              call and no medium in it (wrong).
"""

import re
from collections.abc import Sequence

from probes.base import Row, Verdict, quoted, supported, unsupported, watch
from providers.chat import Reply, Text

_MANY = 4  # fewer may be answered in another language, or cut before the first word that tells


@watch("➛In", "💬")
def in_text(_: Row, replies: Sequence[Reply]) -> Verdict:
    asked = [reply for reply in replies if any(isinstance(part, Text) for part in reply.question.parts())]
    if len(asked) >= _MANY and not any(_heard(reply) for reply in asked):
        return unsupported("wrong", asked[:1], f"{len(asked)} answers have nothing to do with the questions: {quoted(asked[0].text)}")
    answered = [reply for reply in asked if not reply.empty or reply.thinking]
    if answered:
        return supported(answered[0], "a question in text was answered")
    return unsupported("ignored", asked, "questions in text were accepted and answered with nothing")


def _heard(reply: Reply) -> bool:
    """Whether the answer has a word of the question that is not in every question, or is more than text."""
    asked = {word for part in reply.question.parts() if isinstance(part, Text) for word in _telling(part.text)}
    return bool(reply.calls or reply.media or asked & _telling(f"{reply.text} {reply.thinking}"))


def _telling(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z_]{5,}", text.lower()) if word not in ("reply", "write", "about", "which", "their")}
