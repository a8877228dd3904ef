"""The stream says who speaks, where its API has a field for that.

Asks:         a plain question; it reads every streamed reply of the row.
Seen:         a piece names the role, or the API has none.
Missed:       none does (ignored).
"""

from probes.base import plain_question, probe
from probes.row import Exchange, Finding, Row, missed, seen


@probe("Streams", "🗣️", reads="capped", streams_only=True)
def role(x: Exchange, row: Row) -> Finding | None:
    del row
    if x.reply.streamed is None:
        return None
    return seen("the role is named") if x.reply.streamed.role else missed("ignored", "no piece names the role")


role.asks(plain_question)
