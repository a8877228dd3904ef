"""The fields of Cohere's chat requests: their names, their types, and their limits.

Sources: https://docs.cohere.com/reference/chat, /reference/errors, /docs/structured-outputs; the types of the cohere package; for the
words of the errors that the reference does not quote, https://github.com/OpenRouterTeam/openrouter-examples/issues/71 and
https://github.com/BerriAI/litellm/issues/10939.
"""

import re
from collections.abc import Mapping
from typing import Any

from .problem import Problem
from .wire import Json

_SEE = "For proper usage, please refer to https://docs.cohere.com/v2/reference/chat"
_MOST_STOPS = 5
_CHAT = {
    "citation_options": "Object",
    "documents": "[]Object",
    "frequency_penalty": "float",
    "k": "int",
    "logprobs": "bool",
    "max_tokens": "int",
    "messages": "[]Object",
    "model": "string",
    "p": "float",
    "presence_penalty": "float",
    "priority": "int",
    "response_format": "Object",
    "safety_mode": "string",
    "seed": "int",
    "stop_sequences": "[]string",
    "stream": "bool",
    "strict_tools": "bool",
    "temperature": "float",
    "thinking": "Object",
    "tool_choice": "string",
    "tools": "[]Object",
}
_NESTED: dict[str, Mapping[str, str]] = {
    "citation_options": {"mode": "string"},
    "response_format": {"type": "string", "json_schema": "Object", "schema": "Object"},
    "thinking": {"type": "string", "token_budget": "int"},
}
_MESSAGES = {
    "user": {"role", "content"},
    "system": {"role", "content"},
    "assistant": {"role", "content", "citations", "tool_calls", "tool_plan"},
    "tool": {"role", "content", "tool_call_id"},
}
_PARTS = {
    "text": {"type", "text"},
    "thinking": {"type", "thinking"},
    "image_url": {"type", "image_url"},
    "document": {"type", "document"},
}
# Which parts each role may have.
_SAID = {
    "user": {"text", "image_url"},
    "system": {"text"},
    "assistant": {"text", "thinking"},
    "tool": {"text", "document"},
}
_RANGES = {
    "temperature": (0, 1.0),
    "presence_penalty": (0, 1),
    "frequency_penalty": (0, 1),
    "p": (0, 0.99),
    "k": (0, 500),
}
_CHOICES = {
    "tool_choice": {"REQUIRED", "NONE"},
    "citation_options.mode": {"ENABLED", "DISABLED", "FAST", "ACCURATE", "OFF"},
    "thinking.type": {"ENABLED", "DISABLED"},
    "response_format.type": {"TEXT", "JSON_OBJECT"},
}
_NAMES = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}


def check(body: Json) -> None:
    """Raises what the API answers to a request that it does not take."""
    _typed(body, _CHAT, "")
    for name, fields in _NESTED.items():
        if body.get(name) is not None:
            _typed(body[name], fields, f"{name}.")
    if not body.get("model"):
        raise Problem("bad_request", "a model parameter is required for this endpoint.")
    _messages(body.get("messages") or [])
    _limits(body)
    _tools(body)
    _documents(body)
    _format(body)


def invalid(message: str) -> Problem:
    return Problem("bad_request", f"invalid request: {message}")


def _unknown(name: str) -> Problem:
    return Problem("bad_request", f"unknown field: parameter '{name}' is not a valid field. {_SEE}")


def _typed(value: Json, fields: Mapping[str, str], within: str) -> None:
    for name, one in value.items():
        if name not in fields:
            raise _unknown(within + name)
        if one is not None and not _is(one, fields[name], name):
            raise _mistyped(within + name, one, fields[name])


def _mistyped(name: str, value: Any, kind: str) -> Problem:
    told = f"is of type {_NAMES.get(type(value), 'null')} but should be of type {kind}"
    return Problem("bad_request", f"invalid type: parameter '{name}' {told}. {_SEE}")


def _is(value: Any, kind: str, name: str) -> bool:
    match kind:
        case "[]Object":
            return isinstance(value, list) and all(
                isinstance(one, dict) or (name == "documents" and isinstance(one, str)) for one in value
            )
        case "[]string":
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, {"string": str, "bool": bool, "Object": dict}[kind])


def _messages(messages: list[Json]) -> None:
    if not messages:
        raise invalid("message must be at least 1 token long or tool results must be specified.")
    called: set[str] = set()
    for at, message in enumerate(messages):
        role = message.get("role")
        if role not in _MESSAGES:
            raise invalid(
                f"Invalid role in messages at index {at}. Role must be one of the following: user, assistant, system, tool"
            )
        for name in sorted(message.keys() - _MESSAGES[role]):
            raise _unknown(f"messages.{name}")
        content = message.get("content")
        if not isinstance(content, str | list | None):
            raise _mistyped("messages.content", content, "string")
        for part in content if isinstance(content, list) else ():
            _part(role, part)
        if role == "tool":
            if not message.get("tool_call_id"):
                raise Problem("bad_request", "tool call id must be provided with tool message")
            if message["tool_call_id"] not in called:
                raise Problem("bad_request", "tool call id not found in previous tool calls")
        elif not content and not message.get("tool_calls"):
            raise invalid("all elements in history must have a message.")
        for call in message.get("tool_calls") or ():
            if call.get("type") != "function":
                raise Problem("bad_request", "tool call must be of type function")
            called.add(call.get("id", ""))


