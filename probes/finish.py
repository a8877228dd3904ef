"""Finish reason: the provider tells why an answer ended, and tells the truth.

Asks:         nothing of its own: it reads the row's replies.
Supported:    every successful reply has a finish reason that fits what happened.
Flaky:        some do.
Unsupported:  none has one (ignored), it does not fit (wrong): "stop" on a tool call or on a text cut by the cap, "length" on a
              short text without a cap; or it is none that the API documents (malformed).
"""

from collections.abc import Sequence

from probes._watched import Complaint, verdict_of
from probes.base import Row, Verdict, quoted, watch
from providers.chat import Reply

_FEW, _SHORT = 32, 120  # tokens and characters: no provider's own cap is as low


@watch("Finish")
def finish(_: Row, replies: Sequence[Reply]) -> Verdict:
    return verdict_of(replies, _complaint)


def _complaint(reply: Reply) -> Complaint | None:
    if reply.finish is None:
        return "ignored", "no reason is given"
    if reply.finish == "other":
        return "malformed", f"{reply.finish_raw!r} is no reason for an answer to end"
    if reply.calls and reply.finish in ("stop", "stop_sequence"):
        return "wrong", f"{reply.finish_raw!r} on a tool call"
    cap = reply.question.max_tokens  # which had no effect on a text of more than twice its length
    spent = reply.usage.output if reply.usage else 0
    if cap and cap <= spent <= 2 * cap and reply.finish in ("stop", "stop_sequence"):
        return "wrong", f"{reply.finish_raw!r} on a text cut at {cap} tokens"
    if reply.finish == "length" and not cap and spent < _FEW and len(reply.text) < _SHORT and not reply.thinking and reply.text.strip():
        return "wrong", f"{reply.finish_raw!r} on {quoted(reply.text)}, without a cap"
    return None
