"""Usage: the provider counts the tokens of question and answer.

Asks:         nothing of its own: it reads the row's replies.
Supported:    every successful reply counts tokens in and out.
Flaky:        some do.
Unsupported:  none does (ignored), or the counts are zero (wrong).
"""

from collections.abc import Sequence

from probes._watched import verdict_of
from probes.base import Row, Verdict, watch
from providers.chat import Reply


@watch("Usage")
def usage(_: Row, replies: Sequence[Reply]) -> Verdict:
    return verdict_of(replies, _complaint)


def _complaint(reply: Reply) -> str:
    if reply.usage is None:
        return "no tokens are counted"
    if reply.usage.input <= 0:
        return "the question counts for no tokens"
    if reply.usage.output <= 0 and not reply.empty:
        return "the answer counts for no tokens"
    return ""
