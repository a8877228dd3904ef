"""Google's Interactions API: what was asked and answered as a list of steps, which the server can keep.

Source: https://ai.google.dev/api/interactions-api (fields, statuses, events),
https://ai.google.dev/gemini-api/docs/interactions, .../docs/structured-output, .../docs/function-calling. An
interaction ends with a status: it is completed, a call is to be answered (`requires_action`), or it was cut
(`incomplete`: the cap). Agents, and what goes on in the background, are read as far as they came.
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from typing import Any

import msgspec
from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import (
    TEXT,
    Ask,
    Document,
    Finish,
    Media,
    Message,
    Modality,
    Part,
    Reply,
    Source,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
)  # fmt: skip
from providers.wire import gemini
from providers.wire._body import Events, json_body, last, streamed
from providers.wire._http import attached, body_of, post, unbase64
from providers.wire._json import Tree, arguments, loads
from providers.wire._lenient import input_of, summed
from providers.wire._limits import limits
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import broken, failure, trouble

_FIELDS = frozenset(
    {"text", "max_tokens", "seed", "stop", "json", "schema", "web_search"}
    | {"tools", "tool_choice", "tool_choice/none", "named_tool"}
    | {
        "image",
        "audio",
        "video",
        "document",
        "image/url",
        "audio/url",
        "video/url",
        "document/url",
        "output/image",
        "output/audio",
    }
)
_FINISH: dict[str, Finish] = {"completed": "stop", "requires_action": "tool_calls", "incomplete": "length"}
_CHOICE = {"auto": "auto", "required": "any", "none": "none"}
_CHOSEN: dict[str, ToolChoice] = {"any": "required", "none": "none"}
_KINDS: tuple[Modality, ...] = ("image", "audio", "video", "document")
_KNOWN = (
    "id",
    "object",
    "created",
    "updated",
    "role",
    "service_tier",
    "previous_interaction_id",
    "agent",
    "input",
    "environment_id",
)


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that an interaction has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../interactions."""
    return request.method == "POST" and request.path.endswith("/interactions")


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply. Nothing is kept by the server."""
    expressible(ask, fields(quirks))
    response = yield post(f"{base_url}/interactions", _encode(ask, model))
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], _: Quirks = PLAIN) -> Reply:
    """An interaction, a stream of its events, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    if streamed(response, repair, asked=ask.stream):
        return _stream(response)
    body = json_body(response)
    return trouble(body.value, response, answer=("steps", "outputs", "status")) or _reply(body, response)


def _stream(response: Response) -> Reply:
    steps: dict[int, dict[str, Any]] = {}
    told: dict[str, Any] = {}
    raws: dict[int, str] = {}
    events = Events(response)
    cut = "the stream ends without interaction.completed"
    for name, data in events:
        value = loads(data, "event")
        if found := trouble(value, response, event=name, answer=("event_type", "interaction", "step", "delta")):
            return found
        event = Tree(value, "event")
        match event.str("event_type"):
            case "interaction.created" | "interaction.completed" as kind:
                told |= event.tree("interaction").value
                cut = "" if kind == "interaction.completed" else cut
            case "step.start":
                steps[event.int("index")] = dict(event.tree("step").value)
            case "step.delta":
                _add(
                    event.tree("delta"),
                    steps.setdefault(event.int("index"), {"type": "model_output"}),
                    raws,
                    event.int("index"),
                )
    if not (told or steps):
        return Reply(response.status, cut=events.nothing("the Interactions API"), chunks=response.chunks)
    for index, raw in raws.items():
        steps[index]["arguments"] = arguments(raw)
    found = _reply(
        Tree({**told, "steps": [steps[index] for index in sorted(steps)] or told.get("steps") or []}), response
    )
    return found if found.error else structs.replace(found, cut=cut)


def _add(delta: Tree, step: dict[str, Any], raws: dict[int, str], index: int) -> None:
    kind = delta.str("type")
    content = Tree(step).items("content")
    if kind == "arguments_delta":
        raws[index] = raws.get(index, "") + delta.str("arguments")
    elif kind == "thought_summary":
        step["summary"] = [*Tree(step).items("summary"), delta.any("content")]
    elif kind == "text" and content and isinstance(content[-1], dict) and content[-1].get("type") == "text":
        step["content"] = [*content[:-1], {**content[-1], "text": Tree(content[-1]).str("text") + delta.str("text")}]
    elif kind in ("text", *_KINDS):
        step["content"] = [*content, delta.value]
    elif kind == "text_annotation_delta":
        step["content"] = [*content, {"type": "text", "text": "", "annotations": delta.any("annotations")}]


