"""Cohere's chat API, version 2: /v2/chat.

Source: https://docs.cohere.com/v2/reference/chat, https://docs.cohere.com/v2/reference/chat-stream,
https://docs.cohere.com/v2/docs/rag-citations. Log-probabilities come without alternatives. Documents are cited by
their id.

Options of Quirks: `strict_tools` (bool, not sent): calls must follow the tool's schema.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import (
    Ask,
    Citation,
    Document,
    Finish,
    Message,
    Part,
    Reply,
    Streamed,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
)
from providers.wire._body import Events, json_body, last, streamed
from providers.wire._chat_encode import messages
from providers.wire._chat_read import read_messages, read_part
from providers.wire._functions import Calls, call, declarations, declared, raw_arguments
from providers.wire._http import body_of, listing, post
from providers.wire._json import Tree, loads
from providers.wire._lenient import parts, rows, table
from providers.wire._limits import limits
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import BROKEN, broken, failure, trouble

# A tool is named by declaring no other: https://docs.cohere.com/v2/reference/chat.
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
        "image",
        "image/url",
        "documents",
    }
)
# https://docs.cohere.com/v2/reference/chat#response.body.finish_reason, and those of the API before it. ERROR,
# TIMEOUT and their like tell of a failure within a 200: `_trouble.BROKEN`.
_FINISH: dict[str, Finish] = {
    "COMPLETE": "stop", "STOP_SEQUENCE": "stop_sequence", "MAX_TOKENS": "length", "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
}  # fmt: skip


_EVENTS = {
    "message-start", "content-start", "content-delta", "content-end", "tool-plan-delta", "tool-call-start",
    "tool-call-delta",
    "tool-call-end", "citation-start", "citation-end", "message-end",
}  # fmt: skip


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that /v2/chat has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../v2/chat."""
    return request.method == "POST" and request.path.endswith("/v2/chat")


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    response = yield post(f"{base_url}/v2/chat", _encode(ask, model, quirks))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], _: Quirks = PLAIN) -> Reply:
    """An answer, a stream of its events, or an error. Citations point at the documents of the question by their ids."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    if streamed(response, repair, asked=ask.stream):
        said = _streamed(response)
    else:
        body = json_body(response)
        if found := trouble(body.value, response, answer=("message", "finish_reason")):
            return found
        said = _plain(body)
    reply = said.reply(response, {_id(n, document): n for n, document in enumerate(_documents(ask))})
    return structs.replace(reply, streamed=Streamed("" if said.cut else "message-end")) if ask.stream else reply


def _documents(ask: Ask) -> list[Document]:
    return [part for part in ask.parts() if isinstance(part, Document)]


def _id(number: int, document: Document) -> str:
    return document.title or f"document-{number}"


def _encode(ask: Ask, model: str, quirks: Quirks) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "messages": _turns(ask), "stream": ask.stream}
    if documents := _documents(ask):
        body["documents"] = [
            {"id": _id(n, d), "data": {**({"title": d.title} if d.title else {}), "snippet": d.text}}
            for n, d in enumerate(documents)
        ]
    body |= sampled(ask)
    if ask.max_tokens is not None:
        body["max_tokens"] = ask.max_tokens
    if ask.seed is not None:
        body["seed"] = ask.seed
    if ask.stop:
        body["stop_sequences"] = list(ask.stop)
    if ask.top_logprobs is not None:
        body["logprobs"] = True
    if ask.json or ask.schema is not None:
        body["response_format"] = {"type": "json_object"} | ({} if ask.schema is None else {"json_schema": ask.schema})
    if ask.tools:
        body["tools"] = declared(ask.tools)
        if quirks.get("strict_tools"):
            body["strict_tools"] = True
    if ask.tool_choice != "auto":
        body["tool_choice"] = ask.tool_choice.upper()
    if ask.thinking is not None:
        body["thinking"] = {"type": "enabled" if ask.thinking else "disabled"}
    return body


def _turns(ask: Ask) -> list[dict[str, Any]]:
    """The field `messages`, without the documents, which have a field of their own."""
    bare = [structs.replace(m, parts=tuple(p for p in m.parts if not isinstance(p, Document))) for m in ask.messages]
    turns = messages(structs.replace(ask, messages=tuple(bare)), PLAIN)
    return [{key: value for key, value in turn.items() if value is not None} for turn in turns]


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": raw_arguments(call)}}


class _Said:
    """What an answer holds, gathered from a body or from the events of a stream."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.thinking: list[str] = []
        self.plan: list[str] = []
        self.calls: tuple[ToolCall, ...] = ()
        self.logprobs: list[TokenLogprob] = []
        self.citations: list[Tree] = []
        self.usage: Usage | None = None
        self.finish = ""
        self.error = ""
        self.told: Reply | None = None
        self.cut = ""
        self.trees: list[Tree] = []

    def part(self, part: Tree) -> None:
        """A piece of content; of unknown kinds nothing is taken."""
        part.known("type")
        self.text.append(part.str("text"))
        self.thinking.append(part.str("thinking"))

    def token(self, item: Tree) -> None:
        """A chunk of text with the log-probabilities of its tokens; that of the chunk is their sum."""
        values = [value for value in item.known("token_ids").items("logprobs") if isinstance(value, int | float)]
        if values:
            self.logprobs.append(TokenLogprob(item.str("text"), float(sum(values))))

    def end(self, tree: Tree) -> None:
        """Finish reason, usage, error."""
        self.finish = tree.str("finish_reason")
        self.error = tree.str("error")
        self.usage = _usage(tree.tree("usage"))

    def reply(self, response: Response, ids: dict[str, int]) -> Reply:
        """The reply, or the failure that a finish reason tells of."""
        if self.told:
            return self.told
        if self.error or self.finish.lower() in BROKEN:
            return broken(self.finish or "error", response, self.error)
        text, thinking, plan = "".join(self.text), "".join(self.thinking), "".join(self.plan)
        content = [{"type": "thinking", "thinking": thinking}] if thinking else []
        content += [{"type": "text", "text": text}] if text else []
        raw: dict[str, Any] = {"role": "assistant"} | ({"content": content} if content else {})
        raw |= ({"tool_plan": plan} if plan else {}) | (
            {"tool_calls": [_call(c) for c in self.calls]} if self.calls else {}
        )
        citations = tuple(found for tree in self.citations for found in _citations(tree, ids))
        return Reply(
            response.status, text, plan + thinking, self.calls, (), tuple(self.logprobs), self.usage,
            _FINISH.get(self.finish, "other") if self.finish else None, self.finish, citations,
            limits=limits(response.headers),
            turn=Message("assistant", (Text(text), *self.calls), raw), chunks=response.chunks, cut=self.cut,
            unknown=tuple(sorted(set().union(*(tree.unread() for tree in self.trees)))),
        )  # fmt: skip


