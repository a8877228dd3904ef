"""What the messages or deltas of a chat completion bring, one after the other."""

from __future__ import annotations

from typing import Any

from providers.chat import Document, Media, Streamed, TokenLogprob, ToolCall, Usage
from providers.wire._chat_counts import logprobs, timed, usage
from providers.wire._chat_delta import Piece
from providers.wire._chat_search import Searches
from providers.wire._functions import Calls, call, raw_arguments
from providers.wire._http import unbase64
from providers.wire._json import Tree
from providers.wire._lenient import table, text
from providers.wire._media import linked, sniffed
from providers.wire._repairs import repair

# The answer's thinking; some servers send it under two names at once, so the first that is there counts.
_THINKING = ("reasoning_content", "reasoning", "thinking", "reasoning_text")
# Fields that say nothing a reply would hold: OpenAI's own, then those of Groq, Together, Cerebras, Perplexity, vLLM,
# Azure (behind Pollinations), OpenRouter and Alibaba.
_BODY = (
    "id", "object", "created", "service_tier", "system_fingerprint", "obfuscation", "metadata", "moderation",
    "usage_breakdown", "prompt", "time_info", "images", "videos", "related_questions", "reasoning_steps", "type",
    "status",
    "prompt_logprobs", "prompt_token_ids", "kv_transfer_params", "prompt_filter_results", "user_tier",
    "provider", "openrouter_metadata", "request_id", "p",
)  # fmt: skip
_CHOICE = (
    "index", "seed", "text", "tool_calls", "stop_reason", "matched_stop", "token_ids", "native_finish_reason", "delta",
    "message", "content_filter_results", "content_filter_offsets", "content_filter_result", "reasoning_logprobs",
)  # fmt: skip
_MESSAGE = ("role", "name", "token_id", "token_ids", "channel", "tool_call_id", "context")


