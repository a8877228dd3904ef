"""Amazon Bedrock's Converse and ConverseStream: one form for the models of all makers. A stream is one of binary
frames.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (fields),
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html,
.../userguide/claude-messages-extended-thinking.html,
https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html,
.../nova2-userguide/web-grounding.html. The model stands in the URL. The wire has schemas, but no JSON mode without
one; no seed, no log-probabilities; tools cannot be forbidden; media go inline, or by an address in Amazon S3. Batches:
`_jobs_amazon`.

Options of Quirks: `thinking` (patterns of models -> {True, False: fields of `additionalModelRequestFields`}).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Generator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

import msgspec

from providers.base import PLAIN, Asking, Misfit, Quirks, Request, Response, expressible
from providers.chat import (
    Ask,
    Document,
    Media,
    Message,
    Modality,
    Part,
    Reply,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from providers.wire._amazon import broken_off, foundation_models, model_of, refused
from providers.wire._body import json_body, last
from providers.wire._converse_reply import answer, streamed
from providers.wire._event_stream import frames
from providers.wire._http import body_of, post, unbase64
from providers.wire._jobs_amazon import reply as batch_reply
from providers.wire._jobs_amazon import sent
from providers.wire._json import Tree, arguments, loads
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import trouble

_FIELDS = frozenset(
    {"text", "max_tokens", "stop", "schema", "tools", "tool_choice", "named_tool", "web_search"}
    | {"image", "video", "audio", "document", "documents", "batch"}
)
_VERBS = ("converse", "converse-stream")
_THINKING: Mapping[str, Mapping[bool, Any]] = {
    "*anthropic.*": {
        True: {"thinking": {"type": "enabled", "budget_tokens": 1024}}, False: {"thinking": {"type": "disabled"}},
    },
    "*": {
        True: {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}},
        False: {"reasoningConfig": {"type": "disabled"}},
    },
}  # fmt: skip
_SWITCHES = ("thinking", "reasoning_config", "reasoningConfig", "reasoning_effort")
_MIMES = {
    "pdf": "application/pdf", "csv": "text/csv", "html": "text/html", "txt": "text/plain", "md": "text/markdown",
    "doc": "application/msword", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mp3": "audio/mpeg", "mpeg": "video/mpeg", "mpg": "video/mpeg", "mov": "video/quicktime", "three_gp": "video/3gpp",
    "mkv": "video/x-matroska", "wmv": "video/x-ms-wmv", "flv": "video/x-flv",
}  # fmt: skip
_FORMATS = {mime: name for name, mime in _MIMES.items()} | {"video/mpeg": "mpeg"}
_KINDS: tuple[Modality, ...] = ("image", "video", "audio")


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that Converse has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../model/MODEL/converse and .../converse-stream."""
    return bool(model_of(request, *_VERBS))


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply; in a batch, as many as that takes."""
    expressible(ask, fields(quirks))
    if ask.batch:
        return reply(ask, (yield from sent(ask, lambda one: encode(one, model, quirks), model, base_url)), quirks)
    url = f"{base_url}/model/{quote(model, safe='')}/{_VERBS[ask.stream]}"
    response = yield post(url, encode(ask, model, quirks))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A message, a stream of frames, or an error."""
    if ask.batch:
        return batch_reply(ask, responses, lambda one, some: reply(one, some, quirks))
    response = last(responses)
    if response.status >= 400:
        return refused(response)
    if response.body.lstrip()[:1] in (b"{", b"<") or (not ask.stream and response.content_type == "application/json"):
        if ask.stream:
            repair("answered whole where a stream was asked for")
        body = json_body(response)
        return trouble(body.value, response, answer=("output",)) or answer(body, response)
    found, cut = frames(response.body)
    if failed := next((frame for frame in found if frame.exception), None):
        return broken_off(failed, response)
    if not found:
        return Reply(response.status, cut=cut or "the stream is empty", chunks=response.chunks)
    told = streamed(((frame.event, Tree(loads(frame.payload, "event"), "event")) for frame in found), response)
    return msgspec.structs.replace(told, cut=cut or told.cut)


