"""Amazon Bedrock's InvokeModel: each maker's own body, with the model in the URL. A stream is one of binary frames
that hold base64.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html: Anthropic's messages; Nova's, which are
those of Converse (https://docs.aws.amazon.com/nova/latest/userguide/using-invoke-api.html); chat completions of those
who have them (Mistral, AI21's Jamba, gpt-oss, Qwen, DeepSeek); Cohere's Command R as its own API; prompts of the
older ones (`_prompted`). Texts to embed, and pictures, are not asked for here.
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from typing import Any, Literal
from urllib.parse import quote

from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Reply
from providers.wire import _anthropic_hosted as hosted
from providers.wire import _prompted, anthropic, bedrock_converse, cohere_v1, openai_chat
from providers.wire._amazon import broken_off, foundation_models, model_of, refused
from providers.wire._body import json_body, last
from providers.wire._chat_encode import encode as chat_body
from providers.wire._chat_read import read_body
from providers.wire._converse_reply import answer as converse_answer
from providers.wire._converse_reply import streamed as converse_stream
from providers.wire._event_stream import frames
from providers.wire._http import body_of, post, unbase64
from providers.wire._jobs_amazon import reply as batch_reply
from providers.wire._json import Tree, dumps, loads
from providers.wire._repairs import reading, repair
from providers.wire._trouble import trouble

_VERBS = ("invoke", "invoke-with-response-stream")
_VERSION = "bedrock-2023-05-31"
_ANSWERS = ("content", "output", "choices", "text", "completion", "results")
_AMAZON = "amazon-bedrock-"  # what Bedrock adds to the maker's own: counts, what its guardrail did
Form = Literal["anthropic", "nova", "chat", "cohere", "prompt", ""]


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features of Anthropic's messages, which is what is mostly spoken here."""
    return anthropic.fields(quirks)


def matches(request: Request) -> bool:
    """True for POST .../model/MODEL/invoke and .../invoke-with-response-stream with messages or a prompt."""
    model = model_of(request, *_VERBS)
    if not model:
        return False
    try:
        return bool(_form(model, body_of(request)))
    except Misfit:
        return False


def _form(model: str, body: Tree) -> Form:
    if "anthropic_version" in body or ("messages" in body and "anthropic." in model):
        return "anthropic"
    if "messages" in body:
        return "nova" if "nova" in model or "inferenceConfig" in body or "schemaVersion" in body else "chat"
    if isinstance(body.any("message"), str):
        return "cohere"
    return "prompt" if _prompted.prompted(body, model) else ""


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    url = f"{base_url}/model/{quote(model, safe='')}/{_VERBS[ask.stream]}"
    response = yield post(url, _encode(ask, model, quirks))
    return reply(ask, (response,), quirks)


def _encode(ask: Ask, model: str, quirks: Quirks) -> dict[str, Any]:
    if form := _prompted.form_of(model):
        expressible(ask, _prompted.FIELDS - (frozenset() if form.stop else frozenset({"stop"})))
        return _prompted.encode(ask, form)
    if "anthropic." in model:
        return hosted.encode(ask, model, _VERSION, quirks)
    if "nova" in model:
        return {"schemaVersion": "messages-v1", **bedrock_converse.encode(ask, model, quirks)}
    body = chat_body(ask, model, quirks)
    return {name: value for name, value in body.items() if name not in ("model", "stream", "stream_options")}


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A reply in the form of the model's maker, which the body tells; frames that hold such; or an error."""
    if ask.batch:
        return batch_reply(ask, responses, lambda one, some: reply(one, some, quirks))
    response = last(responses)
    if response.status >= 400:
        return refused(response)
    if response.body.lstrip()[:1] in (b"{", b"<") or not ask.stream:
        if ask.stream:
            repair("answered whole where a stream was asked for")
        body = json_body(response)
        if wrong := trouble(body.value, response, answer=_ANSWERS):
            return wrong
        return _whole(body, structs.replace(ask, stream=False), response, quirks)
    found, cut = frames(response.body)
    if failed := next((frame for frame in found if frame.exception), None):
        return broken_off(failed, response)
    if not found:
        return Reply(response.status, cut=cut or "the stream is empty", chunks=response.chunks)
    pieces = [_piece(Tree(loads(frame.payload, "chunk"), "chunk")) for frame in found if frame.event == "chunk"]
    return _stream(pieces, ask, response, quirks, cut)


def _whole(body: Tree, ask: Ask, response: Response, quirks: Quirks) -> Reply:
    body.known(*(name for name in body.value if name.startswith(_AMAZON)))
    if "output" in body:
        return converse_answer(body, response)
    if "choices" in body:
        return openai_chat.reply(ask, (response,), quirks)
    if "content" in body:
        return anthropic.reply(ask, (response,), quirks)
    if _prompted.is_piece(body.value):
        return _prompted.answer([body], response, stream=False)
    if "text" in body:
        return cohere_v1.reply(ask, (response,), quirks)
    msg = f"a body of no known model: {', '.join(sorted(body.value)[:5])}"
    raise BadReply(msg)


def _piece(chunk: Tree) -> Tree:
    """What a chunk holds: base64 of JSON."""
    try:
        return Tree(loads(base64.b64decode(chunk.str("bytes"), validate=True), "chunk"), "chunk")
    except ValueError:
        return Tree(loads(unbase64(chunk.str("bytes")), "chunk"), "chunk")


def _stream(pieces: list[Tree], ask: Ask, response: Response, quirks: Quirks, cut: str) -> Reply:
    first = pieces[0].value if pieces else {}
    if _prompted.is_piece(first):
        return _prompted.answer(pieces, response, stream=True, cut=cut)
    if not any(isinstance(first.get(key), str) for key in ("type", "object", "event_type")) and "choices" not in first:
        events = [
            (name, Tree(piece.any(name), name))
            for piece in pieces
            for name in piece.value
            if not name.startswith(_AMAZON)
        ]
        reply = converse_stream(events, response)
        return structs.replace(reply, cut=cut or reply.cut)
    # As its maker's own API would stream it.
    told = [{name: value for name, value in piece.value.items() if not name.startswith(_AMAZON)} for piece in pieces]
    body = b"".join(b"data: %b\n\n" % dumps(p) for p in told)
    plain = structs.replace(response, body=body, headers={**response.headers, "content-type": "text/event-stream"})
    wire = openai_chat if "choices" in first else cohere_v1 if "event_type" in first else anthropic
    read: Reply = wire.reply(structs.replace(ask, stream=True), (plain,), quirks)
    return read if read.error else structs.replace(read, cut=cut or read.cut)


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    model, stream = model_of(request, *_VERBS), request.path.endswith("-stream")
    body = body_of(request)
    match _form(model, body) if model else "":
        case "anthropic":
            return model, hosted.read(request, stream=stream)
        case "nova":
            return model, bedrock_converse.question(body, stream=stream)
        case "chat":
            return model, structs.replace(read_body(request)[1], stream=stream, usage=True)
        case "cohere":
            return model, cohere_v1.question(body, stream=stream)
        case "prompt":
            return model, _prompted.question(body, stream=stream)
    msg = f"{request.method} {request.path} asks no model for words"
    raise Misfit(msg)


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /foundation-models of the same region."""
    return foundation_models(base_url)
