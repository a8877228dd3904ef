"""Cohere's chat as it was before its second version: one message and a history; a stream is one of lines, or of events.

Source: https://docs.cohere.com/v1/reference/chat, https://docs.cohere.com/reference/chat-stream-v1 (events),
https://docs.cohere.com/v1/docs/tool-use (`parameter_definitions`, whose types are Python's),
https://docs.cohere.com/v1/docs/connectors. Documents are cited by the ids that they bring, or by `doc_0`, `doc_1`,
...; tools can be neither demanded nor forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import msgspec

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import (
    Ask,
    Citation,
    Document,
    Finish,
    Message,
    Part,
    Reply,
    Role,
    Source,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from providers.wire._body import events, json_body, last, not_a_page
from providers.wire._http import body_of, post
from providers.wire._json import Tree, loads
from providers.wire._limits import limits
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import BROKEN, broken, failure, trouble
from providers.wire.cohere import models as _models

_FIELDS = frozenset({"text", "max_tokens", "seed", "stop", "json", "schema", "tools", "web_search", "documents"})
_FINISH: dict[str, Finish] = {
    "COMPLETE": "stop", "STOP_SEQUENCE": "stop_sequence", "MAX_TOKENS": "length", "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
}  # fmt: skip
_ROLES: dict[str, Role] = {"CHATBOT": "assistant", "SYSTEM": "system"}
_NAMES = {"assistant": "CHATBOT", "system": "SYSTEM", "user": "USER"}
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array", "dict": "object"}
_PYTHON = {name: python for python, name in _TYPES.items()}
_KNOWN = (
    "response_id",
    "generation_id",
    "chat_history",
    "is_search_required",
    "search_results",
    "prompt",
    "event_type",
    "is_finished",
)


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that /v1/chat has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../v1/chat with one message, not with a list of them."""
    if request.method != "POST" or not request.path.endswith("/v1/chat"):
        return False
    try:
        return isinstance(body_of(request).any("message"), str)
    except Misfit:
        return False


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    response = yield post(f"{base_url}/v1/chat", _encode(ask, model))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], _: Quirks = PLAIN) -> Reply:
    """An answer, a stream of its events, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    told = list(_events(response))
    if not told:
        return Reply(response.status, cut="the stream is empty", chunks=response.chunks)
    whole = not any("event_type" in event for event in told)
    if whole and ask.stream:
        repair("answered whole where a stream was asked for")
    for event in told:
        if found := trouble(event.value, response, answer=("text", "event_type", "generation_id")):
            return found
    if whole and "text" not in told[0]:
        msg = "the body has no text"
        raise BadReply(msg)
    titles = [part.title for part in ask.parts() if isinstance(part, Document)]
    ids = {name: place for place, title in enumerate(titles) for name in (f"doc_{place}", title) if name}
    return _reply(told, response, ids, whole=whole)


def _events(response: Response) -> Iterator[Tree]:
    """The body as one JSON value, as lines of JSON, or as events of which each holds one."""
    not_a_page(response, "JSON")
    body = response.body.strip()
    if body.startswith((b"data:", b"event:", b":")):
        yield from (Tree(loads(data, "event"), "event") for _, data in events(response) if data.strip() != "[DONE]")
        return
    if b"\n" in body and b'"event_type"' in body:
        yield from (Tree(loads(line, "line"), "line") for line in body.split(b"\n") if line.strip())
        return
    if body:
        yield json_body(response)


def _reply(told: list[Tree], response: Response, ids: dict[str, int], *, whole: bool) -> Reply:
    text: list[str] = []
    calls: list[ToolCall] = []
    citations: list[Citation] = []
    sources: dict[Source, None] = {}
    searches: dict[str, None] = {}
    finish = ""
    usage: Usage | None = None
    ended = whole
    for event in told:
        kind = event.known(*_KNOWN).str("event_type")
        ended = ended or kind == "stream-end"
        if kind in ("", "text-generation"):
            text.append(event.str("text"))
        event.known("text", "tool_call_delta")
        inner = event.tree("response").known(*_KNOWN, "text", "citations", "tool_calls")
        for tree in (event, *([inner] if inner else [])):
            finish = tree.str("finish_reason") or finish
            usage = _usage(tree.tree("meta").known("api_version", "warnings", "cached_tokens")) or usage
        # The end of a stream repeats what came before.
        calls += [_call(call) for call in event.trees("tool_calls")] or (
            [] if calls else [_call(c) for c in inner.trees("tool_calls")]
        )
        found = [_citation(cited, ids) for cited in event.trees("citations")]
        citations += found or ([] if citations else [_citation(cited, ids) for cited in inner.trees("citations")])
        for page in (*event.trees("documents"), *inner.trees("documents")):
            if url := page.known(*page.value).any("url"):
                sources[Source(str(url), str(page.any("title") or ""))] = None
        for query in (*event.trees("search_queries"), *inner.trees("search_queries")):
            searches[query.known("generation_id").str("text")] = None
    if finish in BROKEN or finish.lower() in BROKEN:
        return broken(finish, response)
    answer = "".join(text)
    return Reply(
        response.status, answer, "", tuple(calls), (), (), usage, _finish(finish, bool(calls)), finish,
        tuple(citations), tuple(sources), tuple(searches), limits(response.headers),
        turn=Message("assistant", (Text(answer), *calls)), chunks=response.chunks,
        cut="" if ended else "the stream ends without stream-end",
        unknown=tuple(sorted(set().union(*(t.unread() for t in told)))),
    )  # fmt: skip


def _finish(raw: str, called: bool) -> Finish | None:
    """The API has no reason of its own for calls: they end with COMPLETE."""
    if raw == "COMPLETE" and called:
        return "tool_calls"
    return _FINISH.get(raw, "other") if raw else None


def _call(call: Tree) -> ToolCall:
    given = call.any("parameters")
    return ToolCall(call.str("name"), given if isinstance(given, dict) else None, msgspec.json.encode(given).decode())


def _citation(cited: Tree, ids: dict[str, int]) -> Citation:
    names = [str(name) for name in cited.known("type").items("document_ids")] or [""]
    return Citation(ids.get(names[0], names[0]), cited.str("text"), cited.int("start"), cited.int("end"))


def _usage(meta: Tree) -> Usage | None:
    counted = meta.tree("tokens") or meta.tree("billed_units").known("search_units", "classifications")
    meta.known("billed_units")
    return Usage(counted.int("input_tokens"), counted.int("output_tokens")) if counted else None


def _encode(ask: Ask, model: str) -> dict[str, Any]:
    *before, now = [m for m in ask.messages if m.role != "system"] or [Message("user", ())]
    system = [part.text for m in ask.messages if m.role == "system" for part in m.parts if isinstance(part, Text)]
    body: dict[str, Any] = {"model": model, "message": _text(now), "stream": ask.stream, **sampled(ask)}
    if system:
        body["preamble"] = "\n".join(system)
    if history := [turn for m in before if (turn := _turn(m))]:
        body["chat_history"] = history
    if results := [part for part in now.parts if isinstance(part, ToolResult)]:
        called = {part.id: part for m in before for part in m.parts if isinstance(part, ToolCall)}
        body["tool_results"] = [
            {
                "call": {"name": r.name or _of(called, r).name, "parameters": _of(called, r).arguments or {}},
                "outputs": [{"result": r.content}],
            }
            for r in results
        ]
    options = (("max_tokens", ask.max_tokens), ("seed", ask.seed), ("stop_sequences", list(ask.stop) or None))
    body |= {name: value for name, value in options if value is not None}
    if ask.json or ask.schema is not None:
        body["response_format"] = {"type": "json_object"} | ({"schema": ask.schema} if ask.schema is not None else {})
    if ask.tools:
        body["tools"] = [_declared(tool) for tool in ask.tools]
    if ask.web_search:
        body["connectors"] = [{"id": "web-search"}]
    if documents := [part for part in ask.parts() if isinstance(part, Document)]:
        body["documents"] = [{"title": d.title, "snippet": d.text} for d in documents]
    return body


def _of(called: dict[str, ToolCall], result: ToolResult) -> ToolCall:
    return called.get(result.id, ToolCall(result.name))


def _text(message: Message) -> str:
    return "\n".join(part.text for part in message.parts if isinstance(part, Text))


def _turn(message: Message) -> dict[str, Any]:
    calls = [{"name": p.name, "parameters": p.arguments or {}} for p in message.parts if isinstance(p, ToolCall)]
    said = _text(message)
    turn: dict[str, Any] = {"role": _NAMES[message.role], "message": said} | ({"tool_calls": calls} if calls else {})
    return turn if said or calls else {}


def _declared(tool: Tool) -> dict[str, Any]:
    needed = tool.parameters.get("required", [])
    properties = tool.parameters.get("properties", {})
    defined = {
        name: {
            "description": p.get("description", ""),
            "type": _PYTHON.get(p.get("type"), "str"),
            "required": name in needed,
        }
        for name, p in properties.items()
    }
    return {"name": tool.name, "description": tool.description, "parameter_definitions": defined}


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.path} is not the first version of Cohere's chat"
        raise Misfit(msg)
    body = body_of(request)
    return body.str("model"), question(body, stream=body.bool("stream"))


def question(body: Tree, *, stream: bool) -> Ask:
    """The question that a body carries, also where another cloud serves it."""
    form = body.tree("response_format")
    schema = form.any("schema") or form.any("json_schema")
    return Ask(
        tuple(_messages(body)),
        max_tokens=body.whole("max_tokens"),
        seed=body.whole("seed"),
        stop=body.strings("stop_sequences"),
        json=form.str("type") == "json_object" and schema is None,
        schema=schema if isinstance(schema, dict) else None,
        tools=tuple(_tool(tool) for tool in body.trees("tools")),
        web_search=any(connector.str("id") == "web-search" for connector in body.trees("connectors")),
        stream=stream,
        sampling=sampling(body, "p", "k"),
    )


def _messages(body: Tree) -> list[Message]:
    found = [Message("system", (Text(body.str("preamble")),))] if body.str("preamble") else []
    for turn in body.trees("chat_history"):
        calls = [ToolCall(call.str("name"), call.tree("parameters").value) for call in turn.trees("tool_calls")]
        said: tuple[Part, ...] = (Text(turn.str("message")),) if turn.str("message") else ()
        results = tuple(_results(turn))
        found.append(Message(_ROLES.get(turn.str("role").upper(), "user"), (*said, *calls, *results)))
    parts: list[Part] = [Text(body.str("message"))] if body.str("message") else []
    parts += _results(body)
    parts += [_document(document) for document in body.trees("documents")]
    return [*found, Message("user", tuple(parts))]


def _results(tree: Tree) -> Iterator[ToolResult]:
    for result in tree.trees("tool_results"):
        yield ToolResult(msgspec.json.encode(result.items("outputs")).decode(), result.tree("call").str("name"))


def _document(document: Tree) -> Document:
    text = next((str(document.any(key)) for key in ("snippet", "text", "content") if key in document), "")
    return Document(text, str(document.any("id") or document.any("title") or ""))


def _tool(tool: Tree) -> Tool:
    defined = {name: Tree(inner, name) for name, inner in tool.tree("parameter_definitions").value.items()}
    properties = {
        name: {"type": _json_type(p.str("type")), "description": p.str("description")} for name, p in defined.items()
    }
    needed = [name for name, p in defined.items() if p.bool("required")]
    return Tool(
        tool.str("name"), tool.str("description"), {"type": "object", "properties": properties, "required": needed}
    )


def _json_type(python: str) -> str:
    """Python's name of a type, as `list[str]`, in JSON Schema's words."""
    return _TYPES.get(re.split(r"[\[<]", python.lower(), maxsplit=1)[0], python or "string")


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """The list is that of the second version."""
    return _models(base_url, quirks)
