"""The rows of Cohere's batches: JSON lines in, an Avro file out.

Sources: https://docs.cohere.com/docs/datasets, /reference/create-dataset; the dataset reader in the cohere package, which takes Avro.
The schema of the rows is not published: what a row holds is as ruby_llm writes and reads it.
"""

import io
from typing import Any

import fastavro
import msgspec

from .wire import Json

_TEXT = ["null", "string"]
_NUMBER = ["null", "double"]


def _record(name: str, /, **fields: Any) -> Json:
    listed = [
        {"name": key, "type": kind} | ({"default": None} if _optional(kind) else {}) for key, kind in fields.items()
    ]
    return {"type": "record", "name": name, "fields": listed}


def _optional(kind: Any) -> bool:
    return isinstance(kind, list) and kind[0] == "null"


def _many(kind: Any) -> list[Any]:
    return ["null", {"type": "array", "items": kind}]


_CALL = _record("ToolCall", id="string", type="string", function=_record("Function", name="string", arguments="string"))
_PART = _record("Content", type="string", text=_TEXT, thinking=_TEXT)
_MESSAGE = _record("Message", role="string", content=_many(_PART), tool_plan=_TEXT, tool_calls=_many(_CALL))
_TOKENS = _record("Tokens", input_tokens=_NUMBER, output_tokens=_NUMBER)
_USAGE = _record("Usage", billed_units=["null", _TOKENS], tokens=["null", "Tokens"])
_BODY = _record("Response", id="string", message=_MESSAGE, finish_reason=_TEXT, usage=["null", _USAGE])

OUTPUT = _record("Output", custom_id="string", body=["null", _BODY], error="string")
INPUT = _record("Input", custom_id="string", body="string")


def packed(schema: Json, rows: list[Json]) -> bytes:
    """An Avro file."""
    file = io.BytesIO()
    fastavro.writer(file, fastavro.parse_schema(schema), rows)
    return file.getvalue()


def rows_of(data: bytes, kind: str) -> tuple[list[Json], str]:
    """The rows of an uploaded file, or what is wrong with it."""
    rows: list[Json] = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return [], f"line {number} is not valid JSON"
        needed = ("custom_id", "body") if kind.startswith("batch-") else ("text",)
        missing = [name for name in needed if not isinstance(row, dict) or name not in row]
        if missing:
            return [], f"line {number}: missing required field {missing[0]}"
        rows.append(row)
    return (rows, "") if rows else ([], "dataset has no rows")


def chat_of(body: Json) -> Json:
    """A row's body as a request: batches have other names for thinking, and text where the chat has objects."""
    chat = {name: value for name, value in body.items() if name not in ("reasoning", "thinking_budget")}
    if "reasoning" in body:
        chat["thinking"] = {"type": "enabled" if body["reasoning"] else "disabled"}
        if body.get("thinking_budget"):
            chat["thinking"]["token_budget"] = body["thinking_budget"]
    chat["messages"] = [_message(message) for message in body.get("messages") or ()]
    if body.get("tools"):
        chat["tools"] = [tool | {"function": _function(tool["function"])} for tool in body["tools"]]
    return chat


def _function(function: Json) -> Json:
    parameters = function.get("parameters")
    return function | ({"parameters": msgspec.json.decode(parameters)} if isinstance(parameters, str) else {})


def _message(message: Json) -> Json:
    content = message.get("content")
    if not isinstance(content, list):
        return message
    parts = [
        part | {"image_url": {"url": part["image_url"]}}
        if part.get("type") == "image_url" and isinstance(part["image_url"], str)
        else part
        for part in content
    ]
    return message | {"content": parts}
