"""Calls in a stream are well formed: each piece tells which call it belongs to, and the pieces join to what was meant.

Asks:         where questions are shared, the question of two tools; else the square root, by a tool.
Seen:         a call came in pieces with index, id, type and name each as its API documents them, that join to JSON.
Missed:       one of these is missing, comes twice or contradicts another, or the pieces join to no JSON (malformed).
"""

from probes._tools import root, root_and_country
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row, missed, seen


@probe("Streams", "🧩", requires={"tools"}, streams_only=True)
def calls(x: Exchange, row: Row) -> Finding | None:
    del row
    if x.reply.streamed is None or not x.reply.calls:
        return None
    defects = list(dict.fromkeys(x.reply.streamed.defects))
    defects += ["the arguments join to no JSON"] * any(call.arguments is None for call in x.reply.calls)
    if defects:
        return missed("malformed", "; ".join(defects[:3]))
    untyped = ", without their type, which its API lets them leave out" * x.reply.streamed.untyped
    return seen(f"{len(x.reply.calls)} calls, whole when joined{untyped}")


@calls.asks
def asks(row: Row) -> Asks:
    yield root_and_country(row) if row.share_questions else root(row)
