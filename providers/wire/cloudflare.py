"""Cloudflare Workers AI, the native form: /ai/run/MODEL, with the envelope {result, success, errors, messages}.

Source: https://developers.cloudflare.com/workers-ai/models/llama-4-scout-17b-16e-instruct (schema of request and
reply; pictures as data URLs only), https://developers.cloudflare.com/workers-ai/features/json-mode,
https://developers.cloudflare.com/workers-ai/features/function-calling/traditional. There is no choice of tools, no
stop sequence and no finish reason. In JSON mode the text comes as JSON values, not as a string. Newer models answer
in OpenAI's form within the envelope; a call of the past is content of the assistant here, since a message has no
field for calls.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Media, Message, Part, Reply, Streamed, Text, ToolCall, ToolResult, Usage
from providers.wire._body import Events, json_body, last, streamed
from providers.wire._chat_decode import finish_of
from providers.wire._chat_read import read_part
from providers.wire._functions import Calls, call, declarations, declared
from providers.wire._http import body_of, data_url, listing, post
from providers.wire._json import Tree, loads
from providers.wire._limits import limits
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled, sampling
from providers.wire._thinking import split_thinking
from providers.wire._trouble import BROKEN, broken, failure, trouble

_FIELDS = frozenset({"text", "max_tokens", "seed", "json", "schema", "tools", "image"})
_PATH = re.compile(r"/ai/run/(?P<model>.+)$")
# What a result, or a piece of one, has.
_ANSWER = ("response", "tool_calls", "choices", "usage")
_PAGE = 100


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that /ai/run has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../ai/run/MODEL."""
    return request.method == "POST" and bool(_PATH.search(request.path))


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    response = yield post(f"{base_url}/ai/run/{quote(model, safe='@/')}", _encode(ask))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], _: Quirks = PLAIN) -> Reply:
    """An answer in its envelope, a stream of its pieces, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    return _streamed(response) if streamed(response, repair, asked=ask.stream) else _plain(response)


def _encode(ask: Ask) -> dict[str, Any]:
    body: dict[str, Any] = {"messages": [turn for m in ask.messages for turn in _turns(m)]}
    body |= sampled(ask)
    if ask.max_tokens is not None:
        body["max_tokens"] = ask.max_tokens
    if ask.seed is not None:
        body["seed"] = ask.seed
    if ask.schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": ask.schema}
    elif ask.json:
        body["response_format"] = {"type": "json_object"}
    if ask.tools:
        body["tools"] = declared(ask.tools)
    if ask.stream:
        body["stream"] = True
    return body


def _turns(message: Message) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    content: list[dict[str, Any]] = []
    for part in message.parts:
        match part:
            case ToolResult():
                turns.append({"role": "tool", "tool_call_id": part.id, "content": part.content})
            case ToolCall():
                said = msgspec.json.encode({"name": part.name, "arguments": part.arguments or {}}).decode()
                turns.append({"role": "assistant", "tool_call_id": part.id, "content": said})
            case Media():
                content.append({"type": "image_url", "image_url": {"url": data_url(part)}})
            case Text() if part.text:
                content.append({"type": "text", "text": part.text})
    if content:
        alone = len(content) == 1 and content[0]["type"] == "text"
        turns.insert(0, {"role": message.role, "content": content[0]["text"] if alone else content})
    return turns


class _Said:
    """What an answer holds, gathered from a body or from the events of a stream."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.refusal: list[str] = []
        self.thinking: list[str] = []
        self.calls = Calls()
        self.usage: Usage | None = None
        self.finish = ""
        self.heard = False

    def take(self, result: Tree) -> None:
        """Reads a result, or a piece of one."""
        self.heard = self.heard or any(result.any(key) is not None for key in ("response", "tool_calls"))
        self.heard = self.heard or bool(result.any("choices"))
        result.known("p")  # padding against guesses from the lengths of encrypted packets
        self.text.append(_text(result.any("response")))
        self._calls(result)
        if usage := result.tree("usage").known("total_tokens", "prompt_tokens_details", "completion_tokens_details"):
            self.usage = Usage(usage.int("prompt_tokens"), usage.int("completion_tokens"))
        result.known(
            "id",
            "object",
            "created",
            "model",
            "system_fingerprint",
            "prompt_logprobs",
            "kv_transfer_params",
            "service_tier",
        )
        for choice in result.trees("choices")[:1]:
            self.finish = (
                choice.known("index", "logprobs", "stop_reason", "token_ids", "error").str("finish_reason")
                or self.finish
            )
            said = choice.tree("message") if "message" in choice else choice.tree("delta")
            said.known("role", "annotations", "audio", "function_call")
            self.text.append(_text(said.any("content")))
            self.refusal.append(said.str("refusal"))
            self.thinking.append(said.str("reasoning_content") or said.str("reasoning"))
            self._calls(said)

    def _calls(self, tree: Tree) -> None:
        for piece in tree.trees("tool_calls"):
            self.calls.add(piece, piece.int("index") if "index" in piece else None)

    def reply(self, response: Response, trees: list[Tree], cut: str = "") -> Reply:
        if self.finish.lower() in BROKEN:
            return broken(self.finish, response)
        apart, text = split_thinking("".join(self.text))
        calls = self.calls.all()
        return Reply(
            response.status, text, "".join(self.thinking) + apart, calls, usage=self.usage,
            finish=finish_of(self.finish), finish_raw=self.finish, limits=limits(response.headers),
            turn=Message("assistant", (Text(text), *calls)), chunks=response.chunks, cut=cut,
            unknown=tuple(sorted(set().union(*(tree.unread() for tree in trees)))), refusal="".join(self.refusal),
        )  # fmt: skip


