"""OpenAI's Responses API, also spoken by gateways and engines.

Source: https://platform.openai.com/docs/api-reference/responses (fields),
.../docs/guides/structured-outputs?api-mode=responses, .../docs/guides/tools-web-search, .../docs/guides/pdf-files,
.../docs/guides/tools-image-generation, .../docs/guides/reasoning. The wire has no stop sequences and no seed. Its
citations point into files of a vector store or into the web, never into a text of the request; it takes no sound and
no video.

Options of Quirks: `effort` (of thinking, "low"), `web_search` (type of the tool).
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from typing import Any

import msgspec

from providers.base import PLAIN, Asking, Misfit, Quirks, Request, Response, expressible
from providers.chat import (
    TEXT,
    Ask,
    Document,
    Media,
    Message,
    Modality,
    Part,
    Reply,
    Role,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from providers.wire._body import last, streamed
from providers.wire._functions import chosen, raw_arguments
from providers.wire._http import attached, body_of, data_url, from_url, post, unbase64
from providers.wire._jobs import reply_of, served
from providers.wire._jobs_openai import sent
from providers.wire._json import Tree, arguments
from providers.wire._media import linked
from providers.wire._openai_responses_reply import decode, decode_stream
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import failure
from providers.wire.openai_chat import models as _models

_FIELDS = frozenset(
    {
        "text",
        "max_tokens",
        "top_logprobs",
        "json",
        "schema",
        "tools",
        "tool_choice",
        "tool_choice/none",
        "named_tool",
        "web_search",
        "parallel",
    }
    | {"image", "image/url", "document", "document/url", "output/image"}
    | {"batch", "file"}
)
_LOGPROBS, _SOURCES = "message.output_text.logprobs", "web_search_call.action.sources"
_ROLES: dict[str, Role] = {"assistant": "assistant", "system": "system", "developer": "system"}


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that the Responses API has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../responses."""
    return request.method == "POST" and request.path.endswith("/responses")


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    if served(ask):
        found = yield from sent(
            ask, lambda one: _encode(one, model, quirks), base_url, "/responses", quirks,
            lambda name: {"type": "input_file", "file_id": name},
        )  # fmt: skip
        return reply(ask, found, quirks)
    response = yield post(f"{base_url}/responses", _encode(ask, model, quirks))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A response, a stream of its events, or an error."""
    if served(ask):
        return reply_of(ask, responses, lambda one, some: reply(one, some, quirks))
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    return decode_stream(response) if streamed(response, repair, asked=ask.stream) else decode(response)


def _encode(ask: Ask, model: str, quirks: Quirks) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "input": [item for message in ask.messages for item in _items(message)]}
    body |= sampled(ask)
    include: list[str] = []
    if ask.max_tokens is not None:
        body["max_output_tokens"] = ask.max_tokens
    if ask.top_logprobs is not None:
        # The number alone gets an empty list: https://community.openai.com/t/1359018
        body["top_logprobs"] = ask.top_logprobs
        include.append(_LOGPROBS)
    if ask.schema is not None:
        strict = True if ask.strict is None else ask.strict
        body["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": ask.schema, "strict": strict}}
    elif ask.json:
        body["text"] = {"format": {"type": "json_object"}}
    tools: list[dict[str, Any]] = [
        {"type": "function", "name": t.name, "description": t.description, "parameters": t.parameters, "strict": False}
        for t in ask.tools
    ]
    if ask.tools:
        body["tool_choice"] = {"type": "function", "name": ask.named_tool} if ask.named_tool else ask.tool_choice
        if ask.parallel is not None:
            body["parallel_tool_calls"] = ask.parallel
    if ask.web_search:
        tools.append({"type": quirks.get("web_search", "web_search")})
        include.append(_SOURCES)
    if "image" in ask.outputs:
        tools.append({"type": "image_generation"})
        if "text" not in ask.outputs:
            body["tool_choice"] = {"type": "image_generation"}
    if tools:
        body["tools"] = tools
    if ask.thinking is not None:
        body["reasoning"] = (
            {"effort": quirks.get("effort", "low"), "summary": "auto"} if ask.thinking else {"effort": "none"}
        )
    if include:
        body["include"] = include
    if ask.stream:
        body["stream"] = True
    return body


def _items(message: Message) -> list[dict[str, Any]]:
    """A turn as items: its parts in one message, calls and results as items of their own."""
    if message.raw is not None:
        return list(message.raw)
    items: list[dict[str, Any]] = []
    for part in message.parts:
        match part:
            case ToolCall():
                items.append(
                    {"type": "function_call", "call_id": part.id, "name": part.name, "arguments": raw_arguments(part)}
                )
            case ToolResult():
                items.append({"type": "function_call_output", "call_id": part.id, "output": part.content})
            case _:
                if not items or "content" not in items[-1]:
                    items.append({"type": "message", "role": message.role, "content": []})
                items[-1]["content"].append(_part(part, message.role))
    return items


def _part(part: Text | Media | Document, role: Role) -> dict[str, Any]:
    match part:
        case Text():
            return {"type": "output_text" if role == "assistant" else "input_text", "text": part.text}
        case Media(modality="image"):
            return {"type": "input_image", "image_url": data_url(part), "detail": "auto"}
        case Media(modality="audio", url=""):
            sound = {
                "data": base64.b64encode(part.data).decode(),
                "format": part.mime.removeprefix("audio/").replace("mpeg", "mp3"),
            }
            return {"type": "input_audio", "input_audio": sound}
        case Media():
            # A file needs a name, and is read by its ending.
            where = (
                {"file_url": part.url}
                if part.url
                else {"filename": f"file.{part.mime.split('/')[-1]}", "file_data": data_url(part)}
            )
            return {"type": "input_file", **where}
        case Document():
            data = base64.b64encode(part.text.encode()).decode()
            return {
                "type": "input_file",
                "filename": f"{part.title or 'file'}.txt",
                "file_data": f"data:{part.mime};base64,{data}",
            }


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is not the Responses API"
        raise Misfit(msg)
    body = body_of(request)
    tools = body.trees("tools")
    form = body.tree("text").tree("format")
    schema = form.tree("schema").value if form.str("type") == "json_schema" else None
    choice = body.any("tool_choice")
    tool_choice, named = _chosen(choice)
    strict = form.any("strict")
    reasoning = body.tree("reasoning")
    top = body.int("top_logprobs") if "top_logprobs" in body else 0 if _LOGPROBS in body.items("include") else None
    return body.str("model"), Ask(
        tuple(_messages(body)),
        max_tokens=body.int("max_output_tokens") or None,
        top_logprobs=top,
        json=form.str("type") == "json_object",
        schema=schema,
        tools=tuple(
            Tool(t.str("name"), t.str("description"), t.tree("parameters").value)
            for t in tools
            if t.str("type") == "function"
        ),
        tool_choice=tool_choice,
        web_search=any(t.str("type").startswith("web_search") for t in tools),
        outputs=_outputs({t.str("type") for t in tools}, choice),
        thinking=reasoning.str("effort") != "none" if reasoning else None,
        stream=body.bool("stream"),
        named_tool=named,
        parallel=parallel if isinstance(parallel := body.any("parallel_tool_calls"), bool) and tools else None,
        strict=strict if isinstance(strict, bool) else None,
        sampling=sampling(body),
    )


def _chosen(choice: Any) -> tuple[ToolChoice, str]:
    """One function, or a set of them with a mode of its own; the choice of the API's own tools says nothing here."""
    functions = not isinstance(choice, dict) or choice.get("type") in ("function", "allowed_tools")
    return chosen(choice) if functions else ("auto", "")


