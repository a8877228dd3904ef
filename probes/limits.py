"""Rate limits told in the response headers.

Asks:         nothing of its own: it reads the row's replies.
Supported:    the headers of a reply tell a limit or what remains of it.
Unsupported:  no reply's headers do (ignored), what they tell is no number (malformed), or nothing is allowed at all (wrong).
"""

from collections.abc import Sequence

from probes.base import Row, Verdict, supported, unsupported, watch
from providers.chat import Reply


@watch("Limits")
def limits(_: Row, replies: Sequence[Reply]) -> Verdict:
    headed = [reply for reply in replies if reply.limits]
    telling = [reply for reply in replies if any(limit.limit is not None or limit.remaining is not None for limit in reply.limits)]
    if telling and all(limit.limit == 0 for reply in telling for limit in reply.limits):
        return unsupported("wrong", telling[:1], "the headers allow nothing at all, beside an answer")
    if telling:
        told = ", ".join(f"{limit.name or 'limit'} {limit.remaining}/{limit.limit}" for limit in telling[0].limits[:3])
        return supported(telling[:1], f"{told} ({len(telling)} of {len(replies)} replies)")
    if headed:
        return unsupported("malformed", headed[:1], f"no numbers in the headers of {len(headed)} replies")
    return unsupported("ignored", replies[:1], f"none of {len(replies)} replies has such headers")
