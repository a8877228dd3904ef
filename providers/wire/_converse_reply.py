"""Replies of Amazon Bedrock's Converse, also those of the Nova models when they are invoked. A stream is put together
to the message that it tells of, then read as one.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (stopReason, usage),
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationLocation.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from providers.base import BadReply, Response
from providers.chat import Citation, Finish, Media, Message, Reply, Source, Text, ToolCall, Usage
from providers.wire._http import unbase64
from providers.wire._json import Tree, arguments
from providers.wire._lenient import input_of, summed
from providers.wire._limits import limits
from providers.wire._media import sniffed
from providers.wire._thinking import split_thinking

FINISH: dict[str, Finish] = {
    "end_turn": "stop", "stop_sequence": "stop_sequence", "tool_use": "tool_calls", "malformed_tool_use": "tool_calls",
    "max_tokens": "length", "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter", "content_filtered": "content_filter",
}  # fmt: skip
_SAID = ("metrics", "trace", "performanceConfig", "serviceTier", "additionalModelResponseFields", "p")
_DELTAS = ("text", "toolUse", "reasoningContent", "citation")


def answer(body: Tree, response: Response, *, calls: dict[int, str] | None = None, cut: str = "") -> Reply:
    """The reply of a whole message. `calls` are the arguments as a stream sent them, by place in the content."""
    body.known(*_SAID)
    if "output" not in body:
        msg = "the body has no output"
        raise BadReply(msg)
    message = body.tree("output").tree("message").known("role")
    read = _Content(calls or {})
    blocks = message.trees("content")
    for place, block in enumerate(blocks):
        read.block(place, block)
    tagged, text = split_thinking(read.text)
    raw = body.str("stopReason")
    if raw == "malformed_tool_use" and not read.calls:
        read.calls.append(ToolCall("", None, raw))
    return Reply(
        response.status, text, "\n".join(filter(None, (*read.thinking, tagged))), tuple(read.calls), tuple(read.media),
        (),
        _usage(body.tree("usage")), FINISH.get(raw, "other") if raw else None, raw, tuple(read.citations),
        tuple(dict.fromkeys(read.sources)), tuple(read.searches), limits(response.headers),
        turn=Message("assistant", (*((Text(text),) if text else ()), *read.calls), [block.value for block in blocks]),
        chunks=response.chunks, cut=cut, unknown=tuple(sorted(body.unread())),
    )  # fmt: skip


class _Content:
    """What the blocks of a message bring, one after the other."""

    def __init__(self, raws: dict[int, str]) -> None:
        self._raws = raws
        self.text = ""
        self.thinking: list[str] = []
        self.calls: list[ToolCall] = []
        self.media: list[Media] = []
        self.citations: list[Citation] = []
        self.sources: list[Source] = []
        self.searches: list[str] = []

    def block(self, place: int, block: Tree) -> None:
        block.known("toolResult", "cachePoint", "guardContent")
        self.text += block.str("text")
        if "toolUse" in block:
            self._call(place, block.tree("toolUse"))
        if "reasoningContent" in block:
            self._thought(block.tree("reasoningContent"))
        if "citationsContent" in block:
            self._cited(block.tree("citationsContent"))
        for kind in ("image", "video", "audio"):
            if "source" in block.tree(kind).known("format", "error"):
                source = block.tree(kind).tree("source")
                data = unbase64(source.str("bytes"))
                url = source.tree("s3Location").str("uri")
                self.media.append(Media(kind, sniffed(data, f"{kind}/*"), data, url))

    def _call(self, place: int, call: Tree) -> None:
        given = input_of(call.any("input"), "input")
        if call.str("type") == "server_tool_use":
            query = given.get("query") if isinstance(given, dict) else None
            self.searches += [query] if isinstance(query, str) else []
            return
        raw = self._raws.get(place, "")
        told = arguments(raw) if raw else given if isinstance(given, dict) else {} if given is None else None
        raw = raw or ("" if told is not None else msgspec.json.encode(given).decode())
        self.calls.append(ToolCall(call.str("name"), told, raw, call.str("toolUseId")))

    def _thought(self, thought: Tree) -> None:
        self.thinking.append(thought.tree("reasoningText").known("signature").str("text"))
        if "redactedContent" in thought:
            self.thinking.append("[redacted]")

    def _cited(self, cited: Tree) -> None:
        start = len(self.text)
        self.text += "".join(part.str("text") for part in cited.trees("content"))
        for citation in cited.trees("citations"):
            self._citation(citation, start, len(self.text))

    def _citation(self, citation: Tree, start: int, end: int) -> None:
        title = citation.known("source").str("title")
        place = citation.tree("location")
        quote = "".join(part.str("text") for part in citation.trees("sourceContent"))
        if web := place.tree("web"):
            self.sources.append(Source(web.known("domain").str("url"), title))
            return
        for kind in ("documentChar", "documentPage", "documentChunk", "searchResultLocation"):
            if at := place.tree(kind):
                at.known("start", "end")
                index = at.int("searchResultIndex" if kind == "searchResultLocation" else "documentIndex")
                self.citations.append(Citation(index, quote, start, end))
                return
        self.citations.append(Citation(title, quote, start, end))


def _usage(tree: Tree) -> Usage | None:
    """By the page on prompt caching, what was read from the cache or written to it is not among the input."""
    if not tree:
        return None
    tree.known(
        "totalTokens", "cacheDetails", "serverToolUsage", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"
    )
    read = summed(*(tree.int(key) for key in ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")))
    return Usage(read, tree.int("outputTokens"))


def streamed(events: Iterable[tuple[str, Tree]], response: Response) -> Reply:
    """The reply of a stream, event by event as (name, content); it is cut where it does not tell why it stops."""
    blocks: dict[int, dict[str, Any]] = {}
    pieces: dict[tuple[int, str], list[str]] = {}
    body: dict[str, Any] = {}
    unknown: set[str] = set()
    heard = False
    for name, event in events:
        event.known("p")
        match name:
            case "messageStart":
                event.known("role", "conversationId")
            case "contentBlockStart":
                blocks.setdefault(event.int("contentBlockIndex"), {}).update(Tree(event.any("start"), "start").value)
            case "contentBlockDelta":
                unknown |= _add(event, blocks, pieces)
            case "contentBlockStop":
                event.known("contentBlockIndex")
            case "messageStop":
                body["stopReason"] = event.known("additionalModelResponseFields").str("stopReason")
            case "metadata":
                body["usage"] = event.known(*_SAID).any("usage")
            case _:
                unknown.add(f"event {name}")
                continue
        heard = True
        unknown |= event.unread()
    if not heard:
        msg = "a stream without any event of Converse"
        raise BadReply(msg)
    raws = _join(blocks, pieces)
    order = sorted(blocks)
    body["output"] = {"message": {"content": [blocks[index] for index in order]}}
    calls = {place: raws[index] for place, index in enumerate(order) if index in raws}
    cut = "" if body.get("stopReason") else "the stream ends without messageStop"
    reply = answer(Tree(body), response, calls=calls, cut=cut)
    return msgspec.structs.replace(reply, unknown=tuple(sorted(unknown.union(reply.unknown))))


def _add(event: Tree, blocks: dict[int, dict[str, Any]], pieces: dict[tuple[int, str], list[str]]) -> set[str]:
    """Adds a delta to its block. Returns what is not known of it."""
    index = event.int("contentBlockIndex")
    delta = Tree(event.any("delta"), "delta")
    block = blocks.setdefault(index, {})
    if "citation" in delta:
        block.setdefault("citations", []).append(delta.any("citation"))
    if "image" in delta:
        block["image"] = {**block.get("image", {}), **Tree(delta.any("image"), "image").value}
    pieces.setdefault((index, "text"), []).append(delta.str("text"))
    pieces.setdefault((index, "input"), []).append(delta.tree("toolUse").str("input"))
    thought = delta.tree("reasoningContent")
    for name in ("text", "signature", "redactedContent"):
        pieces.setdefault((index, f"thought.{name}"), []).append(thought.str(name))
    return delta.known("toolResult").unread()


def _join(blocks: dict[int, dict[str, Any]], pieces: dict[tuple[int, str], list[str]]) -> dict[int, str]:
    """Puts the pieces into their blocks. Returns the arguments of calls as they were sent, by block."""
    raws: dict[int, str] = {}
    for (index, name), told in pieces.items():
        whole = "".join(told)
        block = blocks[index]
        if not whole:
            continue
        if name == "text":
            block["text"] = whole
        elif name == "input":
            raws[index] = whole
            block["toolUse"] = {**Tree(block.get("toolUse"), "toolUse").value, "input": arguments(whole) or {}}
        elif name == "thought.redactedContent":
            block["reasoningContent"] = {"redactedContent": whole}
        else:
            thought = block.setdefault("reasoningContent", {}).setdefault("reasoningText", {})
            thought[name.removeprefix("thought.")] = whole
    for block in blocks.values():
        if cited := block.pop("citations", None):
            block["citationsContent"] = {"content": [{"text": block.pop("text", "")}], "citations": cited}
    return raws
