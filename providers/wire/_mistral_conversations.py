"""Mistral's conversations: the one API of theirs that searches the web.

Source: https://docs.mistral.ai/agents/agents_basics, https://docs.mistral.ai/agents/connectors/websearch and
https://docs.mistral.ai/api/#tag/beta.conversations. An answer is a list of entries; pages found stand between the
pieces of its text as `tool_reference`. It has no finish reason.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from msgspec import structs

from providers.base import BadReply, Response
from providers.chat import Ask, Message, Part, Reply, Source, Streamed, Text, ToolCall, ToolResult, Usage
from providers.wire._body import Events, json_body, streamed
from providers.wire._chat_encode import encode as encode_chat
from providers.wire._chat_read import read_part, read_strict
from providers.wire._functions import Calls, chosen, declarations, raw_arguments
from providers.wire._json import Tree, arguments, loads
from providers.wire._limits import limits
from providers.wire._repairs import repair
from providers.wire._sampling import sampled, sampling
from providers.wire._thinking import split_thinking
from providers.wire._trouble import failed, trouble

Encoder = Callable[[Part, Any], dict[str, Any]]

# Fields of a chat completion that a conversation takes within `completion_args`.
_ARGUMENTS = ("max_tokens", "random_seed", "stop", "response_format", "tool_choice", "reasoning_effort", "prompt_mode")
_ENTRY = (
    "object",
    "type",
    "created_at",
    "completed_at",
    "agent_id",
    "model",
    "id",
    "role",
    "output_index",
    "content_index",
    "stop_reason",
)
_SEARCHES = ("web_search", "web_search_premium")


def encode(ask: Ask, model: str, quirks: Any, encoder: Encoder) -> dict[str, Any]:
    """The body of POST /conversations. Nothing is stored."""
    chat = encode_chat(structs.replace(ask, messages=(), web_search=False), model, quirks, encoder)
    body: dict[str, Any] = {"model": model, "inputs": [], "stream": ask.stream, "store": False}
    for message in ask.messages:
        if message.role == "system":
            said = "\n".join(part.text for part in message.parts if isinstance(part, Text))
            body["instructions"] = "\n".join(filter(None, (body.get("instructions"), said)))
        else:
            body["inputs"] += _entries(message, quirks, encoder)
    body["tools"] = [*chat.get("tools", []), {"type": "web_search"}]
    if told := {name: chat[name] for name in _ARGUMENTS if name in chat} | sampled(ask):
        body["completion_args"] = told
    return body


def _entries(message: Message, quirks: Any, encoder: Encoder) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    content: list[dict[str, Any]] = []
    for part in message.parts:
        match part:
            case ToolCall():
                entries.append(
                    {
                        "type": "function.call",
                        "tool_call_id": part.id,
                        "name": part.name,
                        "arguments": raw_arguments(part),
                    }
                )
            case ToolResult():
                entries.append({"type": "function.result", "tool_call_id": part.id, "result": part.content})
            case _:
                content.append(encoder(part, quirks))
    if content:
        alone = len(content) == 1 and content[0]["type"] == "text"
        entries.insert(
            0, {"type": "message.input", "role": message.role, "content": content[0]["text"] if alone else content}
        )
    return entries


def is_answer(response: Response) -> bool:
    """True where the body, or the stream, is a conversation's and no chat completion's."""
    start = response.body[:4096]
    return b'"conversation.response' in start or b'"conversation_id"' in start


class _Said:
    """What the entries or events of an answer hold."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.thinking: list[str] = []
        self.calls = Calls()
        self._places: dict[str, int] = {}
        self.sources: dict[str, Source] = {}
        self.queries: dict[str, str] = {}
        self.usage: Usage | None = None
        self.model = ""
        self.odd: set[str] = set()

    def entry(self, entry: Tree) -> None:
        """An entry of an answer, or the event of a stream that brings a piece of one."""
        kind = entry.known(*_ENTRY).str("type").removesuffix(".delta").removesuffix(".started").removesuffix(".done")
        match kind:
            case "message.output":
                self.model = entry.str("model") or self.model
                content = entry.any("content")
                if isinstance(content, str):
                    self.text.append(content)
                else:
                    for chunk in entry.trees("content") if isinstance(content, list) else [entry.tree("content")]:
                        self._chunk(chunk)
            case "tool.execution":
                entry.known("info", "function")
                if entry.str("name") in _SEARCHES:
                    name = entry.str("id")
                    self.queries[name] = self.queries.get(name, "") + entry.str("arguments")
            case "function.call":
                name = entry.known("confirmation_status").str("tool_call_id")
                piece = {"id": name, "name": entry.str("name"), "arguments": entry.any("arguments")}
                self.calls.add(Tree(piece, "call"), self._places.setdefault(name, len(self._places)))
            case "conversation.response":
                entry.known("conversation_id")
                self.count(entry.tree("usage"))
            case _:
                self.odd.add(f"entry {kind}")

    def _chunk(self, chunk: Tree) -> None:
        kind = chunk.str("type")
        if kind == "text":
            self.text.append(chunk.str("text"))
        elif kind == "tool_reference":
            chunk.known("tool", "favicon", "description")
            if url := chunk.str("url"):
                self.sources[url] = Source(url, chunk.str("title"))
        elif kind == "thinking":
            inner = chunk.known("signature", "closed").any("thinking")
            pieces = inner if isinstance(inner, list) else [{"text": inner}]
            self.thinking += [p["text"] for p in pieces if isinstance(p, dict) and isinstance(p.get("text"), str)]
        else:
            self.odd.add(f"content {kind}")

    def count(self, usage: Tree) -> None:
        """Tokens; what the tools read is counted apart (`connector_tokens`)."""
        if usage.known("total_tokens", "connector_tokens", "connectors"):
            self.usage = Usage(usage.int("prompt_tokens"), usage.int("completion_tokens"))

    def reply(self, response: Response, trees: list[Tree], cut: str = "") -> Reply:
        """The reply."""
        apart, text = split_thinking("".join(self.text))
        calls = self.calls.all()
        asked = [(arguments(raw) or {}).get("query") or raw for raw in self.queries.values()]
        return Reply(
            response.status, text, "".join(self.thinking) + apart, calls, usage=self.usage,
            sources=tuple(self.sources.values()),
            searches=tuple(str(query) for query in asked if query), limits=limits(response.headers), model=self.model,
            turn=Message("assistant", (Text(text), *calls)), chunks=response.chunks, cut=cut,
            unknown=tuple(sorted(self.odd.union(*(tree.unread() for tree in trees)))),
        )  # fmt: skip


