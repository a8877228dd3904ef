"""Politeness: the model says please when it is told to.

Asks:         to answer with the word please alone.
Supported:    the text has the word.
Unsupported:  it has not (wrong), or the answer is an error that names text (rejected).
"""

from probes.base import Asks, Row, probe, quoted, supported, unsupported
from providers.chat import Ask


@probe("Out➛", "🙏", words=r"text|polite", proves=("text",))
def politeness(row: Row) -> Asks:
    reply = yield Ask.text("Reply with the word please, and nothing else.", name="politeness", stream=row.stream, thinking=row.thinking)
    if "please" in reply.text.lower():
        return supported(reply, f"says {quoted(reply.text)}")
    return unsupported("wrong", reply, f"says {quoted(reply.text)}")