def _reply(body: Tree, response: Response) -> Reply:
    text: list[str] = []
    thinking: list[str] = []
    calls: list[ToolCall] = []
    media: list[Media] = []
    sources: dict[Source, None] = {}
    searches: list[str] = []
    if not any(key in body for key in ("status", "steps", "outputs")):
        msg = "the body is no interaction"
        raise BadReply(msg)
    for step in body.known(*_KNOWN).trees("steps" if "steps" in body else "outputs"):
        match step.known("signature").str("type"):
            case "thought":
                thinking += [
                    Tree(part, "summary").str("text") for part in step.items("summary") if isinstance(part, dict)
                ]
            case "function_call":
                given = input_of(step.any("arguments"), "arguments")
                calls.append(ToolCall(step.str("name"), given if isinstance(given, dict) else None, "", step.str("id")))
            case "google_search_call":
                searches += [
                    q for q in step.known("id", "search_type").tree("arguments").items("queries") if isinstance(q, str)
                ]
            case "model_output" | "text" | "image" | "audio" | "video" as kind:
                for part in step.trees("content") if kind == "model_output" else [step]:
                    _content(part, text, media, sources)
            case _:
                step.known(*step.value)  # what the provider's own tools found
    raw = body.str("status")
    if raw in ("failed", "cancelled", "budget_exceeded"):
        return broken(raw, response, raw)
    said = "".join(text)
    return Reply(
        response.status, said, "\n".join(thinking), tuple(calls), tuple(media), (),
        _usage(body.tree("usage")), _FINISH.get(raw), raw,
        (), tuple(sources), tuple(searches), limits(response.headers), model=body.str("model"),
        turn=Message("assistant", (Text(said), *calls), body.any("steps")), chunks=response.chunks,
        cut="the interaction goes on in the background" if raw == "in_progress" else "",
        unknown=tuple(sorted(body.unread())),
    )  # fmt: skip


def _content(part: Tree, text: list[str], media: list[Media], sources: dict[Source, None]) -> None:
    kind = part.str("type")
    text.append(part.str("text"))
    for note in part.trees("annotations"):
        if url := note.known("type", "start_index", "end_index").str("url"):
            sources[Source(url, note.str("title"))] = None
    if kind in _KINDS:
        found = attached(
            part.known("resolution").str("mime_type"), data=unbase64(part.str("data")), url=part.str("uri")
        )
        media += [found] if isinstance(found, Media) else []


def _usage(tree: Tree) -> Usage | None:
    """What was thought is counted apart from what came out."""
    if not tree:
        return None
    tree.known(*tree.value)
    thought = tree.int("total_thought_tokens")
    return Usage(tree.int("total_input_tokens"), summed(tree.int("total_output_tokens"), thought), thought)


def _encode(ask: Ask, model: str) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "store": False, "input": [s for m in ask.messages for s in _steps(m)]}
    if system := [p.text for m in ask.messages if m.role == "system" for p in m.parts if isinstance(p, Text)]:
        body["system_instruction"] = "\n".join(system)
    options = (("max_output_tokens", ask.max_tokens), ("seed", ask.seed), ("stop_sequences", list(ask.stop) or None))
    config: dict[str, Any] = {**sampled(ask)} | {name: value for name, value in options if value is not None}
    if ask.thinking is not None:
        config |= (
            {"thinking_level": "low", "thinking_summaries": "auto"} if ask.thinking else {"thinking_level": "minimal"}
        )
    if ask.tools:
        named = {"allowed_tools": {"mode": "any", "tools": [ask.named_tool]}}
        config["tool_choice"] = named if ask.named_tool else _CHOICE[ask.tool_choice]
    if config:
        body["generation_config"] = config
    tools: list[dict[str, Any]] = [
        {"type": "function", "name": t.name, "description": t.description, "parameters": t.parameters}
        for t in ask.tools
    ]
    if tools := tools + [{"type": "google_search"}] * ask.web_search:
        body["tools"] = tools
    if ask.json or ask.schema is not None:
        form = {"type": "text", "mime_type": "application/json"}
        body["response_format"] = form if ask.schema is None else {**form, "schema": ask.schema}
    if ask.outputs != TEXT:
        body["response_modalities"] = list(ask.outputs)
    return body | ({"stream": True} if ask.stream else {})


