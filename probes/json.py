"""JSON mode: the server makes sure that the answer is JSON, without a schema.

Asks:         whether a banana is a fruit, in JSON with the key is_fruit.
Supported:    the text is a JSON object. The server decides the form, so a wrong fact does not matter.
Unsupported:  the error names JSON mode (rejected), the text is no JSON object (malformed), or the wire has no JSON mode
              without a schema (not_expressible).
"""

import json as stdlib

from probes.base import Asks, Row, probe, quoted, supported, unknown, unsupported
from providers.chat import Ask


@probe("JSON", words=r"json|response_?format|structured|format|mime", proves=("json",))
def json_mode(row: Row) -> Asks:
    reply = yield Ask.text(
        'Is a banana a fruit? Do not include an explanation. Reply only as JSON: {"is_fruit": true or false}.',
        name="json", json=True, stream=row.stream, thinking=row.thinking,
    )  # fmt: skip
    try:
        value = stdlib.loads(reply.text)
    except (ValueError, RecursionError):
        if reply.finish == "length":
            return unknown("unsure", f"cut by the cap on tokens: {quoted(reply.text)}", reply)
        return unsupported("malformed", reply, f"the text is no JSON: {quoted(reply.text)}")
    if isinstance(value, dict):
        return supported(reply, f"answers {quoted(reply.text)}")
    return unsupported("malformed", reply, f"the text is JSON, but no object: {quoted(reply.text)}")