def decode(response: Response, *, stream: bool = False) -> Reply:
    """The reply of a conversation, plain or streamed; `stream` tells what was asked for."""
    said = _Said()
    if not streamed(response, repair, asked=stream):
        body = json_body(response).known("conversation_id", "object", "guardrails")
        if found := trouble(body.value, response, answer=("outputs",)):
            return found
        if "outputs" not in body:
            msg = "the body has no outputs"
            raise BadReply(msg)
        for entry in body.trees("outputs"):
            said.entry(entry)
        said.count(body.tree("usage"))
        return said.reply(response, [body])
    trees: list[Tree] = []
    ended = False
    for name, data in Events(response):
        value = loads(data, "event")
        if found := trouble(value, response, event=name, answer=("type",)):
            return found
        event = Tree(value)
        kind = event.str("type")
        if kind == "conversation.response.error":
            code = event.int("code")
            return failed(code if 400 <= code < 600 else 500, event.value, response)
        ended = ended or kind == "conversation.response.done"
        trees.append(event)
        said.entry(event)
    reply = said.reply(response, trees, "" if ended else "the stream ends without conversation.response.done")
    return structs.replace(reply, streamed=Streamed("conversation.response.done" if ended else ""))


def read(body: Tree) -> tuple[str, Ask]:
    """The model and the question of a recorded conversation's start."""
    told = body.tree("completion_args")
    form = told.tree("response_format")
    effort = told.any("reasoning_effort")
    choice, name = chosen(told.any("tool_choice"))
    named = form.tree("json_schema")
    instructions = (Message("system", (Text(body.str("instructions")),)),) if body.str("instructions") else ()
    if isinstance(body.any("inputs"), str):
        said: tuple[Message, ...] = (Message("user", (Text(body.str("inputs")),)),)
    else:
        said = tuple(_messages(body.trees("inputs")))
    return body.str("model"), Ask(
        instructions + said,
        max_tokens=told.whole("max_tokens"),
        seed=told.whole("random_seed"),
        stop=told.strings("stop"),
        json=form.str("type") == "json_object",
        schema=named.tree("schema").value if "schema" in named else None,
        tools=declarations(body),
        tool_choice=choice,
        web_search=any(tool.str("type") in _SEARCHES for tool in body.trees("tools")),
        thinking=None if effort is None else effort != "none",
        stream=body.bool("stream"),
        named_tool=name,
        strict=read_strict(form),
        sampling=sampling(told),
    )


def _messages(entries: list[Tree]) -> Generator[Message, None, None]:
    """One message per run of entries of the same side; calls belong to the assistant's turn before them."""
    role = ""
    parts: list[Part] = []
    names: dict[str, str] = {}
    for entry in entries:
        kind, name = entry.str("type", "message.input"), entry.str("tool_call_id")
        found: list[Part] = []
        if kind == "function.call":
            raw = entry.str("arguments")
            found, side = [ToolCall(entry.str("name"), arguments(raw), raw, name)], "assistant"
            names[name] = entry.str("name")
        elif kind == "function.result":
            found, side = [ToolResult(entry.str("result"), names.get(name, ""), name)], "user"
        elif kind in ("message.input", "message.output"):
            side = "assistant" if entry.str("role") == "assistant" else "user"
            if isinstance(entry.any("content"), str):
                found = [Text(entry.str("content"))]
            else:
                found = [part for chunk in entry.trees("content") if (part := read_part(chunk)) is not None]
        else:
            continue
        joins = kind.startswith("function") and side == role
        if parts and not joins:
            yield Message("assistant" if role == "assistant" else "user", tuple(parts))
            parts = []
        role, parts = side, [*parts, *found]
    if parts:
        yield Message("assistant" if role == "assistant" else "user", tuple(parts))
