"""Rate limits told in the response headers.

Asks:         nothing of its own: it reads the row's replies.
Supported:    the headers of a reply tell a limit or what remains of it.
Unsupported:  no reply's headers do (ignored).
"""

from collections.abc import Sequence

from probes.base import Row, Verdict, supported, unsupported, watch
from providers.chat import Reply


@watch("Limits")
def limits(_: Row, replies: Sequence[Reply]) -> Verdict:
    telling = [reply for reply in replies if any(limit.limit is not None or limit.remaining is not None for limit in reply.limits)]
    if telling:
        told = ", ".join(f"{limit.name or 'limit'} {limit.remaining}/{limit.limit}" for limit in telling[0].limits[:3])
        return supported(telling[:1], f"{told} ({len(telling)} of {len(replies)} replies)")
    return unsupported("ignored", replies[:1], f"none of {len(replies)} replies has such headers")
