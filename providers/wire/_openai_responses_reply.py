"""Replies of OpenAI's Responses API. The last event of a stream holds the whole response; where it lacks the output
(or never came), the output is put together from the events before it.

Source: https://platform.openai.com/docs/api-reference/responses/object and .../responses-streaming (events). The wire
has no word of its own for an answer that ends with a call: such a response is "completed".
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from providers.base import BadReply, Response
from providers.chat import Citation, Finish, Media, Message, Reply, Source, Streamed, Text, TokenLogprob, ToolCall
from providers.wire._body import Events, json_body
from providers.wire._chat_counts import logprobs, usage
from providers.wire._http import unbase64
from providers.wire._json import Tree, arguments, loads
from providers.wire._lenient import listed, parts, raw_arguments
from providers.wire._limits import limits
from providers.wire._openai_responses_partial import DELTAS, WHOLES, Partial, filled
from providers.wire._repairs import repair
from providers.wire._thinking import split_thinking
from providers.wire._trouble import STATUSES, failed, trouble

# https://platform.openai.com/docs/api-reference/responses/object#responses-object-incomplete_details; the others are
# those of engines that speak the wire.
_FINISH: dict[str, Finish] = {
    "completed": "stop", "max_output_tokens": "length", "max_tokens": "length", "length": "length",
    "content_filter": "content_filter", "refusal": "content_filter", "safety": "content_filter",
}  # fmt: skip
_WEATHER = re.compile(r"server|internal|timeout|unavailable|overload")
_ENDS = ("response.completed", "response.incomplete", "response.failed", "response.done")
# The second word of the other events: their items come whole at the end.
_FAMILIES = frozenset((
    "output_item", "content_part", "output_text", "refusal", "function_call_arguments", "reasoning_summary_part",
    "reasoning_summary_text",
    "reasoning_text", "web_search_call", "file_search_call", "image_generation_call", "code_interpreter_call",
    "code_interpreter_call_code",
    "mcp_call", "mcp_call_arguments", "mcp_list_tools", "custom_tool_call_input", "audio", "compaction",
))  # fmt: skip
_PROGRESS = ("response.created", "response.in_progress", "response.queued", "keepalive")
# Fields that repeat the request, or tell of the bill.
_ECHOED = (
    "id", "object", "created_at", "completed_at", "background", "billing", "frequency_penalty", "presence_penalty",
    "instructions",
    "max_output_tokens", "max_tool_calls", "metadata", "moderation", "parallel_tool_calls", "previous_response_id",
    "prompt",
    "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options", "prompt_cache_diagnostics", "reasoning",
    "safety_identifier",
    "service_tier", "store", "temperature", "text", "tool_choice", "tool_usage", "tools", "top_logprobs", "top_p",
    "truncation", "user",
    "conversation", "output_text", "access_programs", "image", "input_transformations", "context_management",
)  # fmt: skip


def decode(response: Response) -> Reply:
    """The reply of a plain response."""
    body = json_body(response)
    if "error" in body or body.any("status") in ("failed", "cancelled"):
        return _failed(body.any("error"), response)
    if found := trouble(body.value, response, answer=("output", "object")):
        return found
    if "output" not in body:
        msg = "the body has no output"
        raise BadReply(msg)
    return _reply(body, set(), response)


def decode_stream(response: Response) -> Reply:
    """The reply of a streamed response."""
    started: dict[str, Any] = {}
    ended: dict[str, Any] | None = None
    items: dict[int, dict[str, Any]] = {}
    partial = Partial()
    unknown: set[str] = set()
    events = Events(response)
    heard = False
    for name, data in events:
        value = loads(data, "event")
        if name == "error" and not isinstance(value, dict):
            return _failed(value, response)
        event = Tree(value, "event")
        heard = heard or event.str("type").startswith("response.")
        kind = event.str("type")
        if kind in _PROGRESS:
            started = _object(event, "response")
        elif kind in _ENDS:
            ended = _object(event, "response")
        elif kind == "error" or (not kind and ("error" in event or name == "error")):
            return _failed(event.any("error") or event.value, response)
        elif kind == "response.output_item.done":
            items[event.int("output_index")] = _object(event, "item")
        elif kind == "response.output_item.added":
            partial.begin(event.int("output_index"), _object(event, "item"))
        elif kind in DELTAS:
            partial.add(event, *DELTAS[kind])
        elif kind in WHOLES:
            partial.whole(event, *WHOLES[kind])
        elif not kind and (found := trouble(value, response, answer=("type",))):
            return found
        elif not kind.startswith("response.") or kind.split(".")[1] not in _FAMILIES:
            unknown.add(f"event {kind}")
    whole = dict(started if ended is None else ended)
    if whole.get("error") or whole.get("status") in ("failed", "cancelled"):
        return _failed(whole.get("error"), response)
    if not heard:
        return Reply(response.status, cut=events.nothing("the Responses API"))
    told = partial.items()
    if not whole.get("output"):
        if ended is not None and (told or items):
            repair("the last event came without its output")
        whole["output"] = [item for _, item in sorted((told | items).items())]
    whole["output"] = [filled(item, told.get(place)) for place, item in enumerate(Tree(whole).items("output"))]
    reply = _reply(Tree(whole), unknown, response)
    if ended is None:
        return msgspec.structs.replace(
            reply, finish=None, cut="the stream ends without its last event", streamed=Streamed()
        )
    return msgspec.structs.replace(reply, streamed=Streamed(f"response.{whole.get('status') or 'completed'}"))


def _object(tree: Tree, key: str) -> dict[str, Any]:
    """An object whose fields are read later, with the whole response."""
    return Tree(tree.any(key), key).value


def _failed(error: Any, response: Response) -> Reply:
    """The status that a code stands for; one that names no known code is about the request, as invalid_prompt is."""
    named = (error.get("code"), error.get("type")) if isinstance(error, dict) else ()
    code = next((str(name) for name in named if name and name != "error"), "")
    status = (
        int(code)
        if code.isdecimal() and len(code) == 3
        else STATUSES.get(code, 400 if code and not _WEATHER.search(code) else 500)
    )
    return failed(status, error, response)


def _reply(body: Tree, unknown: set[str], response: Response) -> Reply:
    seen = _Seen()
    output = body.trees("output")
    for item in output:
        seen.item(item)
    text = "".join(seen.text)
    tagged, answer = split_thinking(text)
    thinking = "\n".join(filter(None, (*seen.thinking, tagged)))
    reason = body.tree("incomplete_details").str("reason")
    status = body.known("error", *_ECHOED).str("status")
    finish_raw = reason or status
    raw = [item.value for item in output]
    return Reply(
        response.status, answer, thinking, tuple(seen.calls), tuple(seen.media), tuple(seen.logprobs),
        usage(body.tree("usage")),
        _finish(finish_raw, bool(seen.calls)), finish_raw, tuple(seen.citations), tuple(seen.sources),
        tuple(seen.searches),
        limits(response.headers), model=body.str("model"),
        turn=Message("assistant", (*((Text(answer),) if answer else ()), *seen.calls), raw),
        chunks=response.chunks, unknown=tuple(sorted(unknown | body.unread())), refusal="".join(seen.refusal),
        failed=tuple(seen.failed), cut="the answer is made in the background, and not done yet" * (status in _WAITING),
    )  # fmt: skip


# https://platform.openai.com/docs/guides/background
_WAITING = ("in_progress", "queued")


def _finish(raw: str, called: bool) -> Finish | None:
    if raw in ("", *_WAITING):
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
        self.failed: list[str] = []

    def item(self, item: Tree) -> None:
        """Reads an item."""
        item.known("id", "status")
        match item.str("type"):
            case "message":
                for part in parts(item.known("role", "phase"), "content"):
                    self._part(part)
            case "reasoning":
                item.known("encrypted_content", "format", "signature")
                for part in (*item.trees("summary"), *item.trees("content")):
                    self.thinking.append(part.known("type").str("text"))
            case "function_call":
                raw = raw_arguments(item.known("caller", "namespace").any("arguments"))
                self.calls.append(ToolCall(item.str("name"), arguments(raw), raw, item.str("call_id")))
            case "image_generation_call":
                item.known("action", "background", "quality", "revised_prompt", "size", "error", "svg_usage")
                if data := item.str("result"):
                    form = item.str("output_format", "png")
                    self.media.append(
                        Media("image", "image/svg+xml" if form == "svg" else f"image/{form}", unbase64(data))
                    )
            case "web_search_call":
                if item.any("status") == "failed":
                    self.failed.append("web_search")
                self._search(item.tree("action"))
            case kind if kind.endswith(
                ("_call", "_call_output", "_list_tools", "compaction")
            ):  # tools that we never turn on
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
        elif kind in ("output_text", "text"):
            self.text.append(part.str("text"))
            self.logprobs += logprobs(Tree({"content": listed(part, "logprobs")}, "logprobs"))
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
