"""Usage in a stream: the tokens are counted where that is asked for.

Asks:         a plain question; it reads every streamed reply of the row that was asked to count.
Seen:         the stream counts tokens in and out.
Missed:       asked to, or since its API always does, and it does not (ignored).
"""

from probes.base import plain_question, probe
from probes.row import Exchange, Finding, Row, missed, seen


@probe("Streams", "🔢", reads="capped", streams_only=True)
def usage(x: Exchange, row: Row) -> Finding | None:
    del row
    count = x.reply.usage
    if count is not None:
        field = x.reply.streamed.counted_in if x.reply.streamed else ""
        unasked = ", which was not asked for" * (not x.ask.usage)
        where = f", told in {field}, not in usage{unasked}" if field else ""
        return seen(f"{count.input} tokens in, {count.output} out{where}")
    return missed("ignored", "the stream was asked to count tokens, and does not") if x.ask.usage else None


usage.asks(plain_question)
