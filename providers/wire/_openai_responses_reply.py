"""Replies of OpenAI's Responses API. The last event of a stream holds the whole response; where it lacks the output (or never
came), the output is put together from the events before it.

Source: https://platform.openai.com/docs/api-reference/responses/object and .../responses-streaming (events). The wire has no word of
its own for an answer that ends with a call: such a response is "completed".
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from providers.base import Response
from providers.chat import Citation, Finish, Media, Message, Reply, Source, Text, TokenLogprob, ToolCall
from providers.wire._chat_decode import logprobs, usage
from providers.wire._http import events, failed, json_body, limits, unbase64
from providers.wire._json import Tree, arguments, loads
from providers.wire._thinking import split_thinking

_FINISH: dict[str, Finish] = {"completed": "stop", "max_output_tokens": "length", "content_filter": "content_filter"}
_STATUS = {
    "server_error": 500, "rate_limit_exceeded": 429, "insufficient_quota": 429, "vector_store_timeout": 504, "invalid_api_key": 401,
    "overloaded": 503, "slow_down": 503,
}  # fmt: skip
_WEATHER = re.compile(r"server|internal|timeout|unavailable|overload")
_ENDS = ("response.completed", "response.incomplete", "response.failed", "response.done")
# What a delta adds to: the type of its item, and of the part within that holds the text.
_DELTAS = {
    "response.output_text.delta": ("message", "output_text"), "response.refusal.delta": ("message", "refusal"),
    "response.reasoning_summary_text.delta": ("reasoning", "summary_text"),
    "response.reasoning_text.delta": ("reasoning", "reasoning_text"),
    "response.function_call_arguments.delta": ("function_call", "arguments"),
}  # fmt: skip
_PARTS = ("output_text", "summary_text", "reasoning_text")
# The second word of the other events: their items come whole at the end.
_FAMILIES = frozenset((
    "output_item", "content_part", "output_text", "refusal", "function_call_arguments", "reasoning_summary_part", "reasoning_summary_text",
    "reasoning_text", "web_search_call", "file_search_call", "image_generation_call", "code_interpreter_call", "code_interpreter_call_code",
    "mcp_call", "mcp_call_arguments", "mcp_list_tools", "custom_tool_call_input", "audio", "compaction",
))  # fmt: skip
_PROGRESS = ("response.created", "response.in_progress", "response.queued", "keepalive")
# Fields that repeat the request, or tell of the bill.
_ECHOED = (
    "id", "object", "created_at", "completed_at", "background", "billing", "frequency_penalty", "presence_penalty", "instructions",
    "max_output_tokens", "max_tool_calls", "metadata", "moderation", "parallel_tool_calls", "previous_response_id", "prompt",
    "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options", "prompt_cache_diagnostics", "reasoning", "safety_identifier",
    "service_tier", "store", "temperature", "text", "tool_choice", "tool_usage", "tools", "top_logprobs", "top_p", "truncation", "user",
    "conversation", "output_text", "access_programs", "image", "input_transformations", "context_management",
)  # fmt: skip


def decode(response: Response) -> Reply:
    """The reply of a plain response."""
    body = json_body(response)
    if "error" in body or body.any("status") == "failed":
        return _failed(body.any("error"), response)
    return _reply(body, set(), response)


def decode_stream(response: Response) -> Reply:
    """The reply of a streamed response."""
    started: dict[str, Any] = {}
    ended: dict[str, Any] | None = None
    items: dict[int, dict[str, Any]] = {}
    partial = _Partial()
    unknown: set[str] = set()
    for _, data in events(response):
        if data == "[DONE]":
            continue
        event = Tree(loads(data, "event"), "event")
        kind = event.str("type")
        if kind in _PROGRESS:
            started = _object(event, "response")
        elif kind in _ENDS:
            ended = _object(event, "response")
        elif kind == "error" or (not kind and "error" in event):
            return _failed(event.any("error") or event.value, response)
        elif kind == "response.output_item.done":
            items[event.int("output_index")] = _object(event, "item")
        elif kind == "response.output_item.added":
            partial.begin(event.int("output_index"), _object(event, "item"))
        elif kind in _DELTAS:
            partial.add(event, *_DELTAS[kind])
        elif not kind.startswith("response.") or kind.split(".")[1] not in _FAMILIES:
            unknown.add(f"event {kind}")
    whole = dict(started if ended is None else ended)
    if whole.get("error") or whole.get("status") == "failed":
        return _failed(whole.get("error"), response)
    whole["output"] = whole.get("output") or [item for _, item in sorted((partial.items() | items).items())]
    reply = _reply(Tree(whole), unknown, response)
    return reply if ended is not None else msgspec.structs.replace(reply, finish=None, cut="the stream ends without its last event")


class _Partial:
    """Items that deltas tell of, for when no event holds them whole."""

    def __init__(self) -> None:
        self._begun: dict[int, dict[str, Any]] = {}
        self._told: dict[int, dict[str, list[str]]] = {}
        self._logprobs: dict[int, list[Any]] = {}

    def begin(self, index: int, item: dict[str, Any]) -> None:
        """An item was announced, with its name and id."""
        self._begun[index] = item

    def add(self, event: Tree, item: str, part: str) -> None:
        """A delta came for an item."""
        index = event.int("output_index")
        self._begun.setdefault(index, {"type": item})
        self._told.setdefault(index, {}).setdefault(part, []).append(event.str("delta"))
        if part == "output_text":
            self._logprobs.setdefault(index, []).extend(event.items("logprobs"))

    def items(self) -> dict[int, dict[str, Any]]:
        """The items by place."""
        made = {}
        for index, begun in self._begun.items():
            told = {part: "".join(pieces) for part, pieces in self._told.get(index, {}).items()}
            parts: list[dict[str, Any]] = [{"type": part, "text": text} for part, text in told.items() if part in _PARTS]
            if "output_text" in told:
                parts[0]["logprobs"] = self._logprobs[index]
            if "refusal" in told:
                parts.append({"type": "refusal", "refusal": told["refusal"]})
            item = dict(begun)
            if "arguments" in told:
                item["arguments"] = told["arguments"]
            elif parts:
                item["summary" if parts[0]["type"] == "summary_text" else "content"] = parts
            made[index] = item
        return made


def _object(tree: Tree, key: str) -> dict[str, Any]:
    """An object whose fields are read later, with the whole response."""
    return Tree(tree.any(key), key).value


def _failed(error: Any, response: Response) -> Reply:
    """The status that a code stands for; an error that names no known one is about the request, as invalid_prompt is."""
    named = (error.get("code"), error.get("type")) if isinstance(error, dict) else ()
    code = next((str(name) for name in named if name and name != "error"), "")
    status = int(code) if code.isdecimal() and len(code) == 3 else _STATUS.get(code, 400 if code and not _WEATHER.search(code) else 500)
    return failed(status, error, response)


def _reply(body: Tree, unknown: set[str], response: Response) -> Reply:
    seen = _Seen()
    for item in body.trees("output"):
        seen.item(item)
    text = "".join(seen.text)
    tagged, answer = split_thinking(text)
    thinking = "\n".join(filter(None, (*seen.thinking, tagged)))
    reason = body.tree("incomplete_details").str("reason")
    status = body.known("error", *_ECHOED).str("status")
    finish_raw = reason or status
    raw = [item for item in body.items("output") if isinstance(item, dict)]
    return Reply(
        response.status, answer, thinking, tuple(seen.calls), tuple(seen.media), tuple(seen.logprobs), usage(body.tree("usage")),
        _finish(finish_raw, bool(seen.calls)), finish_raw, tuple(seen.citations), tuple(seen.sources), tuple(seen.searches),
        limits(response.headers), model=body.str("model"),
        turn=Message("assistant", (*((Text(answer),) if answer else ()), *seen.calls), raw),
        chunks=response.chunks, unknown=tuple(sorted(unknown | body.unread())), refusal="".join(seen.refusal),
    )  # fmt: skip


def _finish(raw: str, called: bool) -> Finish | None:
    if raw in ("", "in_progress", "queued"):
        return None
    return "tool_calls" if raw == "completed" and called else _FINISH.get(raw, "other")


class _Seen:
    """What the items of an output hold."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.refusal: list[str] = []
        self.thinking: list[str] = []
        self.calls: list[ToolCall] = []
        self.media: list[Media] = []
        self.logprobs: list[TokenLogprob] = []
        self.citations: list[Citation] = []
        self.sources: list[Source] = []
        self.searches: list[str] = []

    def item(self, item: Tree) -> None:
        """Reads an item."""
        item.known("id", "status")
        match item.str("type"):
            case "message":
                for part in item.known("role", "phase").trees("content"):
                    self._part(part)
            case "reasoning":
                item.known("encrypted_content", "format", "signature")
                for part in (*item.trees("summary"), *item.trees("content")):
                    self.thinking.append(part.known("type").str("text"))
            case "function_call":
                raw = item.known("caller", "namespace").str("arguments")
                self.calls.append(ToolCall(item.str("name"), arguments(raw), raw, item.str("call_id")))
            case "image_generation_call":
                item.known("action", "background", "quality", "revised_prompt", "size", "error", "svg_usage")
                if data := item.str("result"):
                    form = item.str("output_format", "png")
                    self.media.append(Media("image", "image/svg+xml" if form == "svg" else f"image/{form}", unbase64(data)))
            case "web_search_call":
                self._search(item.tree("action"))
            case kind if kind.endswith(("_call", "_call_output", "_list_tools", "compaction")):  # tools that we never turn on
                item.known(*item.value)

    def _search(self, action: Tree) -> None:
        kind = action.known("pattern").str("type")
        asked = [query for query in action.items("queries") if isinstance(query, str)]
        query = action.str("query")
        self.searches += asked or ([query] if query else [])
        for page in action.trees("sources"):
            if url := page.known("type", "name").str("url"):
                self.sources.append(Source(url, page.str("title")))
        if (url := action.str("url")) and kind == "open_page":  # a page from the search, opened
            self.sources.append(Source(url))

    def _part(self, part: Tree) -> None:
        kind = part.str("type")
        if kind == "refusal":
            self.refusal.append(part.str("refusal"))
        elif kind == "output_text":
            self.text.append(part.str("text"))
            self.logprobs += logprobs(Tree({"content": part.any("logprobs")}, "logprobs"))
            for note in part.trees("annotations"):
                self._note(note)

    def _note(self, note: Tree) -> None:
        """A page of a search is a source; a file of a vector store is a document."""
        note.known("index", "container_id", "file_id", "filename")
        start, end = note.any("start_index"), note.any("end_index")
        match note.str("type"):
            case "url_citation":
                self.sources.append(Source(note.str("url"), note.str("title")))
            case "file_citation":
                place = (start, end) if isinstance(start, int) and isinstance(end, int) else (None, None)
                self.citations.append(Citation(note.str("filename") or note.str("file_id"), "", *place))