def _plain(body: Tree) -> _Said:
    said = _Said()
    said.trees = [body.known("id")]
    if "message" not in body and body.str("finish_reason").lower() not in BROKEN:
        msg = "the body has no message"
        raise BadReply(msg)
    message = body.tree("message").known("role")
    for part in parts(message, "content"):
        said.part(part)
    said.plan.append(message.str("tool_plan"))
    said.calls = tuple(call(tree, form="text") for tree in message.trees("tool_calls"))
    said.citations = message.trees("citations")
    for item in rows(body, "logprobs"):
        said.token(item)
    said.end(body)
    return said


def _streamed(response: Response) -> _Said:
    said, calls, ended, heard = _Said(), Calls(), False, False
    events = Events(response)
    for name, data in events:
        value = loads(data, "event")
        said.told = trouble(value, response, event=name, answer=("delta", "index", "type"))
        if said.told:
            return said
        event = Tree(value)
        heard = heard or event.str("type") in _EVENTS
        said.trees.append(event)
        kind, delta = event.known("id").str("type"), event.tree("delta")
        index = event.int("index")
        message = delta.tree("message")
        match kind:
            case "message-start":
                message.known("role", "content", "tool_plan", "tool_calls", "citations")
            case "content-start" | "content-delta":
                for part in [Tree({"text": _text(message)})] if _loose(message) else [message.tree("content")]:
                    said.part(part)
                if "logprobs" in event:
                    said.token(table(event, "logprobs"))
            case "tool-plan-delta":
                said.plan.append(message.str("tool_plan"))
            case "tool-call-start" | "tool-call-delta":
                calls.add(message.tree("tool_calls"), index if "index" in event else None, form="text")
                if "index" not in event:
                    repair("calls came without index")
            case "citation-start":
                said.citations.append(message.tree("citations"))
            case "message-end":
                ended = True
                said.end(delta)
    said.calls = calls.all()
    said.cut = "" if ended else "the stream ends without message-end"
    if not heard:
        said.cut = events.nothing("the chat API")
    return said


