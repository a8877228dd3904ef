"""Google's Imagen models: `predict`, one prompt to pictures.

Source: https://ai.google.dev/gemini-api/docs/imagen and the reply of a recording (`safetyAttributes` are asked for by
some callers and come as an entry of their own, without a picture).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Media, Message, Reply, Text
from providers.wire import gemini
from providers.wire._body import json_body, last
from providers.wire._http import body_of, modality, post, unbase64
from providers.wire._jobs import reply_of, served
from providers.wire._jobs_gemini import sent_drawing
from providers.wire._lenient import parts
from providers.wire._limits import limits
from providers.wire._repairs import reading
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import failure, trouble
from providers.wire.gemini import models

__all__ = ["ask", "fields", "matches", "models", "read", "reply"]  # one list of models serves both wires

_PATH = re.compile(r"/models/(?P<model>[^/]+):predict$")


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """A prompt in, pictures out; batches and files are the API's, whatever the model."""
    return (frozenset({"output/image", "batch", "file"}) - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for .../models/NAME:predict, but for names of models that embed."""
    found = _PATH.search(request.path)
    return found is not None and "embedding" not in found[0]


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    prompt = "\n".join(part.text for part in ask.parts() if isinstance(part, Text))
    if served(ask):
        return reply(ask, (yield from sent_drawing(ask, prompt, model, base_url)), quirks)
    body: dict[str, Any] = {"instances": [{"prompt": prompt}], "parameters": {"sampleCount": 1, **sampled(ask)}}
    response = yield post(f"{base_url}/models/{quote(model, safe='')}:predict", body)
    return reply(ask, (response,), quirks)


@reading
def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """Pictures, or an error."""
    if served(ask):  # a batch answers as other models do
        return reply_of(ask, responses, lambda one, some: gemini.reply(one, some, quirks))
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    tree = json_body(response)
    if error := trouble(tree.value, response, answer=("predictions",)):
        return error
    if "predictions" not in tree:
        msg = "the body has no predictions"
        raise BadReply(msg)
    filtered = ""
    media = []
    for shown in parts(tree, "predictions"):
        filtered = shown.known("safetyAttributes", "contentType", "prompt").str("raiFilteredReason") or filtered
        if data := shown.str("bytesBase64Encoded"):
            mime = shown.str("mimeType", "image/png")
            media.append(Media(modality(mime), mime, unbase64(data)))
    return Reply(
        response.status,
        finish="content_filter" if filtered and not media else None,
        finish_raw=filtered,
        media=tuple(media),
        limits=limits(response.headers),
        chunks=response.chunks,
        unknown=tuple(sorted(tree.unread())),
    )


def read(request: Request) -> tuple[str, Ask]:
    """The model and the prompt of a recorded request."""
    path = _PATH.search(request.path)
    if not path:
        msg = f"{request.path} is not predict"
        raise Misfit(msg)
    body = body_of(request)
    prompts = [Text(instance.str("prompt")) for instance in body.trees("instances")]
    drawn = sampling(body.tree("parameters"), "guidanceScale")
    return unquote(path["model"]), Ask((Message("user", tuple(prompts)),), outputs=("image",), sampling=drawn)
