"""Ollama's native chat API: /api/chat, streamed as JSON lines.

Source: https://docs.ollama.com/api/chat, https://docs.ollama.com/capabilities/structured-outputs,
https://docs.ollama.com/capabilities/thinking, https://docs.ollama.com/capabilities/tool-calling.
Pictures go inline only. There is no choice of tools, and no finish reason of its own for a call: it ends with "stop".
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Finish, Media, Message, Reply, Streamed, Text, TokenLogprob, ToolCall, ToolResult, Usage
from providers.wire._body import last, not_a_page
from providers.wire._chat_read import read_messages
from providers.wire._functions import call, declarations, declared
from providers.wire._http import body_of, listing, post, unbase64
from providers.wire._json import Tree, loads
from providers.wire._lenient import rows
from providers.wire._lenient import text as said
from providers.wire._limits import limits
from providers.wire._media import sniffed
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled, sampling
from providers.wire._thinking import split_thinking
from providers.wire._trouble import BROKEN, broken, failed, failure, trouble

_FIELDS = frozenset({"text", "max_tokens", "seed", "stop", "top_logprobs", "json", "schema", "tools", "image"})
# https://github.com/ollama/ollama/blob/main/docs/api.md: stop, length, and load, unload, where nothing was generated.
_FINISH: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
}
_IDLE = {
    "load": "the model was loaded, nothing was generated",
    "unload": "the model was unloaded, nothing was generated",
}
_TIMES = ("created_at", "total_duration", "load_duration", "prompt_eval_duration", "eval_duration")


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that /api/chat has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../api/chat."""
    return request.method == "POST" and request.path.endswith("/api/chat")


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    response = yield post(f"{base_url}/api/chat", _encode(ask, model))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], _: Quirks = PLAIN) -> Reply:
    """An answer, its pieces line by line, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    lines = list(_lines(response))
    if not (lines or ask.stream):
        msg = "the body is empty"
        raise BadReply(msg)
    if len(lines) > 1 and not ask.stream:
        repair("streamed where a whole answer was asked for")
    if len(lines) == 1 and ask.stream and lines[0].any("done") is True and not _pieces(lines[0]):
        repair("answered whole where a stream was asked for")
    reply = _reply(lines, response)
    ended = any(line.any("done") is True for line in lines)
    return structs.replace(reply, streamed=Streamed("done" if ended else "")) if ask.stream else reply


def _encode(ask: Ask, model: str) -> dict[str, Any]:
    options: dict[str, Any] = {**sampled(ask)}
    if ask.max_tokens is not None:
        options["num_predict"] = ask.max_tokens
    if ask.seed is not None:
        options["seed"] = ask.seed
    if ask.stop:
        options["stop"] = list(ask.stop)
    body: dict[str, Any] = {
        "model": model,
        "messages": [turn for m in ask.messages for turn in _turns(m)],
        "stream": ask.stream,
    }
    if options:
        body["options"] = options
    if ask.json or ask.schema is not None:
        body["format"] = "json" if ask.schema is None else ask.schema
    if ask.top_logprobs is not None:
        body |= {"logprobs": True, "top_logprobs": ask.top_logprobs}
    if ask.tools:
        body["tools"] = declared(ask.tools)
    if ask.thinking is not None:
        body["think"] = ask.thinking
    return body


def _turns(message: Message) -> list[dict[str, Any]]:
    if message.raw is not None:
        return [dict(message.raw)]
    turns: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, ToolResult):
            named = {"tool_name": part.name} | ({"tool_call_id": part.id} if part.id else {})
            turns.append({"role": "tool", "content": part.content, **named})
    texts = [part.text for part in message.parts if isinstance(part, Text)]
    turn: dict[str, Any] = {"role": message.role, "content": "\n".join(texts)}
    if images := [base64.b64encode(part.data).decode() for part in message.parts if isinstance(part, Media)]:
        turn["images"] = images
    if calls := [part for part in message.parts if isinstance(part, ToolCall)]:
        turn["tool_calls"] = [_call(part) for part in calls]
    return [*turns, turn] if texts or len(turn) > 2 else turns


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"function": {"name": call.name, "arguments": call.arguments or {}}}
    return {"id": call.id, **function} if call.id else function


def _lines(response: Response) -> Iterator[Tree]:
    """The body as JSON, whole, else line by line; [DONE], which the wire has not, is passed over. Raises BadReply."""
    not_a_page(response, "JSON lines")
    body = response.body.strip()
    if b"\n" in body and (whole := _whole(body)) is not None:
        yield whole
        return
    for line in body.split(b"\n"):
        text = line.strip()
        if text and text not in (b"[DONE]", b"data: [DONE]", b"data:[DONE]"):
            yield Tree(loads(text, "line"))


def _whole(body: bytes) -> Tree | None:
    """A body over several lines that is one JSON value."""
    try:
        return Tree(loads(body))
    except BadReply:
        return None


def _pieces(line: Tree) -> bool:
    """Whether a line is the end of a stream that had nothing to say: it has no text."""
    message = line.any("message")
    return not (isinstance(message, dict) and (message.get("content") or message.get("tool_calls")))


def _reply(lines: list[Tree], response: Response) -> Reply:
    text: list[str] = []
    thinking: list[str] = []
    calls: list[ToolCall] = []
    logprobs: list[TokenLogprob] = []
    usage: Usage | None = None
    finish_raw = model = ""
    done = heard = False
    for line in lines:
        found = trouble(line.value, response, answer=("message", "done"))
        if found and set(line.value) != {"message"}:  # a bare text there is no error of the wire
            return found
        heard = heard or isinstance(line.any("message"), dict)
        model = line.known(*_TIMES).str("model") or model
        message = line.tree("message").known("role", "images", "tool_name")
        text.append(said(message, "content"))
        thinking.append(message.str("thinking"))
        calls += [call(tree, form="object") for tree in message.trees("tool_calls")]
        logprobs += [_logprob(tree) for tree in rows(line, "logprobs")]
        finish_raw = line.str("done_reason") or finish_raw
        if "prompt_eval_count" in line or "eval_count" in line:
            usage = Usage(line.int("prompt_eval_count"), line.int("eval_count"))
        done = line.bool("done") or done
    if lines and not heard:
        msg = "no message came"
        raise BadReply(msg)
    if finish_raw in BROKEN:
        return broken(finish_raw, response)
    apart, answer = split_thinking("".join(text))
    thought = "".join(thinking) + apart
    if finish_raw in _IDLE and not (answer or thought or calls):
        return failed(503, _IDLE[finish_raw], response)  # what is asked again may be answered
    raw: dict[str, Any] = {"role": "assistant", "content": answer} | ({"thinking": thought} if thought else {})
    raw |= {"tool_calls": [_call(c) for c in calls]} if calls else {}
    return Reply(
        response.status, answer, thought, tuple(calls), (), tuple(logprobs), usage, _finish(finish_raw, bool(calls)),
        finish_raw,
        limits=limits(response.headers), model=model, turn=Message("assistant", (Text(answer), *calls), raw),
        chunks=response.chunks,
        cut="" if done else "the answer ends before it is done",
        unknown=tuple(sorted(set().union(*(line.unread() for line in lines)))),
    )  # fmt: skip


def _logprob(tree: Tree) -> TokenLogprob:
    top = tuple(
        (t.known("bytes").str("token"), t.float("logprob") or 0.0) for t in tree.known("bytes").trees("top_logprobs")
    )
    return TokenLogprob(tree.str("token"), tree.float("logprob") or 0.0, top)


def _finish(raw: str, called: bool) -> Finish | None:
    if raw == "stop" and called:
        return "tool_calls"
    return _FINISH.get(raw, "other") if raw else None


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request. The API streams unless told not to."""
    if not matches(request):
        msg = f"{request.path} is not /api/chat"
        raise Misfit(msg)
    body = body_of(request)
    options = body.tree("options")
    form = body.any("format")
    think = body.any("think")
    return body.str("model"), Ask(
        _messages(body),
        max_tokens=options.whole("num_predict"),
        seed=options.whole("seed"),
        stop=options.strings("stop"),
        top_logprobs=body.int("top_logprobs") if body.bool("logprobs") else None,
        json=form == "json",
        schema=form if isinstance(form, dict) else None,
        tools=declarations(body),
        thinking=None if think is None else bool(think),
        stream=body.any("stream") is not False,
        sampling=sampling(options),
    )


def _messages(body: Tree) -> tuple[Message, ...]:
    """The messages, put into the form of chat completions first: pictures stand beside the text here, names under
    `tool_name`.
    """
    turns = []
    for turn in body.trees("messages"):
        content: list[dict[str, Any]] = [{"type": "text", "text": turn.str("content")}] if turn.str("content") else []
        content += [{"type": "image_url", "image_url": {"url": _picture(item)}} for item in turn.items("images")]
        turns.append(Tree({**turn.value, "content": content, "name": turn.str("tool_name")}))
    return read_messages(turns)


def _picture(item: Any) -> str:
    text = item if isinstance(item, str) else ""
    return f"data:{sniffed(unbase64(text), 'image/*')};base64,{text}"


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /api/tags: the models on this machine (https://docs.ollama.com/api/tags)."""
    response = yield Request("GET", f"{base_url}/api/tags")
    return sorted({m.str("model") or m.str("name") for m in listing(response).trees("models")})
