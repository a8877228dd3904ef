"""A chat completion, whole or in chunks, as a reply. All dialects are read alike, whoever sent them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from providers.base import PLAIN, BadReply, Quirks, Response
from providers.chat import Finish, Media, Message, Reply, Text, ToolCall
from providers.wire._body import Events, json_body, streamed
from providers.wire._chat_answer import Answer, joined
from providers.wire._chat_delta import Piece, piece
from providers.wire._json import Tree, loads
from providers.wire._limits import limits
from providers.wire._media import sniffed
from providers.wire._repairs import repair
from providers.wire._thinking import split_thinking
from providers.wire._trouble import BROKEN, broken, failure, trouble

# OpenAI: https://platform.openai.com/docs/api-reference/chat/object; Mistral (model_length):
# https://docs.mistral.ai/api/#tag/chat; Z.ai (sensitive, model_context_window_exceeded):
# https://docs.z.ai/api-reference/llm/chat-completion; those of other wires come through gateways, Google's as
# "content_filter: RECITATION". Reasons that a generation broke off: `_trouble.BROKEN`.
FINISH: dict[str, Finish] = {
    "stop": "stop", "eos": "stop", "eos_token": "stop", "end_turn": "stop", "end": "stop", "complete": "stop",
    "pause_turn": "stop", "stop_sequence": "stop_sequence",
    "length": "length", "max_tokens": "length", "model_length": "length", "max_output_tokens": "length",
    "max_completion_tokens": "length", "model_context_window_exceeded": "length",
    "tool_calls": "tool_calls", "function_call": "tool_calls", "tool_use": "tool_calls", "tool_call": "tool_calls",
    "malformed_function_call": "tool_calls", "unexpected_tool_call": "tool_calls", "function_call_filter": "tool_calls",
    "content_filter": "content_filter", "content_filtered": "content_filter", "safety": "content_filter",
    "sensitive": "content_filter", "recitation": "content_filter", "refusal": "content_filter",
    "prohibited_content": "content_filter", "blocklist": "content_filter", "spii": "content_filter",
    "language": "content_filter", "no_image": "content_filter", "image_safety": "content_filter",
    "image_prohibited_content": "content_filter", "image_recitation": "content_filter", "image_other": "content_filter",
    "model_armor": "content_filter", "guardrail_intervened": "content_filter", "error_toxic": "content_filter",
}  # fmt: skip
# A call that was none: https://ai.google.dev/api/generate-content#FinishReason.
_NO_CALLS = ("malformed_function_call", "unexpected_tool_call", "function_call_filter")


def finish_of(raw: str) -> Finish | None:
    """What a finish reason means; None where it is none."""
    told = raw.lower()
    return FINISH.get(told) or FINISH.get(told.partition(":")[0], "other") if told else None


def decode(response: Response, quirks: Quirks = PLAIN, *, stream: bool = False) -> Reply:
    """The reply; `stream` tells that one was asked for. Raises BadReply."""
    if response.status >= 400:
        return failure(response)
    if streamed(response, repair, asked=stream):
        return decode_events(response, quirks)
    body = json_body(response)
    if found := trouble(body.value, response):
        return found
    if "choices" not in body:
        msg = "the body has no choices"
        raise BadReply(msg)
    answer = Answer(chunked=False, lists=quirks.get("lists", False))
    return _reply([body], answer, response)


def decode_events(response: Response, quirks: Quirks = PLAIN) -> Reply:
    """The reply of a stream. It ends with [DONE], or with the finish reason where a server sends no such mark."""
    bodies: list[Tree | Piece] = []
    events = Events(response)
    for name, data in events:
        if events.done:
            break
        if not name and (plain := piece(data)):
            bodies.append(plain)
            continue
        value = loads(data, "event")
        if found := trouble(value, response, event=name):
            return found
        bodies.append(Tree(value))
    answer = Answer(chunked=True, lists=quirks.get("lists", False), untyped=quirks.get("untyped", False))
    reply = _reply(bodies, answer, response)
    if reply.error:
        return reply
    if not answer.heard:
        return structs.replace(reply, cut=events.nothing("a chat completion"))
    reply = structs.replace(reply, streamed=answer.streamed("[DONE]" if events.done else ""))
    if events.done or reply.finish_raw:
        return reply
    return structs.replace(reply, cut="the stream ends without [DONE] or a finish reason")


def _reply(bodies: Sequence[Tree | Piece], answer: Answer, response: Response) -> Reply:
    for body in bodies:
        answer.plain(body) if isinstance(body, Piece) else answer.body(body)
    raw = answer.finish
    if raw.lower() in BROKEN:
        return broken(raw, response)
    if not (answer.heard or answer.chunked):
        msg = "a chat completion without any choice"
        raise BadReply(msg)
    tagged, text = split_thinking("".join(answer.text) or "".join(answer.spoken))
    thinking = "\n".join(filter(None, ("".join(answer.thinking), tagged)))
    calls = answer.calls()
    if raw.lower().partition(":")[0] in _NO_CALLS and not calls:
        calls = (ToolCall("", None, raw),)
    if sound := joined(answer.sound):
        answer.media.append(Media("audio", sniffed(sound, "audio/pcm"), sound))
    unknown = answer.odd.union(*(body.unread() for body in bodies if isinstance(body, Tree)))
    found = answer.searches
    return Reply(
        response.status, text, thinking, calls, tuple(answer.media), tuple(answer.logprobs), answer.usage,
        finish_of(raw), raw,
        tuple(found.citations), found.sources, found.queries, limits(response.headers), model=answer.model,
        turn=Message("assistant", (Text(text), *calls), answer.echo()), warnings=tuple(answer.warnings),
        chunks=response.chunks, unknown=tuple(sorted(unknown)), refusal="".join(answer.refusal),
    )  # fmt: skip
