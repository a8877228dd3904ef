"""A recorded chat completion's body, read back as the question that it carries. Every dialect's field is understood,
whoever sent it, since recordings of unknown providers are read as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.base import BadReply, Misfit, Request
from providers.chat import Ask, Document, Media, Message, Modality, Part, Role, Text, ToolResult
from providers.wire._functions import call, chosen, declarations
from providers.wire._http import body_of, from_url, unbase64
from providers.wire._json import Tree
from providers.wire._media import linked, sniffed
from providers.wire._sampling import sampling

Reader = Callable[[Tree], Part | None]

_MAX = ("max_completion_tokens", "max_tokens", "n_predict", "max_output_tokens", "max_new_tokens")
_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "assistant": "assistant"}
_MIMES = {"mp3": "audio/mpeg"}
_OFF = ("none", "off", "disabled", "disable", False)


def read_part(part: Tree) -> Part | None:
    """A part of a message's content; None for what has no neutral name."""
    kind = part.str("type")
    if kind in ("text", "input_text") or (not kind and "text" in part):
        return Text(part.str("text"))
    if kind == "input_audio":
        return _sound(part.any(kind))
    if kind in ("file", "input_file"):
        return _file(part.tree("file") if "file" in part else part)
    for form, modality in _LINKS.items():
        if kind == form or (not kind and form in part):
            told = part.any(form)
            url = told.get("url") if isinstance(told, dict) else told
            return linked(url, modality) if isinstance(url, str) and url else None
    if kind == "video":  # frames of a video, one picture each
        frames = [frame for frame in part.items("video") if isinstance(frame, str)]
        return Media("video", "video/*", url=frames[0]) if frames else None
    return None


_LINKS: dict[str, Modality] = {
    "image_url": "image", "audio_url": "audio", "video_url": "video", "document_url": "document",
    "file_url": "document",
}  # fmt: skip


def _sound(told: Any) -> Part | None:
    sound = Tree(told if isinstance(told, dict) else {"data": told}, "input_audio")
    data, form = sound.str("data") or sound.str("url"), sound.str("format")
    mime = _MIMES.get(form, f"audio/{form}") if form else ""
    if data.startswith(("http:", "https:")):
        return linked(data, "audio", mime)
    if data.startswith("data:"):
        found = from_url(data)
        return Media(
            "audio", mime or "audio/*", found.data if isinstance(found, Media) else unbase64(data.partition(",")[2])
        )
    raw = unbase64(data)
    return Media("audio", mime or sniffed(raw, "audio/*"), raw) if data else None


def _file(file: Tree) -> Part | None:
    data, name = file.str("file_data") or file.str("file_url") or file.str("url"), file.str("filename")
    if not data:
        return None
    if data.startswith(("data:", "http:", "https:")):
        found = linked(data, "document")
    else:
        raw = unbase64(data)
        found = Media("document", sniffed(raw, "application/pdf"), raw)
    return Document(found.text, name, found.mime) if isinstance(found, Document) else found


def read_messages(turns: list[Tree], reader: Reader = read_part) -> tuple[Message, ...]:
    """The field `messages`. Results of tools that follow each other are one turn of the user."""
    found: list[Message] = []
    names: dict[str, str] = {}
    for turn in turns:
        role = turn.str("role")
        if role in ("tool", "function"):
            given = turn.str("tool_call_id")
            text = "".join(part.text for part in _content(turn, reader) if isinstance(part, Text))
            result = ToolResult(text, turn.str("name") or names.get(given, ""), given)
            if found and found[-1].role == "user" and all(isinstance(p, ToolResult) for p in found[-1].parts):
                found[-1] = Message("user", (*found[-1].parts, result))
            else:
                found.append(Message("user", (result,)))
            continue
        calls = [call(item) for item in (*turn.trees("tool_calls"), turn.tree("function_call")) if item]
        names |= {item.id: item.name for item in calls}
        found.append(Message(_ROLES.get(role, "user"), (*_content(turn, reader), *calls)))
    return tuple(found)


def _content(turn: Tree, reader: Reader) -> list[Part]:
    content = turn.any("content")
    if isinstance(content, str):
        return [Text(content)]
    return [found for part in turn.trees("content") if (found := reader(part)) is not None]


def read_body(request: Request, reader: Reader = read_part) -> tuple[str, Ask]:
    """The model and the question. Raises Misfit."""
    try:
        return _read(body_of(request), reader)
    except BadReply as error:
        msg = f"the request is no chat completion: {error}"
        raise Misfit(msg) from error


