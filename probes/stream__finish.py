"""Finish reason in a stream.

Asks:         a plain question; it reads every streamed reply of the row.
Seen:         the stream tells why the answer ended.
Missed:       it is finished, and does not tell (ignored).
"""

from probes.base import plain_question, probe
from probes.row import Exchange, Finding, Row, missed, seen


@probe("Streams", "🔚", reads="capped", streams_only=True)
def finish(x: Exchange, row: Row) -> Finding | None:
    del row
    if x.reply.finish_raw:
        return seen(f"{x.reply.finish_raw!r}")
    return missed("ignored", "no reason is given")


finish.asks(plain_question)
