"""Text as input.

Asks:         nothing of its own: it reads the row's replies.
Supported:    a question in text got an answer of any modality.
Unsupported:  every question in text was answered with nothing (ignored).
"""

from collections.abc import Sequence

from probes.base import Row, Verdict, supported, unsupported, watch
from providers.chat import Reply, Text


@watch("➛In", "💬")
def in_text(_: Row, replies: Sequence[Reply]) -> Verdict:
    asked = [reply for reply in replies if any(isinstance(part, Text) for part in reply.question.parts())]
    answered = [reply for reply in asked if not reply.empty or reply.thinking]
    if answered:
        return supported(answered[0], "a question in text was answered")
    return unsupported("ignored", asked, "questions in text were accepted and answered with nothing")
