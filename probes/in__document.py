"""Documents (PDF) as input.

Asks:         what word a one-page PDF holds, inline and by URL.
Supported:    the answer has the word, for at least one of them.
Unsupported:  the error says that documents are not taken (rejected), the model says that it got none (ignored),
              the answer lacks the word (wrong), or the wire has no field for a document (not_expressible).
"""

from probes._inputs import asks_each
from probes.base import Asks, Row, probe


@probe("➛In", "📄", words=r"document|pdf|file|multimodal|modalit|mime|content", proves=("document",))
def in_document(row: Row) -> Asks:
    return (yield from asks_each(row, "document", "What is the word? Reply with only the word."))