def _text(value: Any) -> str:
    """The text of an answer; JSON mode gives it as a value, and a stream gives single tokens so (`true`)."""
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _plain(response: Response) -> Reply:
    body = json_body(response).known("messages", "errors", "error", "success")
    result = body.any("result")
    inner = result if isinstance(result, dict) else {}
    if found := trouble(body.value, response, answer=("result",)) or trouble(inner, response, answer=_ANSWER):
        return found
    said = _Said()
    if isinstance(body.any("result"), str):
        said.text.append(body.str("result"))
    else:
        said.take(body.tree("result"))
        if not said.heard:
            msg = "the body has no result"
            raise BadReply(msg)
    return said.reply(response, [body])


def _streamed(response: Response) -> Reply:
    said, trees, events = _Said(), [], Events(response)
    for name, data in events:
        value = loads(data, "event")
        if found := trouble(value, response, event=name, answer=_ANSWER):
            return found
        event = Tree(value)
        trees.append(event)
        said.take(event)
    if not said.heard:
        return said.reply(response, trees, events.nothing("Workers AI"))
    reply = said.reply(response, trees, "" if events.done else "the stream ends without [DONE]")
    return structs.replace(reply, streamed=Streamed("[DONE]" if events.done else ""))


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    path = _PATH.search(request.path)
    if not path:
        msg = f"{request.path} is not /ai/run"
        raise Misfit(msg)
    body = body_of(request)
    form = body.tree("response_format")
    schema = form.tree("json_schema").value if "json_schema" in form else None
    messages = _messages(body) if "messages" in body else [Message("user", (Text(body.str("prompt")),))]
    return unquote(path["model"]), Ask(
        tuple(messages),
        max_tokens=body.whole("max_tokens"),
        seed=body.whole("seed"),
        json=form.str("type").startswith("json") and schema is None,
        schema=schema,
        tools=declarations(body),
        stream=body.bool("stream"),
        sampling=sampling(body),
    )


def _messages(body: Tree) -> list[Message]:
    messages: list[Message] = []
    names: dict[str, str] = {}
    for turn in body.trees("messages"):
        role, name = turn.str("role"), turn.str("tool_call_id")
        parts = _parts(turn)
        if role == "assistant" and name:
            parts = [_past_call("".join(part.text for part in parts if isinstance(part, Text)), name)]
        parts += [call(tree) for tree in turn.trees("tool_calls")]
        names |= {part.id: part.name for part in parts if isinstance(part, ToolCall)}
        if role == "tool":
            text = "".join(part.text for part in parts if isinstance(part, Text))
            parts = [ToolResult(text, turn.str("name") or names.get(name, ""), name)]
        joins = messages and parts and all(isinstance(part, ToolCall | ToolResult) for part in parts)
        if (
            joins
            and messages[-1].role == ("user" if role == "tool" else role)
            and not (role == "tool" and _asks(messages[-1]))
        ):
            messages[-1] = Message(messages[-1].role, (*messages[-1].parts, *parts))
        else:
            messages.append(
                Message("system" if role == "system" else "assistant" if role == "assistant" else "user", tuple(parts))
            )
    return messages


def _asks(message: Message) -> bool:
    return not all(isinstance(part, ToolResult) for part in message.parts)


def _past_call(said: str, name: str) -> ToolCall:
    """The call that a message of the assistant holds as text: {"name", "arguments"}, or the arguments alone."""
    tree = Tree({"id": name, "arguments": said})
    value = loads(said, "call") if said.startswith("{") else None
    if isinstance(value, dict) and isinstance(value.get("name"), str) and "arguments" in value:
        tree = Tree({"id": name, **value})
    return call(tree)


def _parts(turn: Tree) -> list[Part]:
    content = turn.any("content")
    if isinstance(content, str):
        return [Text(content)] if content else []
    return [found for part in turn.trees("content") if (found := read_part(part)) is not None]


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /ai/models/search, page by page (https://developers.cloudflare.com/api/resources/ai/subresources/models)."""
    found: list[str] = []
    page = 1
    while True:
        response = yield Request(
            "GET", f"{base_url}/ai/models/search?page={page}&per_page={_PAGE}&hide_experimental=false"
        )
        names = [model.str("name") for model in listing(response).trees("result")]
        found += names
        page += 1
        if len(names) < _PAGE:
            return sorted(set(found))
