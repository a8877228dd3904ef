"""Documents (PDF) as input.

Asks:         what word a one-page PDF holds, inline and by URL.
Seen:         the answer has the word that is known to be in it, for at least one of them.
Accepted:     taken and answered; what it shows is not known here, or the question is about something else.
Missed:       the model says that it got none (ignored), or the answer lacks the word (wrong).
Refused:      the error says that documents are not taken.
"""

from probes._media import NAMED, asks_each, names_a_format, understood, variants_of
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row


@probe(
    "➛In", "📄", requires={"document"}, variants=variants_of("document"), named_in_errors=NAMED["document"],
    is_narrow=names_a_format("document"),
)  # fmt: skip
def in_document(x: Exchange, row: Row) -> list[Finding]:
    del row
    return understood(x, "document")


@in_document.asks
def asks(row: Row) -> Asks:
    yield from asks_each(row, "document", "What is the word? Reply with only the word.")