def _outputs(tools: set[str], choice: Any) -> tuple[Modality, ...]:
    if "image_generation" not in tools:
        return TEXT
    return ("image",) if isinstance(choice, dict) and choice.get("type") == "image_generation" else ("text", "image")


def _messages(body: Tree) -> list[Message]:
    turns: list[tuple[Role, list[Part]]] = []
    if told := body.any("instructions"):
        turns.append(("system", [Text(told)] if isinstance(told, str) else []))
    given = body.any("input")
    if isinstance(given, str):
        turns.append(("user", [Text(given)]))
        return _closed(turns)
    for item in body.trees("input"):
        match item.str("type", "message"):
            case "message":
                turns.append((_ROLES.get(item.str("role"), "user"), _parts(item.any("content"))))
            case "function_call":
                raw = item.str("arguments")
                call = ToolCall(item.str("name"), arguments(raw), raw, item.str("call_id"))
                _join(turns, "assistant", call)
            case "function_call_output":
                told = item.any("output")
                text = told if isinstance(told, str) else "".join(p.text for p in _parts(told) if isinstance(p, Text))
                _join(turns, "user", ToolResult(text, "", item.str("call_id")))
    return _closed(turns)


def _join(turns: list[tuple[Role, list[Part]]], role: Role, part: ToolCall | ToolResult) -> None:
    """Calls belong to the assistant's turn before them, results to the results before them."""
    last, parts = turns[-1] if turns else ("system", [])
    if last == role and (role == "assistant" or (parts and isinstance(parts[-1], ToolResult))):
        parts.append(part)
    else:
        turns.append((role, [part]))


def _closed(turns: list[tuple[Role, list[Part]]]) -> list[Message]:
    return [Message(role, tuple(parts)) for role, parts in turns]


def _parts(content: Any) -> list[Part]:
    if isinstance(content, str):
        return [Text(content)]
    parts: list[Part] = []
    for part in Tree({"content": content}).trees("content"):
        match part.str("type"):
            case "input_text" | "output_text" | "text":
                parts.append(Text(part.str("text")))
            case "input_image":
                parts.append(linked(part.str("image_url") or part.str("file_id"), "image"))
            case "input_file":
                parts.append(_file(part))
            case "input_audio":
                sound = part.tree("input_audio")
                parts.append(
                    attached(f"audio/{sound.str('format').replace('mp3', 'mpeg')}", data=unbase64(sound.str("data")))
                )
    return parts


def _file(part: Tree) -> Media | Document:
    data, url = part.str("file_data"), part.str("file_url") or part.str("file_id")
    if not data:
        return from_url(url, "application/pdf")
    found = from_url(data) if data.startswith("data:") else attached("application/pdf", data=unbase64(data))
    title = part.str("filename").removesuffix(".txt")
    return msgspec.structs.replace(found, title=title) if isinstance(found, Document) else found


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /models, the list that serves chat completions too."""
    return _models(base_url, quirks)