def _steps(message: Message) -> list[dict[str, Any]]:
    if message.raw is not None:
        return list(message.raw)
    steps: list[dict[str, Any]] = []
    content = [_part(p) for p in message.parts if isinstance(p, Text | Media)] if message.role != "system" else []
    if content:
        steps.append({"type": "model_output" if message.role == "assistant" else "user_input", "content": content})
    for part in message.parts:
        if isinstance(part, ToolCall):
            steps.append({"type": "function_call", "id": part.id, "name": part.name, "arguments": part.arguments or {}})
        elif isinstance(part, ToolResult):
            result = [{"type": "text", "text": part.content}]
            steps.append({"type": "function_result", "call_id": part.id, "name": part.name, "result": result})
    return steps


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Media):
        inline = {"uri": part.url} if part.url else {"data": base64.b64encode(part.data).decode()}
        return {"type": part.modality, "mime_type": part.mime, **inline}
    return {"type": "text", "text": part.text if isinstance(part, Text) else ""}


def read(request: Request) -> tuple[str, Ask]:
    """The model, or the agent, and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is no interaction"
        raise Misfit(msg)
    body = body_of(request)
    if "input" not in body:
        msg = "the request has no input"
        raise Misfit(msg)
    config = body.tree("generation_config")
    tools = [tool for tool in body.trees("tools") if tool.str("type") == "function"]
    choice = config.any("tool_choice")
    allowed = Tree(choice if isinstance(choice, dict) else {}, "tool_choice").tree("allowed_tools")
    mode = allowed.str("mode") if allowed else str(choice or "auto")
    form = body.any("response_format")
    form = Tree(form if isinstance(form, dict) else {}, "response_format")
    schema = form.any("schema") if "mime_type" in form or "schema" in form else form.value or None
    level = config.str("thinking_level")
    system = body.str("system_instruction")
    return body.str("model") or body.str("agent"), Ask(
        (Message("system", (Text(system),)), *_messages(body.any("input")))
        if system
        else tuple(_messages(body.any("input"))),
        max_tokens=config.whole("max_output_tokens"),
        seed=config.whole("seed"),
        stop=config.strings("stop_sequences"),
        json=form.str("mime_type") == "application/json" and schema is None,
        schema=schema if isinstance(schema, dict) else None,
        tools=tuple(Tool(t.str("name"), t.str("description"), t.tree("parameters").value) for t in tools),
        tool_choice=_CHOSEN.get(mode, "auto"),
        web_search=any(tool.str("type") == "google_search" for tool in body.trees("tools")),
        outputs=tuple(o for o in body.items("response_modalities") if o in ("text", *_KINDS)) or TEXT,
        thinking=level != "minimal" if level else None,
        stream=body.bool("stream"),
        named_tool=allowed.strings("tools")[0] if mode == "any" and len(allowed.items("tools")) == 1 else "",
        sampling=sampling(config),
    )


def _messages(given: Any) -> list[Message]:
    """A text, the parts of one turn, or steps; results of tools are of the user's turn."""
    if isinstance(given, str):
        return [Message("user", (Text(given),))]
    found: list[Message] = []
    for step in Tree({"input": given if isinstance(given, list) else [given]}).trees("input"):
        match step.str("type"):
            case "model_output":
                found.append(Message("assistant", tuple(_read_part(part) for part in step.trees("content"))))
            case "function_call":
                _join(
                    found,
                    Message(
                        "assistant", (ToolCall(step.str("name"), step.tree("arguments").value, "", step.str("id")),)
                    ),
                )
            case "function_result":
                result = step.any("result")
                parts = Tree({"r": result}).trees("r") if isinstance(result, list) else []
                said = "".join(part.str("text") for part in parts) or msgspec.json.encode(result).decode()
                _join(found, Message("user", (ToolResult(said, step.str("name"), step.str("call_id")),)))
            case "user_input":
                content = step.any("content")
                parts = step.trees("content") if isinstance(content, list) else []
                said_parts = (Text(content),) if isinstance(content, str) else tuple(_read_part(part) for part in parts)
                found.append(Message("user", said_parts))
            case "thought":
                continue
            case _:
                _join(found, Message("user", (_read_part(step),)))
    return found


def _join(found: list[Message], more: Message) -> None:
    if found and found[-1].role == more.role:
        found[-1] = Message(more.role, (*found[-1].parts, *more.parts))
    else:
        found.append(more)


def _read_part(part: Tree) -> Media | Document | Text:
    if part.str("type") in _KINDS:
        return attached(part.str("mime_type"), data=unbase64(part.str("data")), url=part.str("uri"))
    return Text(part.str("text"))


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """The list is that of generateContent."""
    return gemini.models(base_url, quirks)
