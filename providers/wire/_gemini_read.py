"""A recorded request of Google's Gemini API, read back as the question that it carries.

The API takes JSON as protocol buffers do (https://protobuf.dev/programming-guides/json): names of fields in camelCase
or in snake_case, enums by name or by number, bytes in either alphabet of base64; and one object where a list may stand.
Its clients make use of all of that.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import msgspec

from providers.base import Misfit, Request
from providers.chat import TEXT, Ask, Message, Part, Text, Tool, ToolCall, ToolChoice, ToolResult
from providers.wire._http import attached, body_of, unbase64
from providers.wire._json import Tree
from providers.wire._sampling import sampling

PATH = re.compile(r"/models/(?P<model>[^/]+):(?P<verb>generateContent|streamGenerateContent)$")
# https://ai.google.dev/api/caching#FunctionCallingConfig; the numbers are those of the protocol's definition.
_CHOICE: dict[Any, ToolChoice] = {"ANY": "required", "2": "required", "NONE": "none", "3": "none"}
# Google's own form of a schema names its types in capitals or by number: https://ai.google.dev/api/caching#Schema.
_TYPES = dict(enumerate(("string", "number", "integer", "boolean", "array", "object", "null"), 1))
# What stands below these names is the caller's own.
_OPAQUE = frozenset({"args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema"})


def read_body(request: Request) -> tuple[str, Ask]:
    """The model and the question. Raises Misfit."""
    path = PATH.search(request.path)
    if not path:
        msg = f"{request.path} is not generateContent"
        raise Misfit(msg)
    body = Tree(_camel(body_of(request).value))
    config = body.tree("generationConfig")
    thinking = config.tree("thinkingConfig")
    tools = [Tree(tool, "tools[]") for tool in _list(body.any("tools"))]
    declared = [Tree(d, "functionDeclarations[]") for tool in tools for d in _list(tool.any("functionDeclarations"))]
    calling = body.tree("toolConfig").tree("functionCallingConfig")
    choice = _CHOICE.get(str(calling.any("mode")), "auto")
    allowed = calling.strings("allowedFunctionNames")
    schema = config.any("responseJsonSchema") or _plain_schema(config.any("responseSchema"))
    outputs: tuple[Any, ...] = tuple(str(o).lower() for o in config.items("responseModalities"))  # any word
    messages = [Message("system", system)] if (system := _parts(body.any("systemInstruction"))) else []
    messages += [_turn(turn) for turn in _list(body.any("contents"))]
    return unquote(path["model"]), Ask(
        tuple(messages),
        max_tokens=config.int("maxOutputTokens") or None,
        seed=config.whole("seed"),
        stop=config.strings("stopSequences"),
        top_logprobs=config.whole("logprobs") if config.bool("responseLogprobs") else None,
        json=config.str("responseMimeType") == "application/json" and schema is None,
        schema=schema,
        tools=tuple(_tool(d) for d in declared),
        tool_choice=choice,
        web_search=any("googleSearch" in tool or "googleSearchRetrieval" in tool for tool in tools),
        outputs=outputs or TEXT,
        thinking=thinking.int("thinkingBudget", 1) != 0 if thinking else None,
        stream=path["verb"] == "streamGenerateContent",
        named_tool=allowed[0] if choice == "required" and len(allowed) == 1 else "",
        sampling=sampling(config),
    )


def _camel(value: Any) -> Any:
    """The same with the names of its fields in camelCase, but for what is the caller's own."""
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {re.sub(r"_([a-z])", lambda match: match[1].upper(), key): inner for key, inner in value.items()}
    return {key: inner if key in _OPAQUE else _camel(inner) for key, inner in named.items()}


def _list(value: Any) -> list[Any]:
    """A list, or one alone."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _turn(turn: Any) -> Message:
    role = turn.get("role") if isinstance(turn, dict) else "user"
    return Message("assistant" if role == "model" else "user", _parts(turn))


def _parts(turn: Any) -> tuple[Part, ...]:
    """The parts of a turn; a bare text is a turn of one part, and a bare part likewise."""
    if isinstance(turn, str):
        return (Text(turn),)
    told = Tree(turn, "content")
    given = _list(told.any("parts")) if "parts" in told else [turn] if told and "role" not in told else []
    return tuple(_part(part) for part in given)


def _part(given: Any) -> Part:
    part = Tree({"text": given} if isinstance(given, str) else given, "part")
    blob, file, call, result = (part.tree(k) for k in ("inlineData", "fileData", "functionCall", "functionResponse"))
    if blob:
        return attached(blob.str("mimeType"), data=unbase64(blob.str("data")))
    if file:
        return attached(file.str("mimeType"), url=file.str("fileUri"))
    if call:
        return ToolCall(call.str("name"), call.any("args") or {}, "", call.str("id"))
    if result:
        return ToolResult(msgspec.json.encode(result.any("response")).decode(), result.str("name"))
    return Text(part.str("text"))


def _tool(declared: Tree) -> Tool:
    parameters = declared.any("parametersJsonSchema") or _plain_schema(declared.any("parameters")) or {}
    return Tool(declared.str("name"), declared.str("description"), parameters)


def _plain_schema(schema: Any) -> dict[str, Any] | None:
    """JSON Schema from the API's own dialect, which is OpenAPI 3.0 with the types in capitals."""
    if not isinstance(schema, dict):
        return None
    plain: dict[str, Any] = dict(schema)
    kind = plain.pop("type", None) or plain.pop("type_", None)
    if isinstance(kind, str | int):
        plain["type"] = kind.lower() if isinstance(kind, str) else _TYPES.get(kind, "")
    elif kind is not None:
        plain["type"] = kind
    if isinstance(plain.get("properties"), dict):
        plain["properties"] = {k: _plain_schema(v) for k, v in plain["properties"].items()}
    if isinstance(plain.get("items"), dict):
        plain["items"] = _plain_schema(plain["items"])
    return plain