def _part(role: str, part: Any) -> None:
    if not isinstance(part, dict):
        raise _mistyped("messages.content", part, "Object")
    kind = part.get("type")
    if kind not in _SAID[role]:
        raise invalid(f"content of type '{kind}' is not supported for the role {role}")
    for name in sorted(part.keys() - _PARTS[kind]):
        raise _unknown(f"messages.content.{name}")
    wanted: type = str if kind in ("text", "thinking") else dict
    if not isinstance(part.get(kind), wanted):
        raise _mistyped(f"messages.content.{kind}", part.get(kind), "string" if wanted is str else "Object")


def _limits(body: Json) -> None:
    for name, (least, most) in _RANGES.items():
        if not least <= (body.get(name) or least) <= most:
            raise invalid(f"{name} must be between {least} and {most} inclusive.")
    if body.get("frequency_penalty") and body.get("presence_penalty"):
        raise invalid("cannot specify both frequency_penalty and presence_penalty.")
    if (body.get("max_tokens") or 0) < 0:
        raise invalid("max_tokens cannot be less than 0.")
    if (count := len(body.get("stop_sequences") or ())) > _MOST_STOPS:
        raise invalid(f"too many stop sequences provided, maximum is {_MOST_STOPS}, received {count}.")
    if body.get("safety_mode") not in (None, "CONTEXTUAL", "STRICT", "OFF", "NONE"):
        raise Problem("bad_request", f"unrecognized safety mode '{body['safety_mode']}'. {_SEE}")
    for path, known in _CHOICES.items():
        outer, _, inner = path.partition(".")
        value = (body.get(outer) or {}).get(inner) if inner else body.get(outer)
        # The guides write small letters where the reference has capitals.
        if value is not None and value not in known and (not inner or value.upper() not in known):
            raise invalid(f"{path} must be one of {', '.join(sorted(known))}, received '{value}'")
    if "thinking" in body and ((body["thinking"] or {}).get("token_budget") or 1) < 1:
        raise invalid("thinking.token_budget must be a positive integer.")


def _tools(body: Json) -> None:
    if body.get("tool_choice") == "REQUIRED" and not body.get("tools"):
        raise invalid("tools must be specified when tool_choice is REQUIRED.")
    for tool in body.get("tools") or ():
        function = tool.get("function")
        if tool.get("type") != "function" or not isinstance(function, dict):
            raise invalid("tools must be of type function")
        for name in sorted(tool.keys() - {"type", "function"}):
            raise _unknown(name)
        for name in sorted(function.keys() - {"name", "description", "parameters"}):
            raise _unknown(name)
        if not isinstance(function.get("parameters"), dict | None):
            raise _mistyped("tools.function.parameters", function["parameters"], "Object")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(function.get("name") or "")):
            told = "tool names can only contain certain characters (A-Za-z0-9_) and can't begin with a digit"
            raise invalid(f"{told} (provided name: '{function.get('name', '')}').")


def _documents(body: Json) -> None:
    if body.get("documents") is None:
        return
    if not body["documents"]:
        raise invalid("list of documents must not be empty")
    places: dict[str, int] = {}
    for at, document in enumerate(body["documents"]):
        if not document or (isinstance(document, dict) and not document.get("data")):
            raise invalid(f"document at index {at} cannot be empty")
        if isinstance(document, str):
            continue
        for name in sorted(document.keys() - {"id", "data"}):
            raise _unknown(f"documents.{name}")
        if not isinstance(document["data"], str | dict):
            raise _mistyped("documents.data", document["data"], "Object")
        if document.get("id") is None:
            continue
        if (first := places.setdefault(document["id"], at)) != at:
            raise invalid(f"duplicate document ID {document['id']} at index {at} and {first}")


def _format(body: Json) -> None:
    asked = body.get("response_format") or {}
    if asked.get("type") != "json_object":
        return
    for name, mode in (("documents", "RAG"), ("tools", "tools")):
        if body.get(name):
            raise invalid(f"response_format is not supported with {mode}.")
    schema = asked.get("json_schema", asked.get("schema"))
    if schema is not None:
        if schema.get("type") != "object":
            raise Problem("bad_request", "schema must be an object")
        _schema(schema)


def _schema(schema: Json) -> None:
    """Each object has a required field, and each property a type."""
    properties = schema.get("properties") or {}
    if schema.get("type") == "object":
        if not schema.get("required"):
            raise Problem("bad_request", "object must have at least one required field")
        if set(schema["required"]) - properties.keys():
            raise Problem("bad_request", "required field name not found in properties")
    for name, one in properties.items():
        if not isinstance(one, dict) or not one.keys() & {"type", "$ref", "enum", "const", "anyOf"}:
            raise Problem("bad_request", f"property {name} must have a type")
        _schema(one)
    if isinstance(schema.get("items"), dict):
        _schema(schema["items"])