def _loose(message: Tree) -> bool:
    """Whether the content of a piece is a text or a list, where it should be an object."""
    return isinstance(message.any("content"), str | list)


def _text(message: Tree) -> str:
    repair("content came as text or a list, not as an object")
    return "".join(part.str("text") for part in parts(message, "content"))


def _citations(tree: Tree, ids: dict[str, int]) -> list[Citation]:
    """A citation per document; results of tools are cited as well, but are no documents of the question."""
    tree.known("type", "content_index")
    quote_, start, end = tree.str("text"), tree.int("start"), tree.int("end")
    found = []
    for source in tree.trees("sources"):
        source.known("document", "tool_output")
        name = source.str("id")
        if source.str("type") == "document":
            found.append(Citation(ids.get(name, name), quote_, start, end))
    return found


def _usage(tree: Tree) -> Usage | None:
    tokens, billed = (
        tree.known("cached_tokens").tree("tokens"),
        tree.tree("billed_units").known("search_units", "classifications"),
    )
    billed.known("input_tokens", "output_tokens")
    counted = tokens or billed
    return Usage(counted.int("input_tokens"), counted.int("output_tokens")) if counted else None


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.path} is not /v2/chat"
        raise Misfit(msg)
    body = body_of(request)
    form = body.tree("response_format")
    schema = form.tree("json_schema").value if "json_schema" in form else None
    thinking = body.tree("thinking")
    choice = body.str("tool_choice").lower()
    return body.str("model"), Ask(
        _messages(body),
        max_tokens=body.whole("max_tokens"),
        seed=body.whole("seed"),
        stop=body.strings("stop_sequences"),
        top_logprobs=0 if body.bool("logprobs") else None,
        json=form.str("type").startswith("json") and schema is None,
        schema=schema,
        tools=declarations(body),
        tool_choice="required" if choice == "required" else "none" if choice == "none" else "auto",
        thinking=thinking.str("type") != "disabled" if thinking else None,
        stream=body.bool("stream"),
        sampling=sampling(body, "p", "k"),
    )


def _messages(body: Tree) -> tuple[Message, ...]:
    found = list(read_messages(body.trees("messages"), _part))
    documents = tuple(_document(item) for item in body.items("documents"))
    last = max((n for n, m in enumerate(found) if m.role == "user"), default=None)
    if documents and last is not None:
        found[last] = structs.replace(found[last], parts=(*found[last].parts, *documents))
    return tuple(found)


def _part(part: Tree) -> Part | None:
    return _document(part.any("document")) if part.str("type") == "document" else read_part(part)


def _document(item: Any) -> Document:
    if isinstance(item, str):
        return Document(item)
    given = Tree(item, "document").any("data")
    if isinstance(given, str):
        return Document(given)
    data = Tree(given, "document.data")
    text = next((data.str(key) for key in ("snippet", "text", "content") if isinstance(data.any(key), str)), "")
    return Document(text, data.str("title"))


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /v1/models, page by page (https://docs.cohere.com/reference/list-models)."""
    found: list[str] = []
    token = ""
    while True:
        response = yield Request("GET", f"{base_url}/v1/models?page_size=1000{token and '&page_token=' + quote(token)}")
        body = listing(response)
        found += [m.str("name") for m in body.trees("models")]
        token = body.str("next_page_token")
        if not token:
            return sorted(set(found))
