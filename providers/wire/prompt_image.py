"""Pictures by a GET whose path is the prompt, as Pollinations draws them; the answer is the picture itself.

Source: https://github.com/pollinations/pollinations/blob/master/APIDOCS.md ("Text-To-Image (GET)"):
`/prompt/{prompt}` on its older host, `/image/{prompt}` on gen.pollinations.ai, with `model`, `seed` and the URL of an
`image` to start from as parameters.

Options of Quirks: `image_url` (where the prompt is put after; the base URL with `/image`).
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Media, Message, Part, Reply, Text
from providers.wire._body import last
from providers.wire._http import modality
from providers.wire._json import loads
from providers.wire._limits import limits
from providers.wire._media import linked, sniffed
from providers.wire._repairs import reading
from providers.wire._trouble import failure, trouble
from providers.wire.openai_chat import models as _models

# A format alone is no prompt: servers keep sample pictures under such names.
_PATH = re.compile(r"/(?:prompt|image)/(?P<prompt>(?!(?:jpe?g|png|gif|webp|svg|avif)$).+)$")


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """A prompt and perhaps a picture in, a picture out."""
    return (frozenset({"output/image", "seed", "image/url"}) - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for a GET of .../prompt/PROMPT or .../image/PROMPT."""
    return request.method == "GET" and bool(_PATH.search(request.path))


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    expressible(ask, fields(quirks))
    prompt = "\n".join(part.text for part in ask.parts() if isinstance(part, Text))
    query = {"model": model}
    if ask.seed is not None:
        query["seed"] = str(ask.seed)
    if given := [media.url for media in ask.media() if media.url]:
        query["image"] = given[0]
    response = yield Request(
        "GET", f"{quirks.get('image_url', f'{base_url}/image')}/{quote(prompt, safe='')}?{urlencode(query)}"
    )
    return reply(ask, (response,), quirks)


@reading
def reply(_: Ask, responses: Sequence[Response], __: Quirks = PLAIN) -> Reply:
    """The picture that the body is, or an error."""
    response = last(responses)
    if response.status >= 400:
        return failure(response)
    mime = response.content_type
    if mime == "application/json" or response.body[:1] == b"{":
        if error := trouble(loads(response.body), response):
            return error
        msg = "JSON came instead of a picture"
        raise BadReply(msg)
    mime = sniffed(response.body, mime)
    if modality(mime) not in ("image", "video") or not response.body:
        msg = f"{mime or 'nothing'} came instead of a picture"
        raise BadReply(msg)
    media = Media(modality(mime), mime, response.body)
    return Reply(response.status, media=(media,), limits=limits(response.headers), chunks=response.chunks)


def read(request: Request) -> tuple[str, Ask]:
    """The model and the prompt of a recorded request."""
    path = _PATH.search(request.path)
    if not path or request.method != "GET":
        msg = f"{request.method} {request.path} draws no picture"
        raise Misfit(msg)
    query = parse_qs(urlsplit(request.url).query)
    parts: list[Part] = [Text(unquote(path["prompt"]))]
    if given := query.get("image"):
        try:
            parts.append(linked(given[0], "image"))
        except BadReply as error:
            raise Misfit(str(error)) from error
    seed = query.get("seed", [""])[0]
    asked = Ask(
        (Message("user", tuple(parts)),),
        seed=int(seed) if re.fullmatch(r"-?\d{1,18}", seed) else None,
        outputs=("image",),
    )
    return query.get("model", ["flux"])[0], asked


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """The same list as for chat."""
    return _models(base_url, quirks)
