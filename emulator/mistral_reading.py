"""Reads the requests of Mistral's chat completions.

Sources: https://docs.mistral.ai/api/endpoint/chat, /capabilities/vision, /capabilities/audio_transcription,
/capabilities/OCR/document_understanding, /capabilities/citations, /capabilities/function_calling, /capabilities/reasoning;
the types of the mistralai package; the order of messages and the form of call ids as the package mistral_common checks them.
"""

import base64
import binascii
import json
import re
from typing import Any

import msgspec
from starlette.requests import Request

from .mistral_errors import Invalid, Loc, Refusal, detail, forbid, need, one_of, tagged
from .mistral_fields import CHAT, CHUNKS, EFFORTS, MESSAGES, TOOLS
from .question import Media, Modality, Question, Tool
from .store import Shelf, Stored
from .wire import Json

CALL_ID = re.compile(r"[a-zA-Z0-9]{9}")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_RANGES: dict[str, tuple[type[int] | type[float], float, float]] = {
    "max_tokens": (int, 0, 2**31),
    "random_seed": (int, 0, 2**63),
    "top_logprobs": (int, 0, 20),
    "n": (int, 1, 128),
    "temperature": (float, 0, 1.5),
    "top_p": (float, 0, 1),
}
_IMAGES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_MAGIC = ((b"RIFF", "audio/wav"), (b"ID3", "audio/mpeg"), (b"fLaC", "audio/flac"), (b"OggS", "audio/ogg"), (b"\xff\xf1", "audio/aac"),
          (b"\xff\xf9", "audio/aac"), (b"\xff", "audio/mpeg"))  # fmt: skip


async def body_of(request: Request) -> Json:
    """The body as a JSON object."""
    try:
        body = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid(
            detail("json_invalid", ("body", 0), "JSON decode error", {}, {"error": "Expecting value"})
        ) from None
    if not isinstance(body, dict):
        raise Invalid(
            detail(
                "model_attributes_type",
                ("body",),
                "Input should be a valid dictionary or object to extract fields from",
                body,
            )
        )
    return body


