"""Citations: pointers from the answer into a document that the caller gave.

Asks:         a question about an attached text on an invented country.
Supported:    citations point into the document. Web pages that a search found do not count.
Unsupported:  the error says that such a document is not taken (rejected), no citation comes (ignored), what is quoted stands
              nowhere in the document (wrong), nothing is quoted and no place given (malformed), or the wire has no field for
              documents (not_expressible).
"""

import re

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
        if not (row.fields and suffix == "-text-plain")  # the first, by the name that recordings have
    ]  # fmt: skip
    reply = yield from attempt(*asks)
    if isinstance(reply, Settled):
        raise reply
    given = " ".join(part.text for part in reply.question.parts() if isinstance(part, Document))
    if reply.citations and not any(citation.quote or (citation.start or 0) < (citation.end or 0) for citation in reply.citations):
        return unsupported("malformed", reply, f"{len(reply.citations)} citations without a quote or a place")
    quotes = [citation.quote for citation in reply.citations if citation.quote]
    if quotes and given and not any(_words(quote) in f"{_words(given)} {_words(reply.text)}" for quote in quotes):
        return unsupported("wrong", reply, f"cites {quoted(quotes[0])}, which stands nowhere")
    if reply.citations:
        return supported(reply, f"cites {quoted(reply.citations[0].quote or str(reply.citations[0].document))}")
    return unsupported("ignored", reply, f"no citation: {quoted(reply.text)}")


def _words(text: str) -> str:
    """The text, however its words are spaced and its marks are set."""
    return " ".join(re.findall(r"\w+", text.lower()))
