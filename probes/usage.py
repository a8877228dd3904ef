"""Usage: the provider counts the tokens of question and answer.

Asks:         a plain question; it reads every reply of the row.
Seen:         a reply counts tokens in, and out where anything came out.
Missed:       a reply counts none although it should (ignored), counts zero where there was something (wrong) or less
              (malformed).
"""

from probes.base import plain_question, probe
from probes.row import Exchange, Finding, Row, missed, nothing, seen


@probe("Usage", reads="capped")
def usage(x: Exchange, row: Row) -> Finding | None:
    del row
    count = x.reply.usage
    if count is None:
        if not x.ask.usage:
            return nothing("unsure", "the stream was not asked to count")
        return missed("ignored", "no tokens are counted")
    if min(count.input, count.output) < 0:
        return missed("malformed", f"{count.input} tokens in, {count.output} out are no counts")
    if count.input == 0:
        return missed("wrong", "the question counts for no tokens")
    if count.output == 0 and not x.reply.empty:
        return missed("wrong", "the answer counts for no tokens")
    return seen(f"{count.input} tokens in, {count.output} out")


usage.asks(plain_question)