def references(text: str) -> dict[str, str]:
    """The sources in a tool's result by id, in the form of the guide to citations: {"0": {"title": ..., "snippets": [[...]]}}."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict) or not all(isinstance(one, dict) and one.get("snippets") for one in found.values()):
        return {}
    return {id: "\n".join(_flat(one["snippets"])) for id, one in found.items()}


class Reader:
    """Turns bodies into questions; files are looked up on the shelf, by id or by the address that was signed for them."""

    def __init__(self, shelf: Shelf, signed: str) -> None:
        self._shelf = shelf
        self._signed = signed

    def chat(self, body: Json) -> Question:
        forbid(body, CHAT, ("body",))
        for name, kind, told in (("model", str, "string"), ("messages", list, "list")):
            if not isinstance(need(body, name, ("body",)), kind):
                raise Invalid(detail(f"{told}_type", ("body", name), f"Input should be a valid {told}", body[name]))
        question = Question(body["model"], stream=bool(body.get("stream")))
        self._messages(body["messages"], question)
        for at, tool in enumerate(body.get("tools") or ()):
            loc: Loc = ("body", "tools", at)
            # Searching the web is a connector of the conversations' endpoint alone.
            if tagged(tool, "type", TOOLS, loc) == "function":
                question.tools.append(function(tool, loc))
        arguments(body, question, ("body",))
        if body.get("logprobs"):
            question.top_logprobs = body.get("top_logprobs") or 0
        if body.get("prompt_mode") is not None:
            question.thinking = bool(one_of(body["prompt_mode"], ("reasoning",), ("body", "prompt_mode")))
        if any(media.cite for media in question.media):
            question.tool_choice = "none"
        return question

    def _messages(self, messages: list[Json], question: Question) -> None:
        before, calls = "", 0
        for at, message in enumerate(messages):
            role = tagged(message, "role", MESSAGES, ("body", "messages", at))
            forbid(message, MESSAGES[role], ("body", "messages", at, role))
            if role in ("system", "user", "tool"):
                need(message, "content", ("body", "messages", at, role))
            if role == "tool":
                if before not in ("tool", "calls"):
                    raise _disorder(f"Unexpected role 'tool' after role '{before or 'None'}'")
                _call_id(message.get("tool_call_id") or "")
                calls -= 1
                _result(_text(message["content"]), question)
            elif before in ("tool", "calls") and role in ("user", "system"):
                raise _disorder(
                    "Not the same number of function calls and responses"
                    if calls
                    else f"Unexpected role '{role}' after role 'tool'"
                )
            if role == "user":
                question.media = [media for media in question.media if not media.cite]
            if role != "tool":
                self.content(role, message.get("content"), question, ("body", "messages", at, role, "content"))
            before = role
            if role == "assistant":
                made = message.get("tool_calls") or ()
                if not made and not message.get("content"):
                    told = "Assistant message must have either content or tool_calls, but not none."
                    raise Refusal(told, "invalid_request_assistant_message", "3240")
                for call in made:
                    _call_id(call.get("id") or "null")
                calls, before = len(made), "calls" if made else role
        if calls:
            raise _disorder("Not the same number of function calls and responses")
        if before not in ("user", "tool") and not (messages and messages[-1].get("prefix")):
            raise _disorder(
                f"Expected last role User or Tool (or Assistant with prefix True) for serving but got {before}"
            )

    def content(self, role: str, content: Any, question: Question, loc: Loc) -> None:
        """A message's text or chunks."""
        if isinstance(content, str):
            question.say(role, content)
            return
        for at, chunk in enumerate(content or ()):
            kind = tagged(chunk, "type", ("text", "thinking") if role == "system" else CHUNKS, (*loc, at))
            forbid(chunk, CHUNKS[kind], (*loc, at, kind))
            if kind == "text":
                question.say(role, need(chunk, "text", (*loc, at, kind)))
            elif kind in ("image_url", "document_url", "input_audio", "file"):
                question.media.append(
                    self._media(kind, need(chunk, CHUNKS[kind][1], (*loc, at, kind)), chunk, (*loc, at, kind))
                )

    def _media(self, kind: str, value: Any, chunk: Json, loc: Loc) -> Media:
        match kind:
            case "image_url":
                return self._linked("image", value if isinstance(value, str) else need(value, "url", loc), loc)
            case "document_url":
                media = self._linked("document", value, loc)
                media.title = chunk.get("document_name") or media.title
                return media
            case "input_audio":
                return self._sound(value if isinstance(value, str) else need(value, "data", loc), loc)
        if value not in self._shelf.files:
            raise _unfetched(value)
        return _of_file("document", self._shelf.get(value))

    def _linked(self, modality: Modality, url: str, loc: Loc) -> Media:
        if url.startswith("data:"):
            head, _, text = url.partition(",")
            mime, data = head[5:].removesuffix(";base64"), _decoded(text)
            if modality == "image" and (not data or mime not in _IMAGES):
                raise Refusal(
                    f"Image, '{url[:60]}', could not be loaded as a valid image", "invalid_request_file", "3310"
                )
            if not data:
                told = "Value error, Document content must be a URL (starting with 'https') or base64 encoded document (starting with "
                raise Invalid(
                    detail("value_error", loc, told + "'data:application/<format>;base64,<document-base64>')", url)
                )
            return Media(modality, mime, data)
        if url.startswith(self._signed) and (
            stored := self._shelf.files.get(url.removeprefix(self._signed).split("?")[0])
        ):
            return _of_file(modality, stored)
        if not url.startswith(("http://", "https://")):
            raise _unfetched(url)
        return Media(modality, "", url=url)

    def _sound(self, value: str, loc: Loc) -> Media:
        """Sound comes as bare base64, whose format only its first bytes tell, or as an address."""
        if value.startswith(("data:", "http://", "https://")):
            return self._linked("audio", value, loc)
        data = _decoded(value)
        mime = next((mime for magic, mime in _MAGIC if data.startswith(magic)), "")
        if not mime:
            raise Refusal("Audio input could not be loaded as a valid audio file", "invalid_request_file", "3310")
        return Media("audio", mime, data)


