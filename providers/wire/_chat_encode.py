"""A question as the body of a chat completion, in the dialects that `openai_chat` lists as options."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from providers.base import Quirks
from providers.chat import Ask, Document, Media, Message, Part, Text, ToolCall, ToolResult
from providers.wire._functions import declared, named, raw_arguments
from providers.wire._http import data_url
from providers.wire._sampling import sampled

Encoder = Callable[[Part, Quirks], dict[str, Any]]

FORMS: Mapping[str, str] = {"image": "image_url", "audio": "input_audio", "video": "video_url", "document": "file"}
_FORMATS = {"audio/mpeg": "mp3", "audio/x-wav": "wav", "audio/wave": "wav"}


def content_part(part: Part, quirks: Quirks) -> dict[str, Any]:
    """A text, medium or document as a part of a message's content."""
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Media():
            forms = {**FORMS, **quirks.get("parts", {})}
            inline = forms[part.modality]
            return _medium(part, forms.get(f"{part.modality}/url", inline) if part.url else inline)
        case Document():
            url = data_url(Media("document", part.mime, part.text.encode()))
            return {"type": "file", "file": {"filename": part.title or "document.txt", "file_data": url}}
        case _:
            msg = f"{type(part).__name__} is no part of a content"
            raise TypeError(msg)


def _medium(media: Media, form: str) -> dict[str, Any]:
    if form == "input_audio":
        data = media.url or base64.b64encode(media.data).decode()
        return {"type": form, form: {"data": data, "format": _FORMATS.get(media.mime, media.mime.split("/")[-1])}}
    if form == "input_audio_url":
        sound = {"data": data_url(media), "format": _FORMATS.get(media.mime, media.mime.split("/")[-1])}
        return {"type": "input_audio", "input_audio": sound}
    if form == "file":
        return {"type": form, form: {"filename": f"file.{media.mime.split('/')[-1]}", "file_data": data_url(media)}}
    return {"type": form, form: {"url": data_url(media)}}


def messages(ask: Ask, quirks: Quirks, encoder: Encoder = content_part) -> list[dict[str, Any]]:
    """The field `messages`."""
    return [said for message in ask.messages for said in _turn(message, quirks, encoder)]


def _turn(message: Message, quirks: Quirks, encoder: Encoder) -> list[dict[str, Any]]:
    if isinstance(message.raw, Mapping):
        return [dict(message.raw)]
    results = [_result(part, quirks) for part in message.parts if isinstance(part, ToolResult)]
    calls = [
        {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": raw_arguments(part)}}
        for part in message.parts
        if isinstance(part, ToolCall)
    ]
    rest = [part for part in message.parts if not isinstance(part, ToolResult | ToolCall)]
    if not rest and not calls:
        return results
    said: dict[str, Any] = {"role": message.role, "content": _content(rest, quirks, encoder)}
    if calls:
        said["tool_calls"] = calls
    return [*results, said]


def _content(parts: Sequence[Part], quirks: Quirks, encoder: Encoder) -> Any:
    if not parts:
        return None
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text  # some servers take nothing but a string from those models that only read
    return [encoder(part, quirks) for part in parts]


def _result(part: ToolResult, quirks: Quirks) -> dict[str, Any]:
    said = {"role": "tool", "tool_call_id": part.id, "content": part.content}
    return {**said, "name": part.name} if quirks.get("result_name") and part.name else said


def encode(ask: Ask, model: str, quirks: Quirks, encoder: Encoder = content_part) -> dict[str, Any]:
    """The whole body."""
    body: dict[str, Any] = {"model": model, "messages": messages(ask, quirks, encoder), **quirks.get("body", {})}
    body |= sampled(ask)
    if ask.max_tokens is not None:
        body[quirks.get("max_tokens", "max_tokens")] = ask.max_tokens
    if ask.seed is not None:
        body[quirks.get("seed", "seed")] = ask.seed
    if ask.stop:
        body["stop"] = list(ask.stop)
    if ask.top_logprobs is not None:
        counted = quirks.get("logprobs") == "count"
        body |= {"logprobs": ask.top_logprobs} if counted else {"logprobs": True, "top_logprobs": ask.top_logprobs}
    if ask.schema is not None:
        body["response_format"] = _schema(ask.schema, _strict(ask, quirks), quirks)
    elif ask.json:
        body["response_format"] = {"type": "json_object"}
    if ask.tools:
        body["tools"] = _tools(ask, quirks)
        if ask.named_tool:
            body["tool_choice"] = named(ask.named_tool)
        elif ask.tool_choice != "auto":  # the default; some servers refuse to hear it said
            body["tool_choice"] = (
                quirks.get("required", "required") if ask.tool_choice == "required" else ask.tool_choice
            )
    if ask.tools and ask.parallel is not None:
        body["parallel_tool_calls"] = ask.parallel
    if ask.outputs != ("text",):
        body["modalities"] = list(ask.outputs)
        if "audio" in ask.outputs:
            form = quirks.get("audio_stream", "pcm16") if ask.stream else quirks.get("audio", "wav")
            body["audio"] = {"voice": quirks.get("voice", "alloy"), "format": form}
    if ask.stream:
        body["stream"] = True
        if ask.usage and quirks.get("stream_usage", True):
            body["stream_options"] = {"include_usage": True}
    _switch(body, quirks.get("search", SEARCH), ask.web_search)
    if ask.thinking is not None:
        _switch(body, quirks.get("thinking"), ask.thinking)
    return body


def _tools(ask: Ask, quirks: Quirks) -> list[dict[str, Any]]:
    tools = declared(ask.tools)
    if quirks.get("strict_tools"):
        for tool in tools:
            tool["function"]["strict"] = True
    return tools


def _strict(ask: Ask, quirks: Quirks) -> dict[str, bool]:
    """The field that says whether the schema is to be followed strictly: as the question has it, else as is usual."""
    if ask.strict is None:
        return {"strict": True} if quirks.get("strict", True) else {}
    return {"strict": ask.strict}


def _schema(schema: dict[str, Any], strict: dict[str, bool], quirks: Quirks) -> dict[str, Any]:
    if quirks.get("schema") == "flat":
        return {"type": "json_schema", "schema": schema}
    return {"type": "json_schema", "json_schema": {"name": "response", "schema": schema, **strict}}


SEARCH: Mapping[bool, Mapping[str, Any]] = {True: {"web_search_options": {}}}


def _switch(body: dict[str, Any], switch: Mapping[bool, Mapping[str, Any]] | None, on: bool) -> None:
    """Adds the fields that stand for on or off; lists grow, all else is set."""
    for name, value in (switch or {}).get(on, {}).items():
        body[name] = [*body.get(name, []), *value] if isinstance(value, list | tuple) else value
