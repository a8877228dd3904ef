"""A chat completion, whole or in chunks, as a reply. All dialects are read alike, whoever sent them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import structs

from providers.base import PLAIN, BadReply, Quirks, Response
from providers.chat import Document, Finish, Media, Message, Reply, Text, TokenLogprob, ToolCall, Usage
from providers.wire._chat_delta import Piece, piece
from providers.wire._chat_search import Searches
from providers.wire._functions import Calls, call, raw_arguments
from providers.wire._http import events, failed, failure, json_body, limits, streamed, unbase64
from providers.wire._json import Tree, loads
from providers.wire._media import linked, sniffed
from providers.wire._thinking import split_thinking

FINISH: dict[str, Finish] = {
    "stop": "stop", "eos": "stop", "eos_token": "stop", "end_turn": "stop", "end": "stop", "stop_sequence": "stop_sequence",
    "length": "length", "max_tokens": "length", "model_length": "length", "max_output_tokens": "length",
    "tool_calls": "tool_calls", "function_call": "tool_calls", "tool_use": "tool_calls",
    "content_filter": "content_filter", "safety": "content_filter", "sensitive": "content_filter", "recitation": "content_filter",
}  # fmt: skip
# The answer's thinking; some servers send it under two names at once, so the first that is there counts.
_THINKING = ("reasoning_content", "reasoning", "thinking", "reasoning_text")
# Fields that say nothing a reply would hold: OpenAI's own, then those of Groq, Together, Cerebras, Perplexity, vLLM, Azure (behind
# Pollinations), OpenRouter and Alibaba.
_BODY = (
    "id", "object", "created", "service_tier", "system_fingerprint", "obfuscation", "metadata", "moderation",
    "usage_breakdown", "prompt", "time_info", "images", "videos", "related_questions", "reasoning_steps", "type", "status",
    "prompt_logprobs", "prompt_token_ids", "kv_transfer_params", "prompt_filter_results", "user_tier",
    "provider", "openrouter_metadata", "request_id", "p",
)  # fmt: skip
_CHOICE = (
    "index", "seed", "text", "tool_calls", "stop_reason", "matched_stop", "token_ids", "native_finish_reason", "delta", "message",
    "content_filter_results", "content_filter_offsets", "content_filter_result", "reasoning_logprobs",
)  # fmt: skip
_MESSAGE = ("role", "name", "token_id", "token_ids", "channel", "tool_call_id", "context")
_USAGE = (
    "total_tokens", "prompt_tokens_details", "completion_tokens_details", "input_tokens_details", "output_tokens_details",
    "prompt_cache_hit_tokens", "prompt_cache_miss_tokens", "cached_tokens", "queue_time", "prompt_time", "completion_time", "total_time",
    "cost", "cost_details", "is_byok", "server_tool_use", "search_context_size", "citation_tokens", "num_search_queries",
    "prompt_audio_seconds", "num_cached_tokens", "image_tokens", "audio_tokens", "video_tokens", "web_search_usage", "plugins",
)  # fmt: skip
_TIMINGS = (
    "prompt_ms", "prompt_per_token_ms", "prompt_per_second", "predicted_ms", "predicted_per_token_ms", "predicted_per_second",
    "draft_n", "draft_n_accepted",
)  # fmt: skip


def decode(response: Response, quirks: Quirks = PLAIN, *, stream: bool = False) -> Reply:
    """The reply; `stream` tells that one was asked for. Raises BadReply."""
    if response.status >= 400:
        return failure(response)
    if streamed(response, asked=stream):
        return decode_events(response, quirks)
    body = json_body(response)
    if found := trouble(body.value, response):
        return found
    if "choices" not in body:
        msg = "the body has no choices"
        raise BadReply(msg)
    return _reply([body], response, quirks, chunked=False)


def decode_events(response: Response, quirks: Quirks = PLAIN) -> Reply:
    """The reply of a stream. It ends with [DONE], or with the finish reason where a server sends no such mark."""
    bodies: list[Tree | Piece] = []
    ended = False
    for name, data in events(response):
        if data.strip() == "[DONE]":
            ended = True
            break
        if not name and (plain := piece(data)):
            bodies.append(plain)
            continue
        value = loads(data, "event")
        if found := trouble(value, response, name):
            return found
        bodies.append(Tree(value))
    reply = _reply(bodies, response, quirks, chunked=True)
    if ended or reply.finish_raw:
        return reply
    return structs.replace(reply, cut="the stream ends without [DONE] or a finish reason" if bodies else "the stream is empty")


def trouble(value: Any, response: Response, event: str = "") -> Reply | None:
    """The reply for an error inside a 200, be it the whole body, an event, or a field of either; None where there is none."""
    if event == "error" and not isinstance(value, dict):
        return failed(500, value, response)
    if not isinstance(value, dict):
        return None
    choices = value.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    extra = value.get("x_groq")  # https://console.groq.com/docs/errors: why a stream was stopped early
    told = value.get("error") or value.get("errors") or first.get("error") or (extra.get("error") if isinstance(extra, dict) else None)
    if not told and choices is None:
        bare = event == "error" or "error" in (value.get("object"), value.get("type"))
        told = value if bare or ("object" not in value and any(value.get(key) for key in ("message", "detail", "msg"))) else None
    if not told:
        return None
    return failed(_status(told, value), value if told in (value, value.get("error"), value.get("errors")) else told, response)


def _status(*told: Any) -> int:
    """The HTTP status that an error names; 400 where it is said to be about the request, else 500."""
    objects = [item for item in told if isinstance(item, dict)]
    for item in objects:
        for key in ("status_code", "status", "code", "http_status_code"):
            named = str(item.get(key) or "")
            if named.isdigit() and 400 <= int(named) < 600:
                return int(named)
    return 400 if any("invalid_request" in str(item.get("type")) for item in objects) else 500


class _Answer:
    """What the messages or deltas of a reply bring, one after the other."""

    def __init__(self, *, chunked: bool) -> None:
        self._chunked = chunked
        self.text: list[str] = []
        self.refusal: list[str] = []
        self.thinking: list[str] = []
        self.details: list[Any] = []
        self.spoken: list[str] = []
        self.sound: list[str] = []
        self.sound_id = ""
        self.media: list[Media] = []
        self.logprobs: list[TokenLogprob] = []
        self.searches = Searches()
        self.whole: list[ToolCall] = []
        self.pieces = Calls()
        self._place: dict[int, tuple[int, str]] = {}
        self.odd: set[str] = set()
        self.finish = ""
        self.usage: Usage | None = None
        self.warnings: list[str] = []
        self.model = ""

    def plain(self, event: Piece) -> None:
        self.model = event.model or self.model
        self.text.append(event.text)
        self.thinking.append(event.thinking)

    def body(self, body: Tree) -> None:
        self.model = body.known(*_BODY).str("model") or self.model
        extra = body.tree("x_groq").known("id", "seed", "debug", "error", "usage_breakdown")
        counts = [usage(body.tree("usage")), usage(extra.tree("usage")), timed(body.tree("timings")), self.usage]
        self.usage = next(filter(None, counts), None)
        self.warnings += [item.str("message") for item in body.trees("warnings")]
        self.searches.read(body)
        for choice in body.trees("choices"):
            if choice.int("index") == 0:
                self._choice(choice)

    def _choice(self, choice: Tree) -> None:
        choice.known(*_CHOICE)
        self.finish = choice.str("finish_reason") or self.finish
        self.usage = usage(choice.tree("usage")) or self.usage
        self.logprobs += logprobs(choice.tree("logprobs"))
        if self._chunked and "delta" in choice:
            self._message(choice.tree("delta"))  # some servers repeat the text so far as `message` beside it
        elif not (self._chunked and self.text):
            self._message(choice.tree("message"))

    def _message(self, message: Tree) -> None:
        self._content(message.known(*_MESSAGE))
        self.refusal.append(message.str("refusal"))
        told = [said for name in _THINKING if isinstance(said := message.any(name), str) and said]
        details = message.items("reasoning_details")
        self.thinking.append(told[0] if told else "".join(_detail(item) for item in details))
        self.details += details
        self.searches.read(message)
        for image in message.trees("images"):
            self._image(image.known("type", "index"))
        self._sound(message.tree("audio").known("expires_at"))
        if "function_call" in message:
            self.pieces.add(message.tree("function_call"), 0)
        for item in message.trees("tool_calls"):
            if self._chunked:
                self._piece(item)
            else:
                self.whole.append(call(item))

    def _piece(self, item: Tree) -> None:
        """A piece of a call. Some servers give all calls the same index, each with an id of its own."""
        if "index" not in item:
            self.pieces.add(item)
            return
        told, given = item.int("index"), item.str("id")
        place, known = self._place.get(told, (told, ""))
        if given and known and given != known and "name" in item.tree("function"):
            place = max([p for p, _ in self._place.values()], default=told) + 1
        self._place[told] = (place, given or known)
        self.pieces.add(item, place)

    def _content(self, message: Tree) -> None:
        blocks = "content" if isinstance(message.any("content"), list) else "content_blocks"
        if blocks != "content":
            self.text.append(message.str("content"))
        for block in message.trees(blocks):
            kind = block.known("index").str("type")
            if kind == "thinking":
                inner = block.any("thinking")
                pieces = inner if isinstance(inner, list) else [{"text": inner}]
                if blocks == "content":
                    self.thinking += [p["text"] for p in pieces if isinstance(p, dict) and isinstance(p.get("text"), str)]
            elif kind in ("text", "output_text"):
                said = block.str("text")
                self.text.append(said if blocks == "content" else "")  # content_blocks repeats the content
            elif kind == "image_url":
                self._image(block)
            else:
                self.odd.add(f"{block.path}:{kind}")

    def _image(self, image: Tree) -> None:
        told = image.any("image_url") or image.any("url")
        url = told.get("url") if isinstance(told, dict) else told
        found = linked(url, "image") if isinstance(url, str) and url else None
        if data := image.str("b64_json"):
            raw = unbase64(data)
            found = Media("image", sniffed(raw, "image/png"), raw)
        if found and not isinstance(found, Document):
            self.media.append(found)

    def _sound(self, audio: Tree) -> None:
        self.sound_id = audio.str("id") or self.sound_id
        self.spoken.append(audio.str("transcript"))
        if data := audio.str("data"):
            self.sound.append(data)

    def calls(self) -> tuple[ToolCall, ...]:
        return (*self.whole, *self.pieces.all())


def _joined(pieces: list[str]) -> bytes:
    """Streamed sound. OpenAI encodes each piece by itself, with its own padding; Alibaba cuts one encoded text anywhere
    (https://www.alibabacloud.com/help/en/model-studio/qwen-omni).
    """
    text = "".join(pieces)
    return b"".join(unbase64(piece) for piece in pieces) if "=" in text.rstrip("=") else unbase64(text)


def _detail(item: Any) -> str:
    """The readable part of a block of thinking (https://openrouter.ai/docs/use-cases/reasoning-tokens)."""
    said = (item.get("text") or item.get("summary")) if isinstance(item, dict) else None
    return said if isinstance(said, str) else ""


def _reply(bodies: Sequence[Tree | Piece], response: Response, quirks: Quirks, *, chunked: bool) -> Reply:
    answer = _Answer(chunked=chunked)
    for body in bodies:
        answer.plain(body) if isinstance(body, Piece) else answer.body(body)
    tagged, text = split_thinking("".join(answer.text) or "".join(answer.spoken))
    thinking = "\n".join(filter(None, ("".join(answer.thinking), tagged)))
    refusal = "".join(answer.refusal)
    calls = answer.calls()
    if sound := _joined(answer.sound):
        answer.media.append(Media("audio", sniffed(sound, "audio/pcm"), sound))
    finish = FINISH.get(answer.finish.lower(), "other") if answer.finish else None
    turn = Message("assistant", (Text(text), *calls), _echo(text, thinking, calls, answer, quirks))
    unknown = answer.odd.union(*(body.unread() for body in bodies if isinstance(body, Tree)))
    return Reply(
        response.status, text, thinking, calls, tuple(answer.media), tuple(answer.logprobs), answer.usage, finish, answer.finish,
        tuple(answer.searches.citations), answer.searches.sources, answer.searches.queries, limits(response.headers), model=answer.model,
        turn=turn, warnings=tuple(answer.warnings), chunks=response.chunks, unknown=tuple(sorted(unknown)),
        refusal=refusal,
    )  # fmt: skip


def _echo(text: str, thinking: str, calls: Iterable[ToolCall], answer: _Answer, quirks: Quirks) -> dict[str, Any]:
    """The turn as the server wants it back; thinking only under the names of the option `echo`, since others refuse it."""
    raw: dict[str, Any] = {"role": "assistant", "content": text}
    if said := [{"id": c.id, "type": "function", "function": {"name": c.name, "arguments": raw_arguments(c)}} for c in calls]:
        raw |= {"content": text or None, "tool_calls": said}
    if refusal := "".join(answer.refusal):
        raw |= {"content": text or None, "refusal": refusal}
    if answer.sound_id:
        raw |= {"content": None, "audio": {"id": answer.sound_id}}
    for name in quirks.get("echo", ()):
        value: Any = answer.details if name == "reasoning_details" else thinking
        if value:
            raw[name] = value
    return raw


def usage(tree: Tree) -> Usage | None:
    """Counted tokens, or None where nothing was counted."""
    tree.known(*_USAGE)
    if not any(name in tree for name in ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens")):
        return None
    details = Tree(tree.any("completion_tokens_details") or tree.any("output_tokens_details"), "usage.details")
    given = tree.int("prompt_tokens") or tree.int("input_tokens")
    made = tree.int("completion_tokens") or tree.int("output_tokens")
    thinking = details.int("reasoning_tokens") or tree.int("reasoning_tokens")
    # Where the total shows that thinking is not among the answer's tokens, it is added.
    return Usage(given, made + thinking if thinking and tree.int("total_tokens") == given + made + thinking else made, thinking)


def timed(tree: Tree) -> Usage | None:
    """Tokens as the server of llama.cpp counts them beside its times, also where no usage was asked for
    (https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md).
    """
    tree.known(*_TIMINGS)
    if "predicted_n" not in tree:
        return None
    return Usage(tree.int("cache_n") + tree.int("prompt_n"), tree.int("predicted_n"))


def logprobs(tree: Tree) -> list[TokenLogprob]:
    """The answer's tokens in either form: a list of objects, or lists of the same length side by side."""
    tree.known("refusal", "reasoning_content", "reasoning_logprobs", "token_ids", "text_offset")
    found = []
    for item in tree.trees("content"):
        top = [alternative.known("bytes", "id") for alternative in item.known("bytes", "id").trees("top_logprobs")]
        value = item.float("logprob")
        if value is not None:
            found.append(TokenLogprob(item.str("token"), value, tuple((t.str("token"), t.float("logprob") or 0.0) for t in top)))
    tops = tree.items("top_logprobs")
    for place, (token, value) in enumerate(zip(tree.items("tokens"), tree.items("token_logprobs"), strict=False)):
        if isinstance(value, int | float):
            found.append(TokenLogprob(str(token), float(value), _top(tops[place] if place < len(tops) else None)))
    return found


def _top(told: Any) -> tuple[tuple[str, float], ...]:
    """Alternatives as {token: logprob}, or as a list of objects."""
    if isinstance(told, dict):
        return tuple((token, float(value)) for token, value in told.items() if isinstance(value, int | float))
    trees = [Tree(item, "top_logprobs[]") for item in told or [] if isinstance(item, dict)]
    return tuple((t.str("token"), t.float("logprob") or 0.0) for t in trees)
