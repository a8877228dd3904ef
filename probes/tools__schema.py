"""Tools together with a schema for the answer.

Asks:         the square root of 132413 with a tool, and a schema for what comes after it.
Seen:         with both, a call came, or a text that is valid by the schema.
Missed:       neither came (malformed); but not where the request says that the schema is no must.
Refused:      the error says that both do not go together.
"""

import json

from probes._tools import called, root
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, missed, nothing, seen
from probes.schema import complaint

_RESULT = {
    "type": "object",
    "properties": {"root": {"type": "number"}},
    "required": ["root"],
    "additionalProperties": False,
}


@probe(
    "Calls", "🧾", requires={"tools", "schema"}, named_in_errors=r"tool|function|schema|response_?format", is_deep=True,
)  # fmt: skip
def tools_schema(x: Exchange, row: Row) -> Finding:
    del row
    if x.reply.calls:
        return seen(f"called {called(x.reply)}")
    try:
        broken = complaint(json.loads(x.reply.text), x.ask.schema or {})
    except (ValueError, RecursionError):
        return _missed(x, f"neither a call nor JSON: {quoted(x.reply.text)}")
    except Exception as failure:
        return nothing("unsure", f"the schema cannot be checked: {type(failure).__name__}")
    if broken:
        return _missed(x, f"the text breaks the schema: {broken}")
    return seen(f"answers {quoted(x.reply.text)}")


def _missed(x: Exchange, note: str) -> Finding:
    if x.ask.strict is False:
        return nothing("unsure", f"the request does not ask for the schema to be kept to; {note}")
    return missed("malformed", note)


@tools_schema.asks
def asks(row: Row) -> Asks:
    yield root(row, schema=_RESULT, name="root-schema")
