"""Text as output.

Asks:         to say hello.
Supported:    a text came back; any greeting will do.
Unsupported:  the answer holds no text (wrong), or only marks that stand for none (malformed), the error says that there is none to be
              had (rejected), or the wire has none (not_expressible).
"""

from probes.base import Asks, Row, hello, probe, quoted, supported, unknown, unsupported

_NOTHING = "\ufffd\x00 \n"


@probe("Out➛", "💬", words=r"modalit|text|chat", proves=("text",), gate=1)
def out_text(row: Row) -> Asks:
    reply = yield hello(stream=row.stream, thinking=row.thinking)
    if reply.text.strip() and not reply.text.strip(_NOTHING).strip():
        return unsupported("malformed", reply, f"{len(reply.text)} marks that stand for no character")
    if reply.text.strip():
        return supported(reply, f"says {quoted(reply.text)}")
    if reply.finish == "length":
        return unknown("unsure", "the cap on tokens left no room for an answer", reply)
    return unsupported("wrong", reply, "the answer holds no text")
