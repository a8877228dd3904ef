"""Finish reason: the provider tells why an answer ended, and tells the truth.

Asks:         a plain question; it reads every reply of the row.
Seen:         a reply has a documented finish reason that fits what happened ("stop" on the call of a named tool does).
Missed:       a finished reply has none (ignored); it does not fit (wrong): "stop" on a tool call or on a text cut by
              the cap, "tool_calls" without a call, "length" on a short text to a question of ours without a cap; or it
              is none that the
              API documents (malformed).
"""

from probes.base import breaks_off, plain_question, probe, quoted
from probes.row import EVERY, Exchange, Finding, Row, missed, seen

_FEW, _SHORT = 32, 120  # tokens and characters: no provider's own cap is as low


@probe("Finish", reads="capped")
def finish(x: Exchange, row: Row) -> Finding | None:
    del row
    reply = x.reply
    if reply.finish is None:
        return missed("ignored", "no reason is given")
    if reply.finish == "other":
        return missed("malformed", f"{reply.finish_raw!r} is no reason for an answer to end")
    stopped = reply.finish in ("stop", "stop_sequence")
    if reply.calls and stopped and not x.ask.named_tool:
        return missed("wrong", f"{reply.finish_raw!r} on a tool call")
    if reply.finish == "tool_calls" and not reply.calls:
        return missed("wrong", f"{reply.finish_raw!r}, and no call came")
    cap = x.ask.max_tokens  # which had no effect on a text of more than twice its length
    spent = reply.usage.output if reply.usage else 0
    if cap and cap <= spent <= 2 * cap and stopped and not x.ask.stop and breaks_off(reply.text):
        return missed("wrong", f"{reply.finish_raw!r} on a text cut at {cap} tokens")
    short = spent < _FEW and len(reply.text) < _SHORT and not reply.thinking and reply.text.strip()
    if reply.finish == "length" and not cap and short and x.ask.expects >= EVERY:  # some APIs have a cap of their own
        return missed("wrong", f"{reply.finish_raw!r} on {quoted(reply.text)}, without a cap")
    return seen(f"{reply.finish_raw!r}")


finish.asks(plain_question)
