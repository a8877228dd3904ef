"""Streams end as their API says: by a mark of its own ([DONE], message_stop, response.completed and the like).

Asks:         a plain question; it reads every streamed reply of the row.
Seen:         the mark came.
Missed:       the answer is finished, and no mark came (ignored).
"""

from probes.base import plain_question, probe
from probes.row import Exchange, Finding, Row, missed, seen


@probe("Streams", "🏁", reads="capped", streams_only=True)
def ends(x: Exchange, row: Row) -> Finding | None:
    del row
    if x.reply.streamed is None:
        return None
    if x.reply.streamed.end:
        return seen(f"ends with {x.reply.streamed.end}")
    return missed("ignored", "the stream just stops, with no mark that it is done")


ends.asks(plain_question)
