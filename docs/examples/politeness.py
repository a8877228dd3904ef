"""Politeness: the model says please when it is told to.

Asks:         to answer with the word please alone.
Seen:         the text has the word.
Accepted:     a question has the word in it, and was answered without.
Missed:       the answer to our own question has it not (wrong).
"""

from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, seen, words_of


@probe("Out➛", "🙏")
def politeness(x: Exchange, row: Row) -> Finding | None:
    del row
    if "please" not in words_of(x.ask).lower():
        return None
    if "please" in x.reply.text.lower():
        return seen(f"says {quoted(x.reply.text)}")
    if "politeness" in x.ask.expects:
        return missed("wrong", f"says {quoted(x.reply.text)}")
    return accepted(f"was asked nicely, and says {quoted(x.reply.text)}")


@politeness.asks
def asks(row: Row) -> Asks:
    yield row.ask("Reply with the word please, and nothing else.", name="politeness", expects=frozenset({"politeness"}))
