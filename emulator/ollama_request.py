"""How Ollama's server reads a request: unknown fields are passed over, wrong types refused in the words of Go's JSON reader.

Sources: https://docs.ollama.com/api/chat, /api/generate, /api/errors, /capabilities/vision, /modelfile; the server's public
types and handlers (https://github.com/ollama/ollama, api/types.go and server/routes.go). Options are read when the model is
loaded, and the format when it runs, so those two fail with 500.
"""

import base64
import binascii
import json
import string
from typing import Any

from starlette.requests import Request

from .problem import Problem
from .question import Media, Question, Tool
from .wire import Json

Fields = dict[str, tuple[str, str]]

# The JSON kind that each field takes, and the name of its type in Go.
_COMMON: Fields = {
    "model": ("string", "string"),
    "stream": ("bool", "bool"),
    "options": ("object", "map[string]interface {}"),
    "logprobs": ("bool", "bool"),
    "top_logprobs": ("number", "int"),
    "truncate": ("bool", "bool"),
    "shift": ("bool", "bool"),
}
CHAT: Fields = _COMMON | {"messages": ("array", "[]api.Message"), "tools": ("array", "api.Tools")}
GENERATE: Fields = _COMMON | {
    **dict.fromkeys(("prompt", "suffix", "system", "template"), ("string", "string")),
    "images": ("array", "[]api.ImageData"),
    "context": ("array", "[]int"),
    "raw": ("bool", "bool"),
    **dict.fromkeys(("width", "height", "steps"), ("number", "int32")),
}
SHOW: Fields = {"model": ("string", "string"), "name": ("string", "string"), "verbose": ("bool", "bool")}
SEARCH: Fields = {"query": ("string", "string"), "max_results": ("number", "int")}
_MESSAGE: Fields = {
    **dict.fromkeys(("role", "content", "thinking", "tool_name", "tool_call_id"), ("string", "string")),
    "images": ("array", "[]api.ImageData"),
    "tool_calls": ("array", "[]api.ToolCall"),
}
_CALL: Fields = {"name": ("string", "string"), "arguments": ("object", "api.ToolCallFunctionArguments")}
_TOOL: Fields = {"type": ("string", "string"), "function": ("object", "api.ToolFunction")}
_FUNCTION: Fields = {
    "name": ("string", "string"),
    "description": ("string", "string"),
    "parameters": ("object", "api.ToolFunctionParameters"),
}
_WHOLE = frozenset(
    [
        "num_keep",
        "seed",
        "num_predict",
        "top_k",
        "repeat_last_n",
        "num_ctx",
        "num_batch",
        "num_gpu",
        "main_gpu",
        "num_thread",
    ]
)
_REAL = frozenset(
    ["top_p", "min_p", "typical_p", "temperature", "repeat_penalty", "presence_penalty", "frequency_penalty"]
)
_LEVELS = ("high", "medium", "low")
_MOST_LOGPROBS = 20
_BASE64 = frozenset(string.ascii_letters + string.digits + "+/")
_MAGIC = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
    b"fLaC": "audio/flac",
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}


async def read_body(request: Request, fields: Fields, name: str) -> Json:
    """The body as an object whose known fields are of the right types."""
    text = await request.body()
    if not text.strip():
        raise Problem("bad_request", "missing request body")
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        at = error.doc[error.pos : error.pos + 1]
        raise Problem(
            "bad_request", f"invalid character {at!r} looking for beginning of value" if at else "unexpected EOF"
        ) from None
    except UnicodeDecodeError:
        raise Problem("bad_request", "invalid character '\ufffd' looking for beginning of value") from None
    if not isinstance(body, dict):
        raise Problem("bad_request", f"json: cannot unmarshal {_kind(body)} into Go value of type api.{name}")
    _check(body, fields, f"{name}.")
    return body


def read_chat(body: Json, question: Question) -> None:
    """The messages and tools of /api/chat."""
    for message in body.get("messages") or ():
        _typed(message, "object", "ChatRequest.messages", "api.Message")
        _check(message, _MESSAGE, "ChatRequest.messages.")
        for call in message.get("tool_calls") or ():
            _typed(call, "object", "ChatRequest.messages.tool_calls", "api.ToolCall")
            _check(call.get("function") or {}, _CALL, "ToolCallFunction.messages.tool_calls.function.")
        role, content = (message.get("role") or "").lower(), message.get("content") or ""
        if role == "tool":
            question.results.append(content)
        else:
            question.say(role, content)
        question.media.extend(_seen(message.get("images"), "ChatRequest.messages.images"))
    for tool in body.get("tools") or ():
        _typed(tool, "object", "ChatRequest.tools", "api.Tool")
        _check(tool, _TOOL, "ChatRequest.tools.")
        function = tool.get("function") or {}
        _check(function, _FUNCTION, "ChatRequest.tools.function.")
        question.tools.append(
            Tool(function.get("name") or "", function.get("description") or "", function.get("parameters") or {})
        )


