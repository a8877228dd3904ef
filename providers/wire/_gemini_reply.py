"""Replies of Google's Gemini API, whole or in pieces.

Source: https://ai.google.dev/api/generate-content. Where a stream is not asked for as events, its pieces come as one
list.
"""

from __future__ import annotations

from typing import Any

import msgspec

from providers.base import BadReply, Response
from providers.chat import (
    Citation,
    Finish,
    Media,
    Message,
    Reply,
    Source,
    Streamed,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
)
from providers.wire._body import Events, not_a_page
from providers.wire._http import modality, unbase64
from providers.wire._json import Tree, loads
from providers.wire._lenient import input_of, parts, summed, table
from providers.wire._limits import limits
from providers.wire._repairs import repair
from providers.wire._trouble import BROKEN, broken, trouble

# https://ai.google.dev/api/generate-content#FinishReason, in the order of its numbers
# (google/ai/generativelanguage/v1beta/generative_service.proto).
_REASONS = (
    "", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
    "MALFORMED_FUNCTION_CALL", "IMAGE_SAFETY", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
)  # fmt: skip
# https://ai.google.dev/api/generate-content#BlockReason, likewise.
_BLOCKS = ("", "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY")
_NONE = ("", "FINISH_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED")
_FINISH: dict[str, Finish] = {"STOP": "stop", "MAX_TOKENS": "length"}
_FILTERED = {
    "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_RECITATION",
    "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "NO_IMAGE", "MODEL_ARMOR",
}  # fmt: skip
# A call that is no valid one, or of no declared tool.
_NO_CALLS = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"}
_ANSWER = ("candidates", "promptFeedback", "usageMetadata")


def decode(response: Response) -> Reply:
    """The reply of a plain response; a list is that of the pieces of a stream."""
    not_a_page(response, "JSON")
    value = loads(response.body)
    if isinstance(value, list) and value:
        return _joined([Tree(item) for item in value], response)
    return _joined([Tree(value)], response)


def decode_stream(response: Response) -> Reply:
    """The reply of a streamed response. The API marks no end of it but the finish reason of its last event."""
    events = Events(response)
    trees = []
    for name, data in events:
        value = loads(data, "event")
        if found := trouble(value, response, event=name, answer=_ANSWER):
            return found
        trees.append(Tree(value))
    if not trees:
        return Reply(response.status, cut=events.nothing("generateContent"))
    reply = _joined(trees, response)
    if reply.finish or reply.error:
        return msgspec.structs.replace(reply, streamed=Streamed(reply.finish_raw))
    return msgspec.structs.replace(reply, cut="the stream ends without a finish reason")


def _joined(trees: list[Tree], response: Response) -> Reply:
    """Raises BadReply where none of the pieces has what an answer of the wire has."""
    for tree in trees:
        if found := trouble(tree.value, response, answer=_ANSWER):
            return found
    if not any("candidates" in tree or "promptFeedback" in tree for tree in trees):
        msg = "the body has neither candidates nor a reason why there are none"
        raise BadReply(msg)
    return _reply(trees, response)


def _reason(tree: Tree, key: str, names: tuple[str, ...]) -> str:
    """A reason by its name, or by its number, as protocol buffers may have it."""
    value = tree.any(key)
    if isinstance(value, int) and not isinstance(value, bool):
        repair(f"{key} came as a number, not by its name")
        return names[value] if 0 <= value < len(names) else str(value)
    name = tree.str(key)
    return "" if name in _NONE else name


