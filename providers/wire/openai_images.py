"""OpenAI's image generation: a prompt to pictures, and the servers that speak alike.

Source: https://platform.openai.com/docs/api-reference/images/create,
https://docs.together.ai/reference/post-images-generations.

Options of Quirks: `image_body` (fields of every request), `image_path` ("/images/generations").
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Media, Message, Reply, Text
from providers.wire._azure import deployed
from providers.wire._body import json_body, last
from providers.wire._chat_counts import usage
from providers.wire._http import body_of, post, unbase64
from providers.wire._json import Tree
from providers.wire._lenient import parts
from providers.wire._limits import limits
from providers.wire._media import linked, sniffed
from providers.wire._repairs import reading
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import failure, trouble
from providers.wire.openai_chat import models as _models

_PATH = "/images/generations"
_GUIDED = ("steps", "guidance", "guidance_scale")  # Together's; other servers say `guidance_scale`


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """A prompt in, pictures out."""
    return (frozenset({"output/image"}) - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for a POST to .../images/generations."""
    return request.method == "POST" and request.path.rstrip("/").endswith(_PATH)


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    prompt = "\n".join(part.text for part in ask.parts() if isinstance(part, Text))
    body: dict[str, Any] = {"model": model, "prompt": prompt, **quirks.get("image_body", {})}
    body |= sampled(ask)
    if ask.seed is not None:
        body["seed"] = ask.seed
    response = yield post(base_url + quirks.get("image_path", _PATH), body)
    return reply(ask, (response,), quirks)


@reading
def reply(_: Ask, responses: Sequence[Response], __: Quirks = PLAIN) -> Reply:
    """Pictures, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    body = json_body(response)
    if error := trouble(body.value, response, answer=("data",)):
        return error
    if "data" not in body:
        msg = "the body has no data"
        raise BadReply(msg)
    body.known("created", "background", "quality", "size", "id", "object", "safety_identifier", "svg_usage", "usage")
    form = body.str("output_format")
    media = [found for shown in parts(body, "data") if (found := _picture(shown, f"image/{form or 'png'}"))]
    return Reply(
        response.status, media=tuple(media), usage=usage(Tree(body.any("usage"), "usage")),
        limits=limits(response.headers),
        model=body.str("model"), chunks=response.chunks, unknown=tuple(sorted(body.unread())),
    )  # fmt: skip


def _picture(shown: Tree, mime: str) -> Media | None:
    shown.known("revised_prompt", "index", "timings", "type", "seed", "content_filter_results", "prompt_filter_results")
    url = shown.str("url")
    if data := shown.str("b64_json"):
        raw = unbase64(data.partition(",")[2] if data.startswith("data:") else data)
        return Media("image", sniffed(raw, mime), raw)
    found = linked(url, "image") if url else None
    return found if isinstance(found, Media) else None


def read(request: Request) -> tuple[str, Ask]:
    """The model and the prompt of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is no image generation"
        raise Misfit(msg)
    try:
        body = body_of(request)
        seed = body.int("seed") if "seed" in body else None
        turn = Message("user", (Text(body.str("prompt")),))
        return deployed(request) or body.str("model"), Ask(
            (turn,), seed=seed, outputs=("image",), sampling=sampling(body, *_GUIDED)
        )
    except BadReply as error:
        msg = f"the request is no image generation: {error}"
        raise Misfit(msg) from error


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """The same list as for chat."""
    return _models(base_url, quirks)
