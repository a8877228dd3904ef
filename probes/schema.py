"""JSON by a schema that the caller gives.

Asks:         whether a banana is a fruit, in words that leave the form open, with a JSON Schema that requires the
              boolean is_fruit.
Seen:         the text is JSON and valid by the schema that was sent.
Missed:       the text is no JSON or not valid by it (malformed); but not where the request says that the schema is no
              must, or offers tools beside it.
Refused:      the error names the schema.
"""

import json
from typing import Any

import jsonschema

from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, missed, nothing, seen

_SCHEMA = {
    "type": "object",
    "properties": {"is_fruit": {"type": "boolean"}},
    "required": ["is_fruit"],
    "additionalProperties": False,
}


@probe("Schema", requires={"schema"}, named_in_errors=r"schema|json|response_?format|structured|format")
def schema(x: Exchange, row: Row) -> Finding | None:
    del row
    text = x.reply.text
    if x.reply.calls and not text.strip():
        return nothing("unsure", "a call came instead of a text")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _missed(x, f"the text is no JSON: {quoted(text)}")
    try:
        error = complaint(value, x.ask.schema or {})
    except Exception as failure:
        return nothing("unsure", f"the schema cannot be checked: {type(failure).__name__}")
    return _missed(x, f"the text breaks the schema: {error}") if error else seen(f"answers {quoted(text)}")


def complaint(value: Any, schema: dict[str, Any]) -> str:
    """How a value breaks a JSON Schema; empty where it does not. Raises what the schema itself is wrong by."""
    validator = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    found = jsonschema.exceptions.best_match(validator(schema).iter_errors(value))
    return f"{found.message:.120}" if found else ""


def _missed(x: Exchange, note: str) -> Finding:
    if x.ask.strict is False:
        return nothing("unsure", f"the request does not ask for the schema to be kept to; {note}")
    if x.ask.tools:
        return nothing("unsure", f"tools were offered beside it; {note}")
    return missed("malformed", note)


@schema.asks
def asks(row: Row) -> Asks:
    text = "Is a banana a fruit? Answer as you like, be it in a sentence or in JSON."
    yield row.ask(text, name="schema", schema=_SCHEMA)
