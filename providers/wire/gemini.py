"""Google's Gemini API: generateContent and streamGenerateContent.

Source: https://ai.google.dev/api/generate-content (fields), https://ai.google.dev/gemini-api/docs/thinking.
The wire has no finish reason of its own for tool calls: a call ends with STOP, "natural stop point of the model".

Options of Quirks: `thinking_budget` (tokens, 512).
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from typing import Any
from urllib.parse import quote

from providers.base import PLAIN, Asking, Quirks, Request, Response, expressible
from providers.chat import (
    Ask,
    Document,
    Media,
    Message,
    Part,
    Reply,
    Text,
    ToolCall,
    ToolResult,
)
from providers.wire._body import json_body, last, streamed
from providers.wire._gemini_read import PATH, read_body
from providers.wire._gemini_reply import decode, decode_stream
from providers.wire._http import post
from providers.wire._jobs import reply_of, served
from providers.wire._jobs_gemini import sent
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled
from providers.wire._trouble import failure

_FIELDS = frozenset(
    {
        "text",
        "max_tokens",
        "seed",
        "stop",
        "top_logprobs",
        "json",
        "schema",
        "tools",
        "tool_choice",
        "tool_choice/none",
        "named_tool",
        "web_search",
    }
    | {"image", "audio", "video", "document", "image/url", "audio/url", "video/url", "document/url", "documents"}
    | {"output/image", "output/audio"}
    | {"batch", "file"}
)
_CHOICE = {"auto": "AUTO", "required": "ANY", "none": "NONE"}


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that generateContent has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for .../models/NAME:generateContent and :streamGenerateContent."""
    return bool(PATH.search(request.path))


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    if served(ask):
        return reply(ask, (yield from sent(ask, lambda one: _encode(one, quirks), model, base_url)), quirks)
    verb = "streamGenerateContent?alt=sse" if ask.stream else "generateContent"
    response = yield post(f"{base_url}/models/{quote(model, safe='')}:{verb}", _encode(ask, quirks))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """An answer, a stream of its pieces, or an error."""
    if served(ask):
        return reply_of(ask, responses, lambda one, some: reply(one, some, quirks))
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    if response.body.lstrip().startswith(b"["):  # a stream without `alt=sse` comes as one list
        return decode(response)
    return decode_stream(response) if streamed(response, repair, asked=ask.stream) else decode(response)


def _encode(ask: Ask, quirks: Quirks) -> dict[str, Any]:
    config: dict[str, Any] = {**sampled(ask)}
    if ask.max_tokens is not None:
        config["maxOutputTokens"] = ask.max_tokens
    if ask.seed is not None:
        config["seed"] = ask.seed
    if ask.stop:
        config["stopSequences"] = list(ask.stop)
    if ask.top_logprobs is not None:
        config |= {"responseLogprobs": True, "logprobs": ask.top_logprobs}
    if ask.json or ask.schema is not None:
        config["responseMimeType"] = "application/json"
    if ask.schema is not None:
        config["responseJsonSchema"] = ask.schema
    if ask.outputs != ("text",):
        config["responseModalities"] = [output.upper() for output in ask.outputs]
    if ask.thinking is not None:
        budget = quirks.get("thinking_budget", 512) if ask.thinking else 0
        config["thinkingConfig"] = {"includeThoughts": ask.thinking, "thinkingBudget": budget}
    body: dict[str, Any] = {"contents": [_turn(m) for m in ask.messages if m.role != "system"]}
    if system := [part for m in ask.messages if m.role == "system" for part in m.parts]:
        body["systemInstruction"] = {"parts": [_part(part) for part in system]}
    tools: list[dict[str, Any]] = []
    if ask.tools:
        tools.append(
            {
                "functionDeclarations": [
                    {"name": t.name, "description": t.description, "parametersJsonSchema": t.parameters}
                    for t in ask.tools
                ]
            }
        )
        named = {"mode": "ANY", "allowedFunctionNames": [ask.named_tool]}
        body["toolConfig"] = {"functionCallingConfig": named if ask.named_tool else {"mode": _CHOICE[ask.tool_choice]}}
    if ask.web_search:
        tools.append({"googleSearch": {}})
    if tools:
        body["tools"] = tools
    if config:
        body["generationConfig"] = config
    return body


def _turn(message: Message) -> dict[str, Any]:
    if message.raw is not None:
        return dict(message.raw)
    return {"role": "model" if message.role == "assistant" else "user", "parts": [_part(p) for p in message.parts]}


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Text():
            return {"text": part.text}
        case Media(url=""):
            return {"inlineData": {"mimeType": part.mime, "data": base64.b64encode(part.data).decode()}}
        case Media():
            return {"fileData": {"mimeType": part.mime, "fileUri": part.url}}
        case Document():
            return {"inlineData": {"mimeType": part.mime, "data": base64.b64encode(part.text.encode()).decode()}}
        case ToolCall():
            return {"functionCall": {"name": part.name, "args": part.arguments or {}}}
        case ToolResult():
            return {"functionResponse": {"name": part.name, "response": {"response": part.content}}}


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    return read_body(request)


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /models, page by page (https://ai.google.dev/api/models)."""
    found: list[str] = []
    token = ""
    while True:
        response = yield Request("GET", f"{base_url}/models?pageSize=1000{token and '&pageToken=' + quote(token)}")
        body = json_body(response)
        found += [m.str("name").removeprefix("models/") for m in body.trees("models")]
        token = body.str("nextPageToken")
        if not token:
            return sorted(set(found))
