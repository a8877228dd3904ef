"""The reply of a model that can do all that it is asked for, in the neutral vocabulary: what a plan is reckoned with,
before a run.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from msgspec import structs

from probes._tools import AT_ONCE, NUMBER, PERSON, ROOT
from providers.chat import (
    Ask,
    Citation,
    Document,
    Job,
    Media,
    Part,
    Reply,
    Source,
    TokenLogprob,
    ToolCall,
    ToolResult,
    Usage,
)

_STORY = (
    "Amber lanterns swung above the harbour while seven otters argued about maps, and a clockmaker counted "
    "pebbles beside the frozen "
    "lighthouse until evening came. Nobody remembered who had brought the violin, yet somebody played, and "
    "past midnight the ferry "
    "whistled twice. Copper kettles rattled, a stranger laughed, her umbrella vanished under drifting "
    "snowflakes, orchards glittered, "
    "and quietly, as if forgotten, breakfast began without marmalade."
)
# What comes of another seed than that which is asked for first.
_OTHER_STORY = " ".join(reversed(_STORY.split()))
_MIME = {"image": "image/png", "audio": "audio/wav", "video": "video/mp4", "document": "application/pdf"}


def ideal(asked: Ask, usage: Usage, heedless: Collection[str] = ()) -> Reply:
    """The reply. It heeds every option, perceives every medium, calls every tool, but for the features (names of
    `Ask.features`) that it is heedless of.
    """
    ask = _without(asked, heedless)
    results = [part for part in ask.parts() if isinstance(part, ToolResult)]
    calls = () if results else _calls(ask)
    text = "" if calls else _text(ask, used_tools=bool(results))
    stopped = next((sequence for sequence in ask.stop if sequence in text), None)
    if stopped:
        text = text[: text.index(stopped)]
    cut = ask.max_tokens is not None and not stopped
    if cut and ask.max_tokens:
        text = text[: 4 * ask.max_tokens]
    return Reply(
        text=text,
        calls=calls,
        media=tuple(
            Media(output, _MIME[output], url="https://example.com/made") for output in ask.outputs if output != "text"
        ),
        logprobs=(TokenLogprob("Amber", -0.1),) if ask.top_logprobs else (),
        citations=tuple(Citation(0, part.text[:20]) for part in ask.parts() if isinstance(part, Document)),
        sources=(Source("https://example.com"),) if ask.web_search else (),
        finish="tool_calls" if calls else "length" if cut else "stop",
        usage=usage,
        job=_job(ask),
    )


def _calls(ask: Ask) -> tuple[ToolCall, ...]:
    """One of each tool that may be called; two where that is called for."""
    tools = [tool for tool in ask.tools if tool.name == (ask.named_tool or tool.name) and ask.tool_choice != "none"]
    calls = tuple(ToolCall(tool.name, _arguments(tool.parameters), id=tool.name) for tool in tools)
    return calls * 2 if ask.expects >= AT_ONCE and ask.parallel is not False else calls


def _job(ask: Ask) -> Job | None:
    if ask.batch:
        return Job("batch", "batch-1", "ended", results=1, requests=1, deleted=True)
    return Job("file", "file-1", "uploaded", deleted=True) if any(one.upload for one in ask.media()) else None


def _without(ask: Ask, features: Collection[str]) -> Ask:
    if not features:
        return ask

    def heeded(part: Part) -> bool:
        return not (
            part.modality in features
            if isinstance(part, Media)
            else isinstance(part, Document) and "documents" in features
        )

    messages = tuple(structs.replace(message, parts=tuple(filter(heeded, message.parts))) for message in ask.messages)
    options = {option.name: option.default for option in structs.fields(Ask) if option.name in features}
    return structs.replace(ask, messages=messages, **options)


def _text(ask: Ask, *, used_tools: bool) -> str:
    if ask.schema:
        named: Mapping[str, Mapping[str, Any]] = ask.schema.get("properties") or {}
        return json.dumps({name: value.get("type") == "boolean" or float(ROOT) for name, value in named.items()})
    if used_tools:
        return ROOT
    if ask.json:
        return '{"is_fruit": true}'
    return " ".join(media.word for media in ask.media()) or (_OTHER_STORY if ask.seed and ask.seed % 2 else _STORY)


def _arguments(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers are the one that is asked for; of an enum, the same value in whatever order it is listed; a person is
    the one that is to be stored.
    """
    named: Mapping[str, Mapping[str, Any]] = schema.get("properties") or {}
    if named.keys() == PERSON.keys():
        return PERSON
    return {name: min(value["enum"]) if value.get("enum") else NUMBER for name, value in named.items()}