def _read(body: Tree, reader: Reader) -> tuple[str, Ask]:
    if "messages" not in body:
        msg = "the request has no messages"
        raise Misfit(msg)
    stop = body.any("stop")
    form = body.tree("response_format")
    schema = _schema(form)
    tools = declarations(body)
    choice, named = chosen(body.any("tool_choice") or body.any("function_call")) if tools else ("auto", "")
    return body.str("model"), Ask(
        read_messages(body.trees("messages"), reader),
        max_tokens=next((body.int(name) for name in _MAX if name in body), None),
        seed=next((body.int(name) for name in ("seed", "random_seed") if name in body), None),
        stop=(stop,) if isinstance(stop, str) else tuple(item for item in body.items("stop") if isinstance(item, str)),
        top_logprobs=_logprobs(body),
        json=form.str("type") == "json_object" and schema is None,
        schema=schema,
        tools=tools,
        tool_choice=choice,
        web_search=_search(body),
        outputs=_outputs(body),
        thinking=_thinking(body),
        stream=body.bool("stream"),
        named_tool=named,
        parallel=parallel if isinstance(parallel := body.any("parallel_tool_calls"), bool) and tools else None,
        strict=read_strict(form),
        usage=not body.bool("stream") or _counted(body),
        sampling=sampling(body),
    )


def _counted(body: Tree) -> bool:
    """Whether a stream is asked to count its tokens, in OpenAI's form or in OpenRouter's
    (https://openrouter.ai/docs/use-cases/usage-accounting).
    """
    options, usage = body.any("stream_options"), body.any("usage")
    asked = isinstance(options, dict) and options.get("include_usage") is True
    return asked or (isinstance(usage, dict) and usage.get("include") is True)


def read_strict(form: Tree) -> bool | None:
    """Whether a `response_format` says that its schema is to be followed strictly; None where it does not say."""
    named = form.any("json_schema")
    told = named.get("strict") if isinstance(named, dict) else None
    return told if isinstance(told, bool) else None


def _logprobs(body: Tree) -> int | None:
    asked, top = body.any("logprobs"), body.int("top_logprobs")
    if asked is True:
        return top
    return asked if isinstance(asked, int) and not isinstance(asked, bool) else None


def _schema(form: Tree) -> dict[str, Any] | None:
    """The schema, in the places that providers document for it."""
    named = form.any("json_schema")
    if isinstance(named, dict) and isinstance(named.get("schema"), dict):
        return dict(named["schema"])
    plain = form.any("schema")
    if isinstance(plain, dict):
        return dict(plain)
    if (
        isinstance(named, dict) and "properties" in named
    ):  # misplaced, yet asked for: the answer tells what became of it
        return {key: value for key, value in named.items() if key not in ("name", "strict", "description")}
    return None


# Fields that only a server that always searches knows (https://docs.perplexity.ai/api-reference/chat-completions-post).
_SEARCHERS = (
    "return_images",
    "return_related_questions",
    "search_mode",
    "search_recency_filter",
    "search_domain_filter",
    "search_context_size",
)


def _search(body: Tree) -> bool:
    if "disable_search" in body:
        return not body.bool("disable_search")
    if body.any("enable_search") is True or isinstance(body.any("web_search_options"), dict):
        return True
    venice = body.any("venice_parameters")  # https://docs.venice.ai/api-reference/endpoint/chat/completions
    if isinstance(venice, dict) and venice.get("enable_web_search") in ("on", "auto"):
        return True
    if any("search" in tool.str("type") for tool in body.trees("tools")):
        return True
    if any(plugin.str("id") == "web" for plugin in body.trees("plugins")) or body.str("model").endswith(":online"):
        return True
    if "search_parameters" in body:
        return body.tree("search_parameters").str("mode", "auto") not in _OFF
    return any(name in body for name in _SEARCHERS)


def _outputs(body: Tree) -> tuple[Modality, ...]:
    told = tuple(item for item in body.items("modalities") if item in ("text", "image", "audio", "video"))
    return told or (("text", "audio") if "audio" in body else ("text",))


def _thinking(body: Tree) -> bool | None:
    """Whether thinking was asked for, in any of the switches that servers have for it; None where nothing was said."""
    for name in ("enable_thinking", "think"):
        if isinstance(body.any(name), bool):
            return body.bool(name)
    if isinstance(body.any("disable_reasoning"), bool):
        return not body.bool("disable_reasoning")
    for name in ("chat_template_kwargs", "chat_template_args"):
        template = body.any(name)
        told = (
            [value for key, value in template.items() if key in ("enable_thinking", "thinking")]
            if isinstance(template, dict)
            else []
        )
        if told:
            return bool(told[0])
    switch = body.any("thinking")
    if isinstance(switch, dict):
        return switch.get("type") not in _OFF
    reasoning = body.any("reasoning")
    if isinstance(reasoning, dict):
        return reasoning.get("enabled", True) is not False and reasoning.get("effort") not in _OFF
    effort = body.any("reasoning_effort")
    return effort not in _OFF if isinstance(effort, str) else None
