"""Tools together with a schema for the answer.

Asks:         the square root of 132413 with a tool, and a schema for what comes after it; then the tool's result is fed
              back with both.
Seen:         the text after a tool's result is valid by the schema.
Accepted:     a call came, or a text that is valid by the schema: each alone shows but one of the two.
Missed:       a call was called for and none came (ignored), or the text is not valid by the schema (malformed); but not
              where the request says that the schema is no must.
Refused:      the error says that both do not go together.
"""

import json

from probes._tools import called, fed_back, is_right, root
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, results_of, seen
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
        return accepted(f"called {called(x.reply)}; what comes after it is not known")
    try:
        broken = complaint(json.loads(x.reply.text), x.ask.schema or {})
    except (ValueError, RecursionError):
        return _missed(x, f"neither a call nor JSON: {quoted(x.reply.text)}")
    except Exception as failure:
        return nothing("unsure", f"the schema cannot be checked: {type(failure).__name__}")
    if broken:
        return _missed(x, f"the text breaks the schema: {broken}")
    if results_of(x.ask):
        return seen(f"answers {quoted(x.reply.text)} to what the tool returned")
    if "tools" in x.ask.expects:
        return missed("ignored", f"no call came, but a text that is valid by the schema: {quoted(x.reply.text)}")
    return accepted(f"answers {quoted(x.reply.text)}, without a call")


def _missed(x: Exchange, note: str) -> Finding:
    if x.ask.strict is False:
        return nothing("unsure", f"the request does not ask for the schema to be kept to; {note}")
    return missed("malformed", note)


@tools_schema.asks
def asks(row: Row) -> Asks:
    x = yield root(row, schema=_RESULT, name="root-schema")
    if x.answered and any(is_right(call) for call in x.reply.calls):
        yield fed_back(x)