class Answer:
    """What the messages or deltas of a reply bring, one after the other. `lists`: whether content may be a list of
    parts by the documentation; `untyped`: whether calls may leave out their type by it. `heard`: whether anything came
    that an answer is made of.
    """

    def __init__(self, *, chunked: bool, lists: bool = False, untyped: bool = False) -> None:
        self.chunked = chunked
        self._lists = lists
        self._may_leave_out = ("type",) if untyped else ()
        self.heard = False
        self.content: Any = None  # as it came, where it is a list; a text once there was one
        self.thoughts: dict[str, list[str]] = {}
        self.extra: Any = None
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
        self.extras: dict[int, Any] = {}
        self.pieces = Calls()
        self._wrong: list[str] = []
        self._untyped = False
        self.named_role = False
        self._place: dict[int, tuple[int, str]] = {}
        self.odd: set[str] = set()
        self.finish = ""
        self.usage: Usage | None = None
        self._counted_in = ""
        self.warnings: list[str] = []
        self.model = ""

    def plain(self, event: Piece) -> None:
        self.heard = True
        self.model = event.model or self.model
        delta = event.choices[0].delta
        self.named_role |= bool(delta.role)
        if delta.content is not None:
            self.content = ""
            self.text.append(delta.content)
        told = [(name, said) for name in ("reasoning_content", "reasoning") if (said := getattr(delta, name))]
        self._thought(told)

    def _thought(self, told: list[tuple[str, str]]) -> None:
        """Servers that send their thinking under two names mean one; both go back."""
        self.thinking.append(told[0][1] if told else "")
        for name, said in told:
            self.thoughts.setdefault(name, []).append(said)

    def body(self, body: Tree) -> None:
        self.model = body.known(*_BODY).str("model") or self.model
        extra = body.tree("x_groq").known("id", "seed", "debug", "error", "usage_breakdown")
        self._count(("", usage(body.tree("usage"))), ("x_groq.usage", usage(extra.tree("usage"))),
                    ("timings", timed(body.tree("timings"))))  # fmt: skip
        self.warnings += [item.str("message") for item in body.trees("warnings")]
        self.searches.read(body)
        for choice in body.trees("choices"):
            if choice.int("index") == 0:
                self._choice(choice)

    def _choice(self, choice: Tree) -> None:
        choice.known(*_CHOICE)
        self.heard = self.heard or any(key in choice for key in ("delta", "message", "finish_reason"))
        self.finish = choice.str("finish_reason") or self.finish
        self._count(("choices[].usage", usage(choice.tree("usage"))))
        self.logprobs += logprobs(table(choice, "logprobs"))
        if self.chunked and "delta" in choice:
            self._message(choice.tree("delta"))  # some servers repeat the text so far as `message` beside it
        elif not (self.chunked and self.text):
            self._message(choice.tree("message"))

    def _count(self, *counts: tuple[str, Usage | None]) -> None:
        """What the fields of an event count: of those that do the first, instead of what earlier events counted."""
        for field, count in counts:
            if count:
                self.usage, self._counted_in = count, field
                return

    def _message(self, message: Tree) -> None:
        self.named_role |= bool(message.any("role"))
        self._content(message.known(*_MESSAGE))
        self.refusal.append(message.str("refusal"))
        told = [(name, said) for name in _THINKING if isinstance(said := message.any(name), str) and said]
        details = message.items("reasoning_details")
        self._thought(told)
        if not told:
            self.thinking += [_detail(item) for item in details]
        self.details += details
        self.extra = message.any("extra_content") or self.extra
        self.searches.read(message)
        for image in message.trees("images"):
            self._image(image.known("type", "index"))
        self._sound(message.tree("audio").known("expires_at"))
        # One of empty words is none, and one beside calls is the first of them again, as older clients read it.
        if not message.any("tool_calls") and any(message.tree("function_call").value.values()):
            self.pieces.add(message.tree("function_call"), 0, form="text")
        for item in message.trees("tool_calls"):
            if self.chunked:
                self._piece(item)
            else:
                self.whole.append(call(item, form="text"))
                self.extras[len(self.whole) - 1] = item.any("extra_content")

    def _piece(self, item: Tree) -> None:
        """A piece of a call. Some servers give all calls the same index, each with an id of its own."""
        if "index" not in item:
            repair("calls came without index")
            self._wrong.append("a piece of a call has no index")
            self.pieces.add(item, form="text")
            return
        told, given = item.int("index"), item.str("id")
        self._check(item, told)
        place, known = self._place.get(told, (told, ""))
        if given and known and given != known and "name" in item.tree("function"):
            self._wrong.append("two calls have one index")
            place = max([p for p, _ in self._place.values()], default=told) + 1
        self._place[told] = (place, given or known)
        self.pieces.add(item, place, form="text")

    def _check(self, item: Tree, index: int) -> None:
        """What the documentation of streamed calls promises of the first piece of a call, and of those after it
        (https://platform.openai.com/docs/guides/function-calling#streaming).
        """
        function = item.value.get("function")  # read later; what is read twice looks unread
        name = function.get("name") if isinstance(function, dict) else None
        if index not in self._place:
            told = {"id": item.str("id"), "type": item.str("type"), "name": name}
            lacks = [field for field in told if not told[field]]
            self._untyped |= "type" in lacks
            self._wrong += [
                f"the first piece of a call has no {field}" for field in lacks if field not in self._may_leave_out
            ]
            return
        if item.value.get("id") == "":
            self._wrong.append("later pieces of a call have an empty id")
        if name:
            self._wrong.append("the name of a call comes again")

    def streamed(self, end: str) -> Streamed:
        """How the stream told of it; `end` is the mark that ended it."""
        defects = tuple(dict.fromkeys(self._wrong))
        return Streamed(end, self.named_role, defects, self._untyped, self._counted_in)

    def _content(self, message: Tree) -> None:
        given = message.any("content")
        blocks = "content" if isinstance(given, list) else "content_blocks"
        if blocks != "content":
            self.text.append(text(message, "content"))
            self.content = self.content if given is None else ""
        elif not self._lists:
            repair("content came as a list, not as text")
        if isinstance(given, list):
            self.content = given
        for block in message.trees(blocks):
            kind = block.known("index").str("type")
            if kind == "thinking":
                inner = block.any("thinking")
                pieces = inner if isinstance(inner, list) else [{"text": inner}]
                if blocks == "content":
                    self.thinking += [
                        p["text"] for p in pieces if isinstance(p, dict) and isinstance(p.get("text"), str)
                    ]
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

    def echo(self) -> dict[str, Any]:
        """The turn as it came, to be sent back: content ("" where it was, null where it was), thinking under its own
        names, and what else signs the turn or its calls (https://ai.google.dev/gemini-api/docs/thought-signatures).
        """
        said: Any = self.content if isinstance(self.content, list) and not self.chunked else "".join(self.text)
        calls = [_called(c, extra) for c, extra in zip(self.calls(), self._signed(), strict=True)]
        aside = calls or any(self.refusal) or self.sound_id
        raw: dict[str, Any] = {"role": "assistant", "content": None if self.content is None and aside else said}
        raw |= {"tool_calls": calls} if calls else {}
        raw |= {"refusal": "".join(self.refusal)} if any(self.refusal) else {}
        raw |= {"content": None, "audio": {"id": self.sound_id}} if self.sound_id else {}
        raw |= {name: "".join(pieces) for name, pieces in self.thoughts.items()}
        raw |= {"reasoning_details": self.details} if self.details else {}
        return raw | ({"extra_content": self.extra} if self.extra else {})

    def _signed(self) -> list[Any]:
        return [*(self.extras.get(place) for place in range(len(self.whole))), *self.pieces.extras()]


def _called(call: ToolCall, extra: Any) -> dict[str, Any]:
    function = {"name": call.name, "arguments": raw_arguments(call)}
    said = {"id": call.id, "type": "function", "function": function}
    return {**said, "extra_content": extra} if extra else said


def joined(pieces: list[str]) -> bytes:
    """Streamed sound. OpenAI encodes each piece by itself, with its own padding; Alibaba cuts one encoded text anywhere
    (https://www.alibabacloud.com/help/en/model-studio/qwen-omni).
    """
    text = "".join(pieces)
    return b"".join(unbase64(piece) for piece in pieces) if "=" in text.rstrip("=") else unbase64(text)


def _detail(item: Any) -> str:
    """The readable part of a block of thinking (https://openrouter.ai/docs/use-cases/reasoning-tokens)."""
    said = (item.get("text") or item.get("summary")) if isinstance(item, dict) else None
    return said if isinstance(said, str) else ""
