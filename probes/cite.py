"""Citations: pointers from the answer into a document that the caller gave.

Asks:         a question about an attached text on an invented country.
Supported:    citations point into the document. Web pages that a search found do not count.
Unsupported:  the error says that such a document is not taken (rejected), no citation comes (ignored), or the wire has
              no field for documents (not_expressible).
"""

from probes.base import Asks, Row, Settled, attempt, probe, quoted, supported, unsupported
from providers.chat import Ask, Document

_TEXT = "The capital of Drovantia is Quell. The coin used in Drovantia is called the ostrumel. Its lighthouse stands in Quell."


@probe("Cite", words=r"citation|document|mime|content|file|text/plain", proves=("documents",))
def cite(row: Row) -> Asks:
    asks = [
        Ask.text(
            "What is the coin used in Drovantia called?", Document(_TEXT, "Drovantia", mime),
            name=f"citations{suffix}", stream=row.stream, thinking=row.thinking,
        )
        for suffix, mime in (("", "text/plain"), ("-text-plain", "text/plain"), ("-text-markdown", "text/markdown"))
    ]  # fmt: skip
    reply = yield from attempt(*asks)
    if isinstance(reply, Settled):
        raise reply
    if reply.citations:
        return supported(reply, f"cites {quoted(reply.citations[0].quote or str(reply.citations[0].document))}")
    return unsupported("ignored", reply, f"no citation: {quoted(reply.text)}")
