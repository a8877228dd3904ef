"""Google's Gemini API: generateContent and streamGenerateContent.

Source: https://ai.google.dev/api/generate-content (fields), https://ai.google.dev/gemini-api/docs/thinking.
The wire has no finish reason of its own for tool calls: a call ends with STOP, "natural stop point of the model".

Options of Quirks: `thinking_budget` (tokens, 512).
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from providers.base import PLAIN, Asking, Quirks, Request, Response, expressible
from providers.chat import (
    Ask,
    Citation,
    Document,
    Finish,
    Media,
    Message,
    Part,
    Reply,
    Source,
    Text,
    TokenLogprob,
    ToolCall,
    ToolResult,
    Usage,
)
from providers.wire._gemini_read import PATH, read_body
from providers.wire._http import events, failed, failure, json_body, last, limits, modality, post, unbase64
from providers.wire._json import Tree, loads
from providers.wire._sampling import sampled

_FIELDS = frozenset(
    {"text", "max_tokens", "seed", "stop", "top_logprobs", "json", "schema", "tools", "tool_choice", "web_search"}
    | {"image", "audio", "video", "document", "image/url", "audio/url", "video/url", "document/url", "documents"}
    | {"output/image", "output/audio"}
)
_FINISH: dict[str, Finish] = {"STOP": "stop", "MAX_TOKENS": "length"}
_FILTERED = {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"}
# https://ai.google.dev/api/generate-content#FinishReason: a call that is no valid one, or of no declared tool.
_NO_CALLS = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"}
_CHOICE = {"auto": "AUTO", "required": "ANY", "none": "NONE"}


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that generateContent has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for .../models/NAME:generateContent and :streamGenerateContent."""
    return bool(PATH.search(request.path))


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    verb = "streamGenerateContent?alt=sse" if ask.stream else "generateContent"
    response = yield post(f"{base_url}/models/{quote(model, safe='')}:{verb}", _encode(ask, quirks))
    return reply(ask, (response,), quirks)


