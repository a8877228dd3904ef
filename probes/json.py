"""JSON mode: the server makes sure that the answer is JSON, without a schema.

Asks:         whether a banana is a fruit, in JSON with the key is_fruit.
Seen:         the text is a JSON object. The server decides the form, so a wrong fact does not matter.
Missed:       the text is no JSON object (malformed).
Refused:      the error names JSON mode.
"""

import json as stdlib

from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, missed, nothing, seen


@probe("JSON", requires={"json"}, named_in_errors=r"json|response_?format|structured|format|mime")
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
    yield row.ask(
        'Is a banana a fruit? Do not include an explanation. Reply only as JSON: {"is_fruit": true or false}.',
        name="json",
        json=True,
    )
