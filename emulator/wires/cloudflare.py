"""Cloudflare's Workers AI.

Sources: https://developers.cloudflare.com/api/resources/ai/methods/run, /workers-ai/get-started/rest-api, /workers-ai/features/json-mode,
/workers-ai/features/function-calling/traditional, the input schemas of /workers-ai/models/llama-3.3-70b-instruct-fp8-fast,
.../llama-4-scout-17b-16e-instruct, .../gemma-4-26b-a4b-it and .../flux-1-schnell; the types of the cloudflare package.
A model with "gemma-4", "glm-", "kimi-" or "gpt-oss" in its name has the form of chat completions, one with "flux" draws, one with
"melotts" speaks, all others have the own form of the API, which has no forced tools, stop sequences or log-probabilities.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import cloudflare_form, drawing
from ..cloudflare_common import CloudflareWire, limit_headers, success
from ..problem import Problem
from ..question import Answer, Media, Question, Tool
from ..wire import Json, json_response, read_json, stream_response

_CHATS = ("gemma-4", "glm-", "kimi-", "gpt-oss")
# By field: its type as the schema names it, and its range.
_OWN = {
    "stream": ("boolean", 0, 0),
    "max_tokens": ("integer", 0, 10**9),
    "temperature": ("number", 0, 5),
    "top_p": ("number", 0, 2),
    "top_k": ("integer", 1, 50),
    "seed": ("integer", 1, 9_999_999_999),
    "repetition_penalty": ("number", 0, 2),
    "frequency_penalty": ("number", -2, 2),
    "presence_penalty": ("number", -2, 2),
}
_CHAT = {
    "stream": ("boolean", 0, 0),
    "max_tokens": ("integer", 0, 10**9),
    "max_completion_tokens": ("integer", 0, 10**9),
    "temperature": ("number", 0, 2),
    "top_logprobs": ("integer", 0, 20),
    "logprobs": ("boolean", 0, 0),
    "seed": ("integer", -(10**10), 10**10),
}
_TYPES: dict[str, tuple[type, ...]] = {"boolean": (bool,), "integer": (int,), "number": (int, float), "string": (str,)}
_NAMES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


class Cloudflare(CloudflareWire):
    """POST /client/v4/accounts/{account_id}/ai/run/{model} and its neighbours."""

    def routes(self) -> list[Route]:
        return [Route(self.run_path(), self._run, methods=["POST"]), *self.common_routes()]

    async def _run(self, request: Request) -> Response:
        model = request.path_params["model"]
        body = await read_json(request)
        if request.query_params.get("queueRequest") == "true":
            return self.batch(model, body)
        if "flux" in model or "melotts" in model:
            return self._make(model, body)
        question = self.question(model, body)
        answer = self.bench.brain.answer(question)
        headers = limit_headers(answer.limits)
        if question.stream and self.bench.brain.act(model, question.mode, "stream") == "works":
            return stream_response(self._events(question, answer), self.bench.chunk_delay, "text/event-stream", headers)
        return json_response(success(self.render(body, question, answer)), headers=headers)

    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        return (
            cloudflare_form.chat(answer, self._id())
            if _chats(question.model)
            else cloudflare_form.own(question, answer)
        )

    def _events(self, question: Question, answer: Answer) -> Iterator[bytes]:
        return (
            cloudflare_form.chat_events(question, answer, self._id())
            if _chats(question.model)
            else cloudflare_form.own_events(answer)
        )

    def _id(self) -> str:
        return f"chatcmpl-{self.next_id():032x}"

    def _make(self, model: str, body: Json) -> Response:
        """Pictures and speech: the schemas are closed, and the result is base64."""
        draws = "flux" in model
        if more := ", ".join(f"/{name}" for name in body if name not in ("prompt", "steps" if draws else "lang")):
            raise Problem("bad_request", f"Additional or unevaluated properties '{more}' at '/' not allowed")
        if not body.get("prompt"):
            raise Problem("bad_request", "required properties at '/' are 'prompt'")
        question = Question(model, wanted=frozenset({"image" if draws else "audio"}))
        question.say("user", body["prompt"])
        answer = self.bench.brain.answer(question)
        made = {drawn.modality: drawn.data if draws else drawing.sound(drawn.data, "mp3") for drawn in answer.drawn}
        result = {modality: base64.b64encode(data).decode() for modality, data in made.items()}
        return json_response(success(result), headers=limit_headers(answer.limits))

    def question(self, model: str, body: Json) -> Question:
        for name, bounds in (_CHAT if _chats(model) else _OWN).items():
            if body.get(name) is not None:
                _within(f"/{name}", body[name], *bounds)
        question = Question(model, stream=bool(body.get("stream")), seed=body.get("seed"))
        question.max_tokens = body.get("max_completion_tokens") or body.get("max_tokens")
        if isinstance(body.get("messages"), list):
            self._messages(body["messages"], question)
        elif body.get("prompt"):
            question.say("user", body["prompt"])
        else:
            raise _unmet("required properties at '/' are 'messages'")
        question.tools = [_tool(tool, at, chats=_chats(model)) for at, tool in enumerate(body.get("tools") or ())]
        if _chats(model):
            _options(body, question)
        _response_format(body, question)
        return question

    def _messages(self, messages: list[Json], question: Question) -> None:
        for at, message in enumerate(messages):
            role, content = message.get("role"), message.get("content")
            if role is None or "content" not in message:
                raise _unmet(f"required properties at '/messages/{at}' are 'role,content'")
            if role == "tool":
                question.results.append(_text(content))
            elif isinstance(content, str):
                question.say(role, content)
            elif isinstance(content, list) or (isinstance(content, dict) and not _chats(question.model)):
                parts = content if isinstance(content, list) else [content]
                for index, part in enumerate(parts):
                    self._part(role, part, f"/messages/{at}/content/{index}", question)
            elif not (content is None and _chats(question.model) and message.get("tool_calls")):
                raise _unmet(f"Type mismatch of '/messages/{at}/content', 'string' not in '{_NAMES[type(content)]}'")

    def _part(self, role: str, part: Json, where: str, question: Question) -> None:
        match part.get("type"):
            case "text":
                question.say(role, part.get("text", ""))
            case "image_url":
                url = (part.get("image_url") or {}).get("url", "")
                if not url.startswith("data:") and not _chats(question.model):
                    raise _unmet(f"pattern not met at '{where}/image_url/url'")
                question.media.append(_linked(url, where))
            case kind:
                raise _unmet(f"enum value not met at '{where}/type': '{kind}'")


def _chats(model: str) -> bool:
    return any(name in model for name in _CHATS)


def _unmet(told: str) -> Problem:
    """One of the two schemas, with a prompt or with messages, has to be met."""
    return Problem("bad_request", f"oneOf at '/' not met, 0 matches: required properties at '/' are 'prompt', {told}")


def _within(where: str, value: Any, kind: str, least: float, most: float) -> None:
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        raise _unmet(f"Type mismatch of '{where}', '{kind}' not in '{_NAMES[type(value)]}'")
    if kind != "boolean" and isinstance(value, int | float) and not least <= value <= most:
        side = f"< minimum {least}" if value < least else f"> maximum {most}"
        raise _unmet(f"'{where}' {side}")


def _linked(url: str, where: str) -> Media:
    if not url.startswith("data:"):
        return Media("image", "", url=url)
    head, _, data = url.partition(",")
    try:
        return Media("image", head[5:].removesuffix(";base64"), base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        raise Problem("bad_request", f"Invalid data type for base64 input: {where}", param="5004") from None


def _tool(tool: Json, at: int, *, chats: bool) -> Tool:
    """A tool may be told flat or, as elsewhere, within "function".

    The schema of the own form asks for a description of each parameter too; that this is enforced is known of no client.
    """
    told = tool.get("function") or tool
    where = f"/tools/{at}" + ("/function" if "function" in tool else "")
    needed = ("name",) if chats else ("name", "description", "parameters")
    if missing := [name for name in needed if not told.get(name)]:
        raise _unmet(f"required properties at '{where}' are '{','.join(missing)}'")
    parameters = told.get("parameters") or {}
    if missing := [name for name in ("type", "properties") if name not in parameters and not chats]:
        raise _unmet(f"required properties at '{where}/parameters' are '{','.join(missing)}'")
    return Tool(told["name"], told.get("description") or "", parameters)


def _response_format(body: Json, question: Question) -> None:
    asked = body.get("response_format") or {}
    kind = asked.get("type", "text")
    if kind not in ("json_object", "json_schema", "text") or (kind == "text" and asked and not _chats(question.model)):
        raise _unmet("enum value not met at '/response_format/type'")
    question.json = kind == "json_object"
    if kind == "json_schema":
        form = asked.get("json_schema") or {}
        question.schema = form.get("schema", form)
    if kind != "text" and question.stream and not _chats(question.model):
        raise Problem("bad_request", "JSON Schema mode is not supported with stream mode.", param="5023")


def _options(body: Json, question: Question) -> None:
    """What only the newer models have."""
    kwargs = body.get("chat_template_kwargs") or {}
    question.thinking = body.get("reasoning_effort") is not None or bool(kwargs.get("enable_thinking"))
    stop = body.get("stop")
    question.stop = (stop,) if isinstance(stop, str) else tuple(stop or ())
    if body.get("logprobs"):
        question.top_logprobs = body.get("top_logprobs") or 0
    question.usage_asked = bool((body.get("stream_options") or {}).get("include_usage"))
    choice = body.get("tool_choice") or "auto"
    if isinstance(choice, dict):
        question.tool_choice = str(choice.get("function", {}).get("name", "any"))
    else:
        question.tool_choice = "any" if choice == "required" else choice


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return str(content or "")
