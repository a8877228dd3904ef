"""JSON mode: the server makes sure that the answer is JSON, without a schema.

Asks:         whether a banana is a fruit, in words that leave the form open.
Seen:         the text is a JSON object. The server decides the form, so a wrong fact does not matter.
Missed:       the text is no JSON object (malformed).
Refused:      the error names JSON mode.
"""

import json as stdlib

from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, missed, nothing, seen


@probe("JSON", requires={"json"}, named_in_errors=r"json|response_?format|structured|format|mime", is_habit=True)
def json_mode(x: Exchange, row: Row) -> Finding | None:
    del row
    text = x.reply.text
    if x.reply.calls and not text.strip():
        return nothing("unsure", "a call came instead of a text")
    try:
        value = stdlib.loads(text)
    except (ValueError, RecursionError):
        return missed("malformed", f"the text is no JSON: {quoted(text)}")
    if isinstance(value, dict):
        return seen(f"answers {quoted(text)}")
    return missed("malformed", f"the text is JSON, but no object: {quoted(text)}")


@json_mode.asks
def asks(row: Row) -> Asks:
    # Some APIs want the word JSON in the question; nothing in it asks for JSON.
    yield row.ask("Is a banana a fruit? Answer as you like, be it in a sentence or in JSON.", name="json", json=True)
