"""OpenAI's completions before there was chat: a prompt that is gone on from. Many engines and makers still have them.

Source: https://platform.openai.com/docs/api-reference/completions; Writer's streams:
https://dev.writer.com/api-reference/completion-api /text-generation. An answer is read in the form of chat
completions. The cap is 16 tokens where none is asked for; `logprobs` is the number of alternatives. Of several
prompts or answers the first counts.

Options of Quirks: `completions` (the path below the base URL, "/completions"), `models`, `stream_usage` as in
`openai_chat`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, NotExpressible, Quirks, Request, Response, expressible
from providers.chat import Ask, Reply, Text
from providers.wire import openai_chat
from providers.wire._azure import deployed
from providers.wire._body import events, last, opened
from providers.wire._chat_read import read_body
from providers.wire._http import body_of, post
from providers.wire._json import dumps, loads
from providers.wire._repairs import repair
from providers.wire._sampling import sampled

_FIELDS = frozenset({"text", "max_tokens", "seed", "stop", "top_logprobs"})
_PATH = "/completions"


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features that the API has a field for."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for a POST to .../completions with a prompt, but not to .../chat/completions."""
    path = request.path.rstrip("/")
    if request.method != "POST" or not path.endswith(_PATH) or path.endswith("/chat/completions"):
        return False
    try:
        return "prompt" in body_of(request)
    except Misfit:
        return False


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply. Raises NotExpressible for more turns than one, which a prompt has no form for."""
    expressible(ask, fields(quirks))
    if len(ask.messages) != 1:
        raise NotExpressible(frozenset({"turns"}))
    prompt = "\n".join(part.text for part in ask.parts() if isinstance(part, Text))
    body: dict[str, Any] = {"model": model, "prompt": prompt, **sampled(ask)}
    told = (
        ("max_tokens", ask.max_tokens),
        ("seed", ask.seed),
        ("logprobs", ask.top_logprobs),
        ("stop", list(ask.stop) or None),
    )
    body |= {name: value for name, value in told if value is not None}
    if ask.stream:
        body["stream"] = True
        body |= {"stream_options": {"include_usage": True}} if quirks.get("stream_usage", True) else {}
    response = yield post(base_url + quirks.get("completions", _PATH), body)
    return reply(ask, (response,), quirks)


def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A completion, a stream of its pieces, or an error."""
    response = opened(last(responses), repair)
    body = response.body
    if response.status < 400:
        response = structs.replace(response, body=_as_chat(response))
    found = openai_chat.reply(ask, (response,), quirks)
    if found.streamed:  # there is no field for who speaks
        found = structs.replace(found, streamed=structs.replace(found.streamed, role=True))
    ends = b'{"value":' not in body  # Writer's pieces have no last one
    return found if ends else structs.replace(found, cut="")


def _as_chat(response: Response) -> bytes:
    """The body in the form of chat completions; one that cannot be read is left to their reader, which says why."""
    body = response.body.lstrip()
    try:
        if not body.startswith((b"data:", b"event:", b":")):
            return dumps(_turned(loads(body), "message"))
        lines = [f"event: {name}\n" * bool(name) + f"data: {_said(data)}\n\n" for name, data in events(response)]
        return "".join(lines).encode()
    except BadReply:
        return response.body


def _said(data: str) -> str:
    return data if data.strip() == "[DONE]" else dumps(_turned(loads(data), "delta")).decode()


def _turned(value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("value"), str) and "choices" not in value:  # a piece of Writer's
        value = {"choices": [{"text": value["value"], "index": 0}]}
    choices = value.get("choices")
    if not isinstance(choices, list):
        return value
    return {**value, "choices": [_choice(choice, place) for choice in choices]}


def _choice(choice: Any, place: str) -> Any:
    if not isinstance(choice, dict) or "text" not in choice:
        return choice
    kept = {name: value for name, value in choice.items() if name not in ("text", "log_probs", "prompt_logprobs")}
    probs = {"logprobs": choice["log_probs"]} if isinstance(choice.get("log_probs"), dict) else {}
    return {**kept, **probs, place: {"content": choice["text"]}}


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is no completion of a prompt"
        raise Misfit(msg)
    body = body_of(request)
    prompt = body.any("prompt")
    said = next((item for item in prompt if isinstance(item, str)), "") if isinstance(prompt, list) else prompt
    turned = {**body.value, "messages": [{"role": "user", "content": said if isinstance(said, str) else ""}]}
    model, ask = read_body(structs.replace(request, body=dumps(turned)))
    return deployed(request) or model, ask


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /models."""
    return openai_chat.models(base_url, quirks)