def reply(ask: Ask, responses: Sequence[Response], _: Quirks = PLAIN) -> Reply:
    """An answer, a stream of its pieces, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    return _decode_stream(response) if ask.stream else _decode(response)


def _encode(ask: Ask, quirks: Quirks) -> dict[str, Any]:
    config: dict[str, Any] = {**sampled(ask)}
    if ask.max_tokens is not None:
        config["maxOutputTokens"] = ask.max_tokens
    if ask.seed is not None:
        config["seed"] = ask.seed
    if ask.stop:
        config["stopSequences"] = list(ask.stop)
    if ask.top_logprobs is not None:
        config |= {"responseLogprobs": True, "logprobs": ask.top_logprobs}
    if ask.json or ask.schema is not None:
        config["responseMimeType"] = "application/json"
    if ask.schema is not None:
        config["responseJsonSchema"] = ask.schema
    if ask.outputs != ("text",):
        config["responseModalities"] = [output.upper() for output in ask.outputs]
    if ask.thinking is not None:
        budget = quirks.get("thinking_budget", 512) if ask.thinking else 0
        config["thinkingConfig"] = {"includeThoughts": ask.thinking, "thinkingBudget": budget}
    body: dict[str, Any] = {"contents": [_turn(m) for m in ask.messages if m.role != "system"]}
    if system := [part for m in ask.messages if m.role == "system" for part in m.parts]:
        body["systemInstruction"] = {"parts": [_part(part) for part in system]}
    tools: list[dict[str, Any]] = []
    if ask.tools:
        tools.append(
            {
                "functionDeclarations": [
                    {"name": t.name, "description": t.description, "parametersJsonSchema": t.parameters} for t in ask.tools
                ]
            }
        )
        named = {"mode": "ANY", "allowedFunctionNames": [ask.named_tool]}
        body["toolConfig"] = {"functionCallingConfig": named if ask.named_tool else {"mode": _CHOICE[ask.tool_choice]}}
    if ask.web_search:
        tools.append({"googleSearch": {}})
    if tools:
        body["tools"] = tools
    if config:
        body["generationConfig"] = config
    return body


def _turn(message: Message) -> dict[str, Any]:
    if message.raw is not None:
        return dict(message.raw)
    return {"role": "model" if message.role == "assistant" else "user", "parts": [_part(p) for p in message.parts]}


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Text():
            return {"text": part.text}
        case Media(url=""):
            return {"inlineData": {"mimeType": part.mime, "data": base64.b64encode(part.data).decode()}}
        case Media():
            return {"fileData": {"mimeType": part.mime, "fileUri": part.url}}
        case Document():
            return {"inlineData": {"mimeType": part.mime, "data": base64.b64encode(part.text.encode()).decode()}}
        case ToolCall():
            return {"functionCall": {"name": part.name, "args": part.arguments or {}}}
        case ToolResult():
            return {"functionResponse": {"name": part.name, "response": {"response": part.content}}}


def _decode(response: Response) -> Reply:
    body = json_body(response)
    if "error" in body:
        return failed(_code(body), body.value, response)
    return _reply([body], response)


def _decode_stream(response: Response) -> Reply:
    trees = []
    for _, data in events(response):
        tree = Tree(loads(data, "event"))
        if "error" in tree:
            return failed(_code(tree), tree.value, response)
        trees.append(tree)
    reply = _reply(trees, response)
    # The API marks no end of a stream but the finish reason of its last event.
    return reply if reply.finish else msgspec.structs.replace(reply, cut="the stream ends without a finish reason")


def _code(tree: Tree) -> int:
    return tree.tree("error").int("code", 500)


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
    finish_raw = finish_message = model = ""
    for body in bodies:
        model = body.known("responseId", "createTime").str("modelVersion") or model
        feedback = body.tree("promptFeedback").known("safetyRatings")
        finish_raw = (feedback.str("blockReason") and "SAFETY") or finish_raw
        usage = _usage(body.tree("usageMetadata")) or usage
        for candidate in body.trees("candidates")[:1]:
            candidate.known("index", "safetyRatings", "avgLogprobs", "tokenCount", "urlContextMetadata")
            finish_message = candidate.str("finishMessage") or finish_message
            finish_raw = candidate.str("finishReason") or finish_raw
            content = candidate.tree("content").known("role")
            raw_parts += content.items("parts")
            for part in content.trees("parts"):
                part.known("thoughtSignature", "executableCode", "codeExecutionResult")
                (thinking if part.bool("thought") else text).append(part.str("text"))
                if call := part.tree("functionCall"):
                    given = call.any("args") or {}
                    calls.append(ToolCall(call.str("name"), given if isinstance(given, dict) else None, str(given), call.str("id")))
                if blob := part.tree("inlineData"):
                    mime = blob.str("mimeType")
                    media.append(Media(modality(mime), mime, unbase64(blob.str("data"))))
            logprobs += _logprobs(candidate.tree("logprobsResult"))
            grounding = candidate.tree("groundingMetadata").known("searchEntryPoint", "groundingSupports", "retrievalMetadata")
            searches += [q for q in grounding.items("webSearchQueries") if isinstance(q, str)]
            for chunk in grounding.trees("groundingChunks"):
                web = chunk.tree("web").known("domain")
                sources.append(Source(web.str("uri"), web.str("title")))
            # Citations of training data (recitation) point at web pages, never into the given document.
            candidate.tree("citationMetadata").known("citationSources", "citations")
    if finish_raw in _NO_CALLS and not calls:  # what the model wrote is told beside the reason
        calls.append(ToolCall("", None, finish_message))
    finish = _finish(finish_raw, bool(calls))
    return Reply(
        response.status, "".join(text), "".join(thinking), tuple(calls), tuple(media), tuple(logprobs), usage, finish,
        finish_raw, tuple(citations), tuple(sources), tuple(searches), limits(response.headers), model=model,
        turn=Message("assistant", (Text("".join(text)), *calls), {"role": "model", "parts": raw_parts}),
        chunks=response.chunks, unknown=tuple(sorted(set().union(*(b.unread() for b in bodies)))),
    )  # fmt: skip


def _finish(raw: str, called: bool) -> Finish | None:
    if raw in _FILTERED:
        return "content_filter"
    if raw in ("STOP", *_NO_CALLS) and called:
        return "tool_calls"
    return _FINISH.get(raw, "other") if raw else None


def _usage(tree: Tree) -> Usage | None:
    if not tree:
        return None
    tree.known("totalTokenCount", "promptTokensDetails", "candidatesTokensDetails", "cachedContentTokenCount", "cacheTokensDetails")
    tree.known("toolUsePromptTokenCount", "toolUsePromptTokensDetails", "trafficType", "serviceTier")
    thinking = tree.int("thoughtsTokenCount")
    return Usage(tree.int("promptTokenCount"), tree.int("candidatesTokenCount") + thinking, thinking)


def _logprobs(tree: Tree) -> list[TokenLogprob]:
    tops = [
        tuple((c.known("tokenId").str("token"), c.float("logProbability") or 0.0) for c in top.trees("candidates"))
        for top in tree.trees("topCandidates")
    ]
    chosen = [c.known("tokenId") for c in tree.known("logProbabilitySum").trees("chosenCandidates")]
    tops += [()] * (len(chosen) - len(tops))
    return [TokenLogprob(c.str("token"), c.float("logProbability") or 0.0, top) for c, top in zip(chosen, tops, strict=False)]


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    return read_body(request)


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /models, page by page (https://ai.google.dev/api/models)."""
    found: list[str] = []
    token = ""
    while True:
        response = yield Request("GET", f"{base_url}/models?pageSize=1000{token and '&pageToken=' + quote(token)}")
        body = json_body(response)
        found += [m.str("name").removeprefix("models/") for m in body.trees("models")]
        token = body.str("nextPageToken")
        if not token:
            return sorted(set(found))
