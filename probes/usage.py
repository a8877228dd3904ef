"""Usage: the provider counts the tokens of question and answer.

Asks:         nothing of its own: it reads the row's replies.
Supported:    every successful reply counts tokens in and out.
Flaky:        some do.
Unsupported:  none does (ignored), the counts are zero (wrong) or below (malformed).
"""

from collections.abc import Sequence

from probes._watched import Complaint, verdict_of
from probes.base import Row, Verdict, watch
from providers.chat import Reply


@watch("Usage")
def usage(_: Row, replies: Sequence[Reply]) -> Verdict:
    return verdict_of(replies, _complaint)


def _complaint(reply: Reply) -> Complaint | None:
    if reply.usage is None:
        return "ignored", "no tokens are counted"
    if min(reply.usage.input, reply.usage.output) < 0:
        return "malformed", f"{reply.usage.input} tokens in, {reply.usage.output} out are no counts"
    if reply.usage.input == 0:
        return "wrong", "the question counts for no tokens"
    if reply.usage.output == 0 and not reply.empty:
        return "wrong", "the answer counts for no tokens"
    return None