def arguments(body: Json, question: Question, loc: Loc) -> None:
    """What chats and conversations have in common, there as `completion_args`."""
    for name, (kind, least, most) in _RANGES.items():
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, kind)):
            raise Invalid(
                detail(f"{kind.__name__}_type", (*loc, name), f"Input should be a valid {kind.__name__}", value)
            )
        if value < least:
            raise Invalid(
                detail(
                    "greater_than_equal",
                    (*loc, name),
                    f"Input should be greater than or equal to {least}",
                    value,
                    {"ge": least},
                )
            )
        if value > most:
            raise Invalid(
                detail(
                    "less_than_equal",
                    (*loc, name),
                    f"Input should be less than or equal to {most}",
                    value,
                    {"le": most},
                )
            )
    question.max_tokens = body.get("max_tokens")
    question.seed = body.get("random_seed")
    stop = body.get("stop")
    question.stop = (stop,) if isinstance(stop, str) else tuple(stop or ())
    question.thinking = one_of(body.get("reasoning_effort") or "none", EFFORTS, (*loc, "reasoning_effort")) != "none"
    question.parallel = body.get("parallel_tool_calls") is not False
    choice = body.get("tool_choice") or "auto"
    if isinstance(choice, dict):
        question.tool_choice = need(
            need(choice, "function", (*loc, "tool_choice")), "name", (*loc, "tool_choice", "function")
        )
        one_of(
            question.tool_choice,
            [tool.name for tool in question.tools] or [""],
            (*loc, "tool_choice", "function", "name"),
        )
    else:
        question.tool_choice = one_of(choice, ("auto", "none", "any", "required"), (*loc, "tool_choice")).replace(
            "required", "any"
        )
    form, where = body.get("response_format") or {}, (*loc, "response_format")
    forbid(form, ("type", "json_schema"), where)
    match one_of(form.get("type", "text"), ("text", "json_object", "json_schema"), (*where, "type")):
        case "json_object":
            question.json = True
        case "json_schema":
            schema = need(form, "json_schema", where)
            forbid(schema, ("name", "schema", "description", "strict"), (*where, "json_schema"))
            need(schema, "name", (*where, "json_schema"))
            question.schema = need(schema, "schema", (*where, "json_schema"))


def function(tool: Json, loc: Loc) -> Tool:
    made = need(tool, "function", loc)
    forbid(made, ("name", "description", "parameters", "strict"), (*loc, "function"))
    name, schema = need(made, "name", (*loc, "function")), need(made, "parameters", (*loc, "function"))
    if not _NAME.fullmatch(name):
        told = f"Function name was {name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64."
        raise Refusal(told, "invalid_function_call", "3280")
    return Tool(name, made.get("description") or "", schema)


def _result(text: str, question: Question) -> None:
    """A tool's result: to be used, or, where it holds references, to be cited."""
    if found := references(text):
        question.media.append(Media("document", "text/plain", "\n".join(found.values()).encode(), cite=True))
    else:
        question.results.append(text)


def _of_file(modality: Modality, stored: Stored) -> Media:
    kind = stored.mime.split("/", 1)[0]
    seen: Modality = "image" if kind == "image" else "audio" if kind == "audio" else modality
    return Media(seen, stored.mime, stored.data, file_id=stored.id, title=stored.filename)


def _call_id(id: str) -> None:
    if not CALL_ID.fullmatch(id):
        raise Refusal(
            f"Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9.", "invalid_function_call", "3280"
        )


def _disorder(told: str) -> Refusal:
    return Refusal(told, "invalid_request_message_order", "3230")


def _unfetched(url: str) -> Refusal:
    return Refusal(f"File could not be fetched from url '{url[:200]}'", "invalid_request_file", "3310")


def _decoded(text: str) -> bytes:
    """The bytes; none where the base64 is broken."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return str(content or "")


def _flat(value: Any) -> list[str]:
    return [text for one in value for text in _flat(one)] if isinstance(value, list) else [str(value)]
