"""Finish reason: the provider tells why an answer ended, and tells the truth.

Asks:         nothing of its own: it reads the row's replies.
Supported:    every successful reply has a finish reason that fits what happened.
Flaky:        some do.
Unsupported:  none does. "stop" on a tool call or on a text cut by the cap does not fit.
"""

from collections.abc import Sequence

from probes._watched import verdict_of
from probes.base import Row, Verdict, watch
from providers.chat import Reply


@watch("Finish")
def finish(_: Row, replies: Sequence[Reply]) -> Verdict:
    return verdict_of(replies, _complaint)


def _complaint(reply: Reply) -> str:
    if reply.finish is None:
        return "no reason is given"
    if reply.calls and reply.finish in ("stop", "stop_sequence"):
        return f"{reply.finish_raw!r} on a tool call"
    cap = reply.question.max_tokens
    spent = reply.usage.output if reply.usage else 0
    if cap and spent >= cap and reply.finish in ("stop", "stop_sequence"):
        return f"{reply.finish_raw!r} on a text cut at {cap} tokens"
    return ""
