"""Anthropic's Messages API, also spoken by gateways and by other makers' "Anthropic compatible" endpoints.

Source: https://platform.claude.com/docs/en/api/messages (fields), .../build-with-claude/streaming (events),
.../build-with-claude/thinking, .../build-with-claude/citations, .../build-with-claude/structured-outputs. The wire
has schemas, but no JSON mode without one; no seed, no log-probabilities. It requires a cap on tokens: where none is
asked for, `FILLER` is sent.

Options of Quirks: `adaptive` (patterns of models that think by {"type": "adaptive"}; the others get a budget),
`between_tools` (patterns of models that leave off thinking by that word, not by "disabled"), `thinking_budget`
(tokens, 1024, the least that is allowed), `web_search` (the version of the tool).
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from providers.base import PLAIN, Asking, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Document, Media, Message, Part, Reply, Text, Tool, ToolCall, ToolResult
from providers.wire._anthropic_reply import decode, decode_stream
from providers.wire._body import last, streamed
from providers.wire._http import attached, body_of, listing, post, unbase64
from providers.wire._jobs import reply_of, served
from providers.wire._jobs_anthropic import sent
from providers.wire._json import Tree
from providers.wire._media import linked
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import failure

FILLER = 4096  # the most that the oldest models take: https://platform.claude.com/docs/en/about-claude/models/overview

_FIELDS = frozenset(
    {"text", "max_tokens", "stop", "schema", "web_search"}
    | {"tools", "tool_choice", "tool_choice/none", "named_tool", "parallel"}
    | {"image", "image/url", "document", "document/url", "documents"}
    | {"batch", "file"}
)
_CHOICE = {"auto": "auto", "required": "any", "none": "none"}
_CHOSEN = {"any": "required", "tool": "required", "none": "none"}


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that the Messages API has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../messages, but not for the messages of an OpenAI thread."""
    return request.method == "POST" and request.path.endswith("/messages") and "/threads/" not in request.path


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    if served(ask):
        found = yield from sent(ask, lambda one: _encode(one, model, quirks), base_url)
        return reply(ask, found, quirks)
    response = yield post(f"{base_url}/messages", _encode(ask, model, quirks))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A message, a stream of its events, or an error."""
    if served(ask):
        return reply_of(ask, responses, lambda one, some: reply(one, some, quirks))
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    return decode_stream(response) if streamed(response, repair, asked=ask.stream) else decode(response)


def _encode(ask: Ask, model: str, quirks: Quirks) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "max_tokens": FILLER if ask.max_tokens is None else ask.max_tokens}
    if system := [_part(part) for m in ask.messages if m.role == "system" for part in m.parts]:
        body["system"] = system
    body["messages"] = [_turn(m) for m in ask.messages if m.role != "system"]
    body |= sampled(ask)
    if ask.stop:
        body["stop_sequences"] = list(ask.stop)
    if ask.schema is not None:
        body["output_config"] = {"format": {"type": "json_schema", "schema": ask.schema}}
    tools: list[dict[str, Any]] = [
        {"name": t.name, "description": t.description, "input_schema": t.parameters} for t in ask.tools
    ]
    if ask.web_search:
        tools.append({"type": quirks.get("web_search", "web_search_20250305"), "name": "web_search"})
    if tools:
        body["tools"] = tools
    if ask.tools:
        named = {"type": "tool", "name": ask.named_tool}
        body["tool_choice"] = named if ask.named_tool else {"type": _CHOICE[ask.tool_choice]}
        if ask.parallel is not None and ask.tool_choice != "none":
            body["tool_choice"]["disable_parallel_tool_use"] = not ask.parallel
    if ask.thinking is not None:
        body["thinking"] = _thinking(ask.thinking, model, quirks)
    if ask.stream:
        body["stream"] = True
    return body


def _thinking(on: bool, model: str, quirks: Quirks) -> dict[str, Any]:
    if not on:
        return {"type": "between_tools" if _any(quirks, "between_tools", model) else "disabled"}
    if _any(quirks, "adaptive", model):
        # Without `display` the newest models leave the thinking out and send the signature alone.
        return {"type": "adaptive", "display": "summarized"}
    return {"type": "enabled", "budget_tokens": quirks.get("thinking_budget", 1024)}


def _any(quirks: Quirks, option: str, model: str) -> bool:
    return any(fnmatchcase(model, pattern) for pattern in quirks.get(option, ()))


def _turn(message: Message) -> dict[str, Any]:
    if message.raw is not None:
        return {"role": "assistant", "content": message.raw}
    return {"role": message.role, "content": [_part(part) for part in message.parts]}


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Media():
            kind = "image" if part.modality == "image" else "document"
            inline = {"type": "base64", "media_type": part.mime, "data": base64.b64encode(part.data).decode()}
            return {"type": kind, "source": {"type": "url", "url": part.url} if part.url else inline}
        case Document():
            source = {"type": "text", "media_type": "text/plain", "data": part.text}
            title = {"title": part.title} if part.title else {}
            return {"type": "document", "source": source, **title, "citations": {"enabled": True}}
        case ToolCall():
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": part.arguments or {}}
        case ToolResult():
            return {"type": "tool_result", "tool_use_id": part.id, "content": part.content}


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is not the Messages API"
        raise Misfit(msg)
    body = body_of(request)
    if "messages" not in body:
        msg = "the request has no messages"
        raise Misfit(msg)
    thinking = body.tree("thinking")
    tools = body.trees("tools")
    form = body.tree("output_config").tree("format") or body.tree("output_format")
    messages = [Message("system", parts)] if (parts := _parts(body.any("system"))) else []
    turns = [
        ("assistant" if turn.str("role") == "assistant" else "user", _parts(turn.any("content")))
        for turn in body.trees("messages")
    ]
    messages += [Message(role, parts) for role, parts in turns]  # type: ignore[arg-type]  # a role is one of two words
    cap = body.int("max_tokens")
    choice = body.tree("tool_choice")
    return body.str("model"), Ask(
        tuple(messages),
        max_tokens=None if cap in (0, FILLER) else cap,
        stop=tuple(s for s in body.items("stop_sequences") if isinstance(s, str)),
        schema=form.tree("schema").value if form.str("type") == "json_schema" else None,
        tools=tuple(
            Tool(t.str("name"), t.str("description"), t.tree("input_schema").value)
            for t in tools if t.str("type") in ("", "custom")
        ),
        tool_choice=_CHOSEN.get(choice.str("type"), "auto"),  # type: ignore[arg-type]
        web_search=any(t.str("type").startswith("web_search") for t in tools),
        thinking=thinking.str("type") not in ("disabled", "between_tools") if thinking else None,
        stream=body.bool("stream"),
        named_tool=choice.str("name") if choice.str("type") == "tool" else "",
        parallel=not choice.bool("disable_parallel_tool_use") if "disable_parallel_tool_use" in choice else None,
        sampling=sampling(body),
    )  # fmt: skip


def _parts(content: Any) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Text(content),)
    parts = [_read_part(block) for block in Tree({"content": content}).trees("content")]
    return tuple(part for part in parts if part is not None)


def _read_part(block: Tree) -> Part | None:
    match block.str("type"):
        case "text":
            return Text(block.str("text"))
        case "image" | "document" as kind:
            return _read_source(block, kind)
        case "tool_use":
            return ToolCall(block.str("name"), block.tree("input").value, "", block.str("id"))
        case "tool_result":
            content = "".join(part.text for part in _parts(block.any("content")) if isinstance(part, Text))
            return ToolResult(content, "", block.str("tool_use_id"))
        case "search_result":
            text = "".join(part.text for part in _parts(block.any("content")) if isinstance(part, Text))
            return _cited(block, text, block.str("title"), "text/plain")
    return None  # thinking, and what the provider's own tools did, in an echoed turn


def _read_source(block: Tree, kind: str) -> Part:
    source = block.tree("source")
    title = block.str("title")
    match source.str("type"):
        case "base64":
            return attached(source.str("media_type"), data=unbase64(source.str("data")), title=title)
        case "url":
            return (
                linked(source.str("url"), "image")
                if kind == "image"
                else linked(source.str("url"), "document", "application/pdf")
            )
        case "text" | "content":
            text = source.str("data") or "".join(p.text for p in _parts(source.any("content")) if isinstance(p, Text))
            return _cited(block, text, title, source.str("media_type", "text/plain"))
    return Media("image" if kind == "image" else "document", "", url=source.str("file_id"))


def _cited(block: Tree, text: str, title: str, mime: str) -> Document | Text:
    """A document; without leave to cite it, no citations are made, and it is but more text."""
    return Document(text, title, mime) if block.tree("citations").bool("enabled") else Text(text)


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /models, page by page (https://platform.claude.com/docs/en/api/models-list)."""
    found: list[str] = []
    after = ""
    while True:
        body = listing((yield Request("GET", f"{base_url}/models?limit=1000{after and '&after_id=' + quote(after)}")))
        page = [model.str("id") for model in body.trees("data")]
        found += page
        after = body.str("last_id") if body.bool("has_more") and page else ""
        if not after:
            return sorted(set(found))
