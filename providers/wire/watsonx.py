"""IBM watsonx.ai: chat completions with a few names of its own, and the older generation of text.

Source: https://cloud.ibm.com/apidocs/watsonx-ai#text-chat, #text-chat-stream, #text-generation;
https://ibm.github.io/watsonx-ai-node-sdk (types; TextChatResultChoice for the finish reasons). `model_id` names the
model, a project or a space is named beside it, and `tool_choice_option` demands or forbids tools. Older: an `input`
and `parameters`.

Options of Quirks: `body` (fields of every request, as {"project_id": ...}), `version` (the day that the URL names,
"2025-02-11").
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from msgspec import structs

from providers.base import PLAIN, Asking, Misfit, ProviderError, Quirks, Request, Response, expressible
from providers.chat import Ask, Finish, Message, Reply, Text, Usage
from providers.wire import openai_chat
from providers.wire._body import Events, json_body, last, streamed
from providers.wire._chat_encode import encode
from providers.wire._chat_read import read_body
from providers.wire._http import body_of, listing, post
from providers.wire._json import Tree, dumps, loads
from providers.wire._limits import limits
from providers.wire._repairs import reading, repair
from providers.wire._sampling import sampling
from providers.wire._trouble import BROKEN, broken, failure, trouble

_FIELDS = frozenset(
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
        "image",
        "image/url",
    }
)
_CHAT, _TEXT = (
    ("/ml/v1/text/chat", "/ml/v1/text/chat_stream"),
    ("/ml/v1/text/generation", "/ml/v1/text/generation_stream"),
)
# TextGenResult.stop_reason, and the chat's two of its own.
_FINISH: dict[str, Finish] = {
    "eos_token": "stop", "stop_sequence": "stop_sequence", "max_tokens": "length", "token_limit": "length",
    "time_limit": "length",
    "not_finished": "other",
}  # fmt: skip
_OWN = ("model_id", "model_version", "created_at", "system", "cached")


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that the chat has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST .../ml/v1/text/chat, .../generation, and their streams."""
    return request.method == "POST" and request.path.endswith((*_CHAT, *_TEXT))


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply. Raises ProviderError where no project is named."""
    expressible(ask, fields(quirks))
    if not {"project_id", "space_id"} & set(quirks.get("body", {})):
        msg = "watsonx.ai is asked within a project or a space, and none is named"
        raise ProviderError(msg)
    body = encode(ask, model, structs.replace(quirks, options={"stream_usage": False, **quirks.options}))
    body = {"model_id": body.pop("model"), **body}
    body.pop("stream", None)
    if isinstance(chosen := body.get("tool_choice"), str):
        body["tool_choice_option"] = chosen
        del body["tool_choice"]
    url = f"{base_url}{_CHAT[ask.stream]}?version={quirks.get('version', '2025-02-11')}"
    response = yield post(url, body)
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A completion or a generation, a stream of its pieces, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    if not streamed(response, repair, asked=ask.stream):
        bodies = [json_body(response)]
    elif b'"generated_text"' in response.body:
        bodies = [Tree(loads(data, "event"), "event") for _, data in Events(response)]
    else:
        bodies = []
    if not any("results" in body for body in bodies):
        found = openai_chat.reply(ask, (response,), quirks)
        # "time_limit": https://ibm.github.io/watsonx-ai-node-sdk, TextChatResultChoice
        found = structs.replace(found, finish="length") if found.finish_raw == "time_limit" else found
        return structs.replace(found, unknown=tuple(path for path in found.unknown if path not in _OWN))
    return _generated(bodies, response, stream=ask.stream)


def _generated(bodies: list[Tree], response: Response, *, stream: bool) -> Reply:
    text: list[str] = []
    raw = model = ""
    given = made = 0
    for body in bodies:
        if found := trouble(body.value, response, answer=("results",)):
            return found
        model = body.known(*_OWN).str("model_id") or model
        for result in body.trees("results")[:1]:
            text.append(result.known("seed", "generated_tokens", "input_tokens", "moderations").str("generated_text"))
            raw = result.str("stop_reason").lower() or raw
            given = result.int("input_token_count") or given
            made = result.int("generated_token_count") or made
    if raw in BROKEN:
        return broken(raw, response)
    ended = raw and raw != "not_finished"
    said = "".join(text)
    return Reply(
        response.status, said, usage=Usage(given, made), finish=_FINISH.get(raw, "other") if ended else None,
        finish_raw=raw, limits=limits(response.headers), model=model,
        turn=Message("assistant", (Text(said),)), chunks=response.chunks,
        cut="the stream ends without a reason" if stream and not ended else "",
        unknown=tuple(sorted(set().union(*(body.unread() for body in bodies)))),
    )  # fmt: skip


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is neither chat nor generation of watsonx.ai"
        raise Misfit(msg)
    body = body_of(request)
    stream = request.path.endswith("_stream")
    if request.path.endswith(_TEXT):
        more = body.tree("parameters")
        asked = Ask(
            (Message("user", (Text(body.str("input")),)),),
            max_tokens=more.whole("max_new_tokens"),
            seed=more.whole("random_seed"),
            stop=more.strings("stop_sequences"),
            stream=stream,
            sampling=sampling(more),
        )
        return body.str("model_id"), asked
    plain: dict[str, Any] = {**body.value, "model": body.str("model_id"), "stream": stream}
    if option := body.str("tool_choice_option"):
        plain["tool_choice"] = body.any("tool_choice") or option
    model, asked = read_body(structs.replace(request, body=dumps(plain)))
    return model, structs.replace(asked, usage=True)


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /ml/v1/foundation_model_specs (https://cloud.ibm.com/apidocs/watsonx-ai#list-foundation-model-specs)."""
    url = f"{base_url}/ml/v1/foundation_model_specs?version={quirks.get('version', '2025-02-11')}&limit=200"
    response = yield Request("GET", url)
    return sorted({model.str("model_id") for model in listing(response).trees("resources")})
