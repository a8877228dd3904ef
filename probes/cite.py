"""Citations: pointers from the answer into a document that the caller gave.

Asks:         a question about an attached text on an invented country.
Seen:         citations point into the document. Web pages that a search found do not count.
Accepted:     no citation comes to the question of a stranger, which may have left nothing to cite.
Missed:       no citation comes to ours (ignored), what is quoted stands nowhere in the document (wrong), nothing is
              quoted and no place given (malformed).
Refused:      the error says that such a document is not taken.
"""

import re

from probes.base import Asks, probe, quoted
from probes.row import EVERY, Exchange, Finding, Row, accepted, missed, seen
from providers.chat import Document

_TEXT = (
    "The capital of Drovantia is Quell. The coin used in Drovantia is called the ostrumel. Its lighthouse stands "
    "in Quell."
)


@probe("Cite", requires={"documents"}, asks_all=True, named_in_errors=r"citation|document|mime|content|file|text/plain")
def cite(x: Exchange, row: Row) -> Finding | None:
    del row
    citations = x.reply.citations
    if not citations:
        note = f"no citation: {quoted(x.reply.text)}"
        return missed("ignored", note) if x.ask.expects >= EVERY else accepted(note)
    if not any(citation.quote or (citation.start or 0) < (citation.end or 0) for citation in citations):
        return missed("malformed", f"{len(citations)} citations without a quote or a place")
    given = " ".join(part.text for part in x.ask.parts() if isinstance(part, Document))
    quotes = [citation.quote for citation in citations if citation.quote]
    if quotes and given and not any(_words(quote) in f"{_words(given)} {_words(x.reply.text)}" for quote in quotes):
        return missed("wrong", f"cites {quoted(quotes[0])}, which stands nowhere")
    return seen(f"cites {quoted(citations[0].quote or str(citations[0].document))}")


def _words(text: str) -> str:
    """The text, however its words are spaced and its marks are set."""
    return " ".join(re.findall(r"\w+", text.lower()))


@cite.asks
def asks(row: Row) -> Asks:
    for name, mime in (("citations", "text/plain"), ("citations-markdown", "text/markdown")):
        x = yield row.ask("What is the coin used in Drovantia called?", Document(_TEXT, "Drovantia", mime), name=name)
        if x.answered or x.lost:
            return
