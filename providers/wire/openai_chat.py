"""OpenAI's chat completions, and the many servers that speak a dialect of them.

Source: https://platform.openai.com/docs/api-reference/chat; each dialect's page stands in its provider's file.

Options of Quirks, each with its default, which is the plain form:
  max_tokens    name of the field for the cap ("max_tokens")
  seed          name of the field for the seed ("seed")
  logprobs      "count" where `logprobs` is itself the number of alternatives (a flag, beside `top_logprobs`)
  schema        "flat" where `response_format` holds the schema itself (within `json_schema`)
  strict        False where a schema has no `strict` (True)
  strict_tools  True where tools are declared `strict` (False)
  required      the tool choice that demands a call ("required")
  result_name   True where a tool's result carries the tool's name (False)
  parts         modality (modality/url for what is named by its address) -> form of its content part: image_url,
                audio_url, video_url, document_url, file_url, input_audio, input_audio_url, file (see FORMS)
  audio, audio_stream, voice   format of sound made whole, streamed, and who speaks ("wav", "pcm16", "alloy")
  stream_usage  False where a stream counts tokens unasked, or `stream_options` is not known (True)
  thinking      True, False -> the fields that turn thinking on, off (none: nothing is sent)
  search        True, False -> the fields that turn web search on, off ({True: {"web_search_options": {}}})
  lists         True where content may be a list of parts (False)
  body          fields of every request ({})
  path          the path below the base URL ("/chat/completions")
  models        the path of the list of models ("/models")
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Reply
from providers.wire._azure import deployed
from providers.wire._body import last
from providers.wire._chat_decode import decode
from providers.wire._chat_encode import encode
from providers.wire._chat_read import read_body
from providers.wire._http import listing, post
from providers.wire._jobs import reply_of, served
from providers.wire._jobs_openai import sent
from providers.wire._json import loads
from providers.wire._repairs import reading

FIELDS = frozenset(
    {
        "text",
        "max_tokens",
        "seed",
        "stop",
        "top_logprobs",
        "json",
        "schema",
        "tools",
        "tool_choice",
        "tool_choice/none",
        "named_tool",
        "web_search",
        "parallel",
    }
    | {"image", "image/url", "audio", "document", "output/audio"}
)
_PATHS = (
    "/chat/completions",
    "/openai",
)  # the latter: https://github.com/pollinations/pollinations/blob/master/APIDOCS.md


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that the API has a field for."""
    return (FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for a POST to .../chat/completions, whatever stands before it."""
    return request.method == "POST" and request.path.rstrip("/").endswith(_PATHS)


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply; a second request where the count of tokens, which nobody asked for, is refused in a
    stream, or where the cap goes by its other name (newer models take max_completion_tokens alone:
    https://platform.openai.com/docs/api-reference/chat/create).
    """
    expressible(ask, fields(quirks))
    path = quirks.get("path", "/chat/completions")
    if served(ask):
        found = yield from sent(ask, lambda one: encode(one, model, quirks), base_url, path, quirks, _file)
        return reply(ask, found, quirks)
    url, body = base_url + path, encode(ask, model, quirks)
    response = yield post(url, body)
    if response.status in (400, 422) and b"stream_options" in response.body and body.pop("stream_options", None):
        response = yield post(url, body)
    if response.status in (400, 422) and b"max_completion_tokens" in response.body and "max_tokens" in body:
        body["max_completion_tokens"] = body.pop("max_tokens")
        response = yield post(url, body)
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """The last response decides: those before it were refusals of a field that nobody asked for."""
    if served(ask):
        return reply_of(ask, responses, lambda one, some: reply(one, some, quirks))
    return decode(last(responses), quirks, stream=ask.stream)


def _file(name: str) -> dict[str, Any]:
    """A file that was uploaded, as a part of a message."""
    return {"type": "file", "file": {"file_id": name}}


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is no chat completion"
        raise Misfit(msg)
    model, asked = read_body(request)
    return deployed(request) or model, asked


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /models (https://platform.openai.com/docs/api-reference/models/list)."""
    response = yield Request("GET", base_url + quirks.get("models", "/models"))
    # Some servers list the models without an envelope.
    value = (
        loads(response.body)
        if response.status < 400 and response.body.lstrip().startswith(b"[")
        else listing(response).value
    )
    return sorted(set(_ids(value)))


def _ids(value: Any) -> list[str]:
    """Ids, or names where there are none, from a list or from an object that holds one."""
    items = (
        next((value[key] for key in ("data", "models") if isinstance(value.get(key), list)), None)
        if isinstance(value, dict)
        else value
    )
    if not isinstance(items, list):
        msg = "the list of models has neither `data` nor `models`"
        raise BadReply(msg)
    named = [item.get("id") or item.get("name") if isinstance(item, dict) else item for item in items]
    return [name for name in named if isinstance(name, str) and name]