def _reply(bodies: list[Tree], response: Response) -> Reply:
    raw_parts: list[Any] = []
    text: list[str] = []
    thinking: list[str] = []
    calls: list[ToolCall] = []
    media: list[Media] = []
    logprobs: list[TokenLogprob] = []
    citations: list[Citation] = []
    sources: list[Source] = []
    searches: list[str] = []
    usage: Usage | None = None
    finish_raw = finish_message = model = blocked = ""
    for body in bodies:
        model = body.known("responseId", "createTime").str("modelVersion") or model
        feedback = body.tree("promptFeedback").known("safetyRatings")
        blocked = _reason(feedback, "blockReason", _BLOCKS) or blocked
        usage = _usage(body.tree("usageMetadata")) or usage
        for candidate in parts(body, "candidates")[:1]:
            candidate.known("index", "safetyRatings", "avgLogprobs", "tokenCount", "urlContextMetadata")
            finish_message = candidate.str("finishMessage") or finish_message
            finish_raw = _reason(candidate, "finishReason", _REASONS) or finish_raw
            given = _content(candidate)
            raw_parts += [part.value for part in given]
            for part in given:
                part.known("thoughtSignature", "executableCode", "codeExecutionResult")
                (thinking if part.bool("thought") else text).append(part.str("text"))
                if call := part.tree("functionCall"):
                    args = input_of(call.any("args"), "args") or {}
                    read = args if isinstance(args, dict) else None
                    calls.append(ToolCall(call.str("name"), read, str(args), call.str("id")))
                if blob := part.tree("inlineData"):
                    mime = blob.str("mimeType")
                    media.append(Media(modality(mime), mime, unbase64(blob.str("data"))))
            logprobs += _logprobs(table(candidate, "logprobsResult"))
            grounding = candidate.tree("groundingMetadata").known(
                "searchEntryPoint", "groundingSupports", "retrievalMetadata"
            )
            searches += [q for q in grounding.items("webSearchQueries") if isinstance(q, str)]
            for chunk in grounding.trees("groundingChunks"):
                web = chunk.tree("web").known("domain")
                sources.append(Source(web.str("uri"), web.str("title")))
            # Citations of training data (recitation) point at web pages, never into the given document.
            candidate.tree("citationMetadata").known("citationSources", "citations")
    finish_raw = blocked or finish_raw
    if finish_raw.lower() in BROKEN:
        return broken(finish_raw, response)
    if finish_raw in _NO_CALLS and not calls:  # what the model wrote is told beside the reason
        calls.append(ToolCall("", None, finish_message))
    finish = "content_filter" if blocked else _finish(finish_raw, bool(calls))
    return Reply(
        response.status, "".join(text), "".join(thinking), tuple(calls), tuple(media), tuple(logprobs), usage, finish,
        finish_raw, tuple(citations), tuple(sources), tuple(searches), limits(response.headers), model=model,
        turn=Message("assistant", (Text("".join(text)), *calls), {"role": "model", "parts": raw_parts}),
        chunks=response.chunks, unknown=tuple(sorted(set().union(*(b.unread() for b in bodies)))),
    )  # fmt: skip


def _content(candidate: Tree) -> list[Tree]:
    """The parts of a candidate's content."""
    value = candidate.any("content")
    if isinstance(value, str | list):
        return [part.known("type") for part in parts(candidate, "content")]
    return [part.known("type") for part in parts(candidate.tree("content").known("role"), "parts")]


def _finish(raw: str, called: bool) -> Finish | None:
    if raw in _FILTERED:
        return "content_filter"
    if raw in ("STOP", *_NO_CALLS) and called:
        return "tool_calls"
    return _FINISH.get(raw, "other") if raw else None


def _usage(tree: Tree) -> Usage | None:
    if not tree:
        return None
    tree.known(
        "totalTokenCount",
        "promptTokensDetails",
        "candidatesTokensDetails",
        "cachedContentTokenCount",
        "cacheTokensDetails",
    )
    tree.known("toolUsePromptTokenCount", "toolUsePromptTokensDetails", "trafficType", "serviceTier")
    thinking = tree.int("thoughtsTokenCount")
    return Usage(tree.int("promptTokenCount"), summed(tree.int("candidatesTokenCount"), thinking), thinking)


def _logprobs(tree: Tree) -> list[TokenLogprob]:
    tops = [
        tuple((c.known("tokenId").str("token"), c.float("logProbability") or 0.0) for c in top.trees("candidates"))
        for top in tree.trees("topCandidates")
    ]
    chosen = [c.known("tokenId") for c in tree.known("logProbabilitySum").trees("chosenCandidates")]
    tops += [()] * (len(chosen) - len(tops))
    return [
        TokenLogprob(c.str("token"), c.float("logProbability") or 0.0, top)
        for c, top in zip(chosen, tops, strict=False)
    ]