def read_generate(body: Json, question: Question) -> None:
    """The prompt of /api/generate; the sizes are of pictures that image models make."""
    question.say("system", body.get("system") or "")
    question.say("user", body.get("prompt") or "")
    question.media.extend(_seen(body.get("images"), "GenerateRequest.images"))
    if any(body.get(name) for name in ("width", "height", "steps")):
        question.wanted, question.thinking = frozenset({"image"}), False


def read_think(body: Json) -> bool | None:
    """Whether to think; nothing said leaves it to the model."""
    think = body.get("think")
    if think is None or isinstance(think, bool):
        return think
    levels = ", ".join(f'"{level}"' for level in _LEVELS)
    if not isinstance(think, str):
        raise Problem("bad_request", f"think must be a boolean or string ({levels}, true, or false)")
    if think not in _LEVELS:
        raise Problem("bad_request", f"invalid think value: {json.dumps(think)} (must be {levels}, true, or false)")
    return True


def read_logprobs(body: Json, question: Question) -> None:
    top = body.get("top_logprobs") or 0
    if not 0 <= top <= _MOST_LOGPROBS:
        raise Problem("bad_request", "top_logprobs must be between 0 and 20")
    if body.get("logprobs"):
        question.top_logprobs = top


def read_options(body: Json, question: Question) -> None:
    """Options; those that the server does not know are only logged there."""
    options = {name: value for name, value in (body.get("options") or {}).items() if value is not None}
    for name, value in options.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        wrong = "integer" if name in _WHOLE and not number else "float32" if name in _REAL and not number else ""
        if name == "stop" and not isinstance(value, list):
            wrong = "array"
        if wrong:
            raise Problem("server", f'option "{name}" must be of type {wrong}')
    stop = options.get("stop", [])
    if any(not isinstance(sequence, str) for sequence in stop):
        raise Problem("server", 'option "stop" must be of an array of strings')
    question.stop = tuple(stop)
    # Below one, the length is not limited; below zero, the seed is drawn.
    limit, seed = int(options.get("num_predict", -1)), int(options.get("seed", -1))
    question.max_tokens = limit if limit > 0 else None
    question.seed = seed if seed >= 0 else None


def read_format(body: Json, question: Question) -> None:
    match body.get("format"):
        case None | "":
            pass
        case "json":
            question.json = True
        case dict() as schema:
            question.schema = schema
        case other:
            quoted = json.dumps(json.dumps(other, separators=(",", ":")))
            raise Problem("server", f'invalid format: {quoted}; expected "json" or a valid JSON Schema object')


def _check(value: Json, fields: Fields, where: str) -> None:
    for name, (kind, type_) in fields.items():
        if value.get(name) is not None:
            _typed(value[name], kind, where + name, type_)


def _typed(value: Any, kind: str, where: str, type_: str) -> None:
    found = _kind(value)
    if found == kind == "number" and type_.startswith("int") and value != int(value):
        found = f"number {value}"
    if found != kind:
        raise Problem("bad_request", f"json: cannot unmarshal {found} into Go struct field {where} of type {type_}")


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def _seen(images: list[Any] | None, where: str) -> list[Media]:
    """Pictures, and sounds too for models that hear; the kind shows by the first bytes."""
    media = []
    for image in images or ():
        _typed(image, "string", where, "[]uint8")
        data = _decoded(image)
        mime = (
            _RIFF.get(data[8:12], "")
            if data[:4] == b"RIFF"
            else next((m for magic, m in _MAGIC.items() if data.startswith(magic)), "")
        )
        if not mime:
            raise Problem("server", "Failed to create new sequence: failed to process inputs: image: unknown format")
        media.append(Media("audio" if mime.startswith("audio/") else "image", mime, data))
    return media


def _decoded(text: str) -> bytes:
    """Base64, which neither an address nor a data: URL is."""
    try:
        return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        at = next((at for at, char in enumerate(text) if char not in _BASE64), len(text) - len(text) % 4)
        raise Problem("bad_request", f"illegal base64 data at input byte {at}") from None