def encode(ask: Ask, model: str, quirks: Quirks = PLAIN) -> dict[str, Any]:
    """The body of a question that the wire has fields for."""
    names = iter(range(1, 1000))
    body: dict[str, Any] = {"messages": [_turn(m, names) for m in ask.messages if m.role != "system"]}
    if system := [{"text": p.text} for m in ask.messages if m.role == "system" for p in m.parts if isinstance(p, Text)]:
        body["system"] = system
    drawn = sampled(ask)
    config: dict[str, Any] = {name: drawn[name] for name in ("temperature", "topP") if name in drawn}
    config |= {"topP": drawn["top_p"]} if "top_p" in drawn else {}
    if ask.max_tokens is not None:
        config["maxTokens"] = ask.max_tokens
    if ask.stop:
        config["stopSequences"] = list(ask.stop)
    if config:
        body["inferenceConfig"] = config
    if tools := _tools(ask):
        body["toolConfig"] = tools
    if ask.schema is not None:
        named = {"name": "answer", "schema": msgspec.json.encode(ask.schema).decode()}
        body["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": named}}}
    if ask.thinking is not None:
        switches: Mapping[str, Any] = quirks.get("thinking", _THINKING)
        modes: Mapping[bool, Any] = next(
            (modes for pattern, modes in switches.items() if fnmatchcase(model, pattern)), {}
        )
        body["additionalModelRequestFields"] = modes.get(ask.thinking, {})
    return body


def _tools(ask: Ask) -> dict[str, Any]:
    tools: list[dict[str, Any]] = [
        {"toolSpec": {"name": t.name, "description": t.description, "inputSchema": {"json": t.parameters}}}
        for t in ask.tools
    ]
    if ask.web_search:
        tools.append({"systemTool": {"name": "nova_grounding"}})
    if not ask.tools or (ask.tool_choice == "auto" and not ask.named_tool):
        return {"tools": tools} if tools else {}
    return {"tools": tools, "toolChoice": {"tool": {"name": ask.named_tool}} if ask.named_tool else {"any": {}}}


def _turn(message: Message, names: Any) -> dict[str, Any]:
    if message.raw is not None:
        return {"role": "assistant", "content": message.raw}
    return {"role": message.role, "content": [_part(part, names) for part in message.parts]}


def _part(part: Part, names: Any) -> dict[str, Any]:
    match part:
        case Text():
            return {"text": part.text}
        case Media():
            form = _FORMATS.get(part.mime, part.mime.rpartition("/")[2])
            source = {"bytes": base64.b64encode(part.data).decode()}
            if part.modality == "document":
                return {"document": {"format": form, "name": f"Document {next(names)}", "source": source}}
            return {part.modality: {"format": form, "source": source}}
        case Document():
            # Only letters, digits, single blanks, hyphens and brackets may stand in a name, and each may be used once.
            plain = " ".join(re.sub(r"[^A-Za-z0-9\s()\[\]-]", " ", part.title).split())
            name = " ".join(filter(None, (plain, str(next(names)))))
            return {
                "document": {
                    "format": _FORMATS.get(part.mime, "txt"), "name": name, "source": {"text": part.text},
                    "citations": {"enabled": True},
                }
            }  # fmt: skip
        case ToolCall():
            return {"toolUse": {"toolUseId": part.id, "name": part.name, "input": part.arguments or {}}}
        case ToolResult():
            return {"toolResult": {"toolUseId": part.id, "content": [{"text": part.content}]}}


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    model = model_of(request, *_VERBS)
    if not model:
        msg = f"{request.method} {request.path} is not Converse"
        raise Misfit(msg)
    return model, question(body_of(request), stream=request.path.endswith("-stream"))


