"""JSON by a schema that the caller gives.

Asks:         whether a banana is a fruit, with a JSON Schema that requires the boolean is_fruit.
Supported:    the text is JSON and valid by the schema that was sent.
Unsupported:  the error names the schema (rejected), the text is no JSON or not valid by it (malformed), or the wire has no
              field for a schema (not_expressible).
"""

import json

import jsonschema

from probes.base import Asks, Row, probe, quoted, supported, unknown, unsupported
from providers.chat import Ask

_SCHEMA = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"], "additionalProperties": False}
_VALIDATOR = jsonschema.Draft202012Validator(_SCHEMA)


@probe("Schema", words=r"schema|json|response_?format|structured|format", proves=("schema",))
def schema(row: Row) -> Asks:
    reply = yield Ask.text(
        "Is a banana a fruit? Do not include an explanation. Reply only as JSON.",
        name="jsonschema", schema=_SCHEMA, stream=row.stream, thinking=row.thinking,
    )  # fmt: skip
    try:
        value = json.loads(reply.text)
        schema = reply.question.schema or _SCHEMA
        (_VALIDATOR if schema == _SCHEMA else jsonschema.Draft202012Validator(schema)).validate(value)
    except (ValueError, RecursionError):
        if reply.finish == "length":
            return unknown("unsure", f"cut by the cap on tokens: {quoted(reply.text)}", reply)
        return unsupported("malformed", reply, f"the text is no JSON: {quoted(reply.text)}")
    except jsonschema.ValidationError as error:
        return unsupported("malformed", reply, f"the text breaks the schema: {error.message:.120}")
    return supported(reply, f"answers {quoted(reply.text)}")
