"""Text as output.

Asks:         to say hello.
Seen:         a text came back; any greeting will do.
Missed:       a finished reply to a question for text holds none, no call and no medium (wrong), or only marks that
              stand for none (malformed).
Refused:      the error says that there is none to be had.
"""

from probes.base import Asks, hello, probe, quoted
from probes.row import Exchange, Finding, Row, missed, nothing, seen

_NOTHING = "\ufffd\x00 \n"
# What else may take the place of a text, or spoil it.
_OTHER = frozenset({"json", "schema", "tools", "web_search", "stop", "max_tokens", "documents", "file"}) | frozenset(
    {"image", "audio", "video", "document"}
)


@probe("Out➛", "💬", requires={"text"}, named_in_errors=r"modalit|text|chat", asked_first=1)
def out_text(x: Exchange, row: Row) -> Finding | None:
    del row
    text = x.reply.text.strip()
    if x.ask.outputs != ("text",) or (x.features & _OTHER and not text.strip(_NOTHING)):
        return None
    if text and not text.strip(_NOTHING).strip():
        return missed("malformed", f"{len(text)} marks that stand for no character")
    if text:
        return seen(f"says {quoted(text)}")
    if x.reply.calls or x.reply.media:
        return None
    if x.reply.text and not x.ask.expects:
        return nothing("unsure", "only blanks came, which may be what was asked for")
    if x.reply.finish is None and not x.ask.expects:
        return nothing("unsure", "nothing came, and nothing says that the answer is finished")
    return missed("wrong", "the answer holds no text")


@out_text.asks
def asks(row: Row) -> Asks:
    yield hello(row)