def question(body: Tree, *, stream: bool) -> Ask:
    """The question that a body carries. Raises Misfit."""
    if "messages" not in body:
        msg = "the request has no messages"
        raise Misfit(msg)
    config = body.tree("inferenceConfig")
    tools = body.tree("toolConfig")
    specs = [tool.tree("toolSpec") for tool in tools.trees("tools") if "toolSpec" in tool]
    choice = tools.tree("toolChoice")
    named = choice.tree("tool").str("name")
    chosen: ToolChoice = "required" if named or "any" in choice else "auto"
    system = tuple(Text(part.str("text")) for part in body.trees("system") if "text" in part)
    turns = [
        Message("assistant" if turn.str("role") == "assistant" else "user", tuple(_parts(turn)))
        for turn in body.trees("messages")
    ]
    form = body.tree("outputConfig").tree("textFormat").tree("structure").tree("jsonSchema")
    cap = next((config.int(name) for name in ("maxTokens", "max_new_tokens") if name in config), None)
    systems = [tool.tree("systemTool").str("name") for tool in tools.trees("tools")]
    return Ask(
        (Message("system", system), *turns) if system else tuple(turns),
        max_tokens=cap,
        stop=config.strings("stopSequences"),
        schema=arguments(form.str("schema")) if "schema" in form else None,
        tools=tuple(Tool(s.str("name"), s.str("description"), s.tree("inputSchema").tree("json").value) for s in specs),
        tool_choice=chosen if specs else "auto",
        web_search="nova_grounding" in systems,
        thinking=_thinking(body.tree("additionalModelRequestFields")),
        stream=stream,
        named_tool=named if specs else "",
        sampling=sampling(config),
    )


def _thinking(more: Tree) -> bool | None:
    """Whether thinking was asked for, by the models' own switches; None where the model may choose."""
    for name in _SWITCHES:
        told = more.any(name)
        kind = told.get("type") if isinstance(told, dict) else told
        if isinstance(kind, str):
            return None if kind == "adaptive" else kind not in ("disabled", "none")
    return None


def _parts(turn: Tree) -> list[Part]:
    return [found for block in turn.trees("content") if (found := _read_part(block)) is not None]


def _read_part(block: Tree) -> Part | None:
    if "text" in block:
        return Text(block.str("text"))
    for kind in _KINDS:
        if media := block.tree(kind):
            form, source = media.str("format"), media.tree("source")
            mime = _MIMES.get(form, f"{kind}/{form}") if kind != "audio" or form == "mp3" else f"audio/{form}"
            return Media(kind, mime, unbase64(source.str("bytes")), source.tree("s3Location").str("uri"))
    if document := block.tree("document"):
        return _document(document)
    if guarded := block.tree("guardContent").tree("text"):
        return Text(guarded.str("text"))
    if call := block.tree("toolUse"):
        return ToolCall(call.str("name"), call.tree("input").value, "", call.str("toolUseId"))
    if result := block.tree("toolResult"):
        said = [
            part.str("text") if "text" in part else msgspec.json.encode(part.any("json")).decode()
            for part in result.trees("content") if "text" in part or "json" in part
        ]  # fmt: skip
        return ToolResult("".join(said), "", result.str("toolUseId"))
    if found := block.tree("searchResult"):
        said = [part.str("text") for part in found.trees("content")]
        return Document("".join(said), found.str("title"))
    return None  # thinking and marks of the cache, in an echoed turn


def _document(document: Tree) -> Part:
    """A document; without leave to cite it, a text is but more text."""
    source = document.tree("source")
    mime = _MIMES.get(document.str("format", "txt"), "application/octet-stream")
    text = source.str("text") or "".join(part.str("text") for part in source.trees("content"))
    data = unbase64(source.str("bytes"))
    if not text and not mime.startswith("text/"):
        return Media("document", mime, data, source.tree("s3Location").str("uri"))
    text = text or data.decode(errors="replace")
    cited = document.tree("citations").bool("enabled")
    return Document(text, document.str("name"), mime) if cited else Text(text)


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /foundation-models of the same region
    (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html).
    """
    return foundation_models(base_url)
