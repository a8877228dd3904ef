"""Black Forest Labs: a picture is ordered at /v1/MODEL, then polled for until it is ready.

Source: https://docs.bfl.ai/quick_start/generating_images, https://docs.bfl.ai/api_integration/integration_guidelines
(the address to poll must be the one that the order returned) and https://api.bfl.ai/openapi.json. The picture stands
at an address that is valid for ten minutes; it is given as such and not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from msgspec import structs

from providers.base import PLAIN, Asking, BadReply, Misfit, Quirks, Request, Response, expressible
from providers.chat import Ask, Media, Message, Part, Reply, Text
from providers.wire._body import json_body, last
from providers.wire._http import body_of, data_url, listing, modality, post, unbase64
from providers.wire._json import Tree
from providers.wire._limits import limits
from providers.wire._media import linked, sniffed
from providers.wire._repairs import reading
from providers.wire._sampling import sampled, sampling
from providers.wire._trouble import failed, failure, trouble

_FIELDS = frozenset({"output/image", "seed", "image", "image/url"})
_PATH = re.compile(r"/v\d+/(?P<model>[\w.%-]+)$")
_POLLS = 300
_INTERVAL = 1.0
# Any other status is a stage on the way; the documentation knows Pending.
_REFUSED = {"Request Moderated", "Content Moderated"}
_FAILED = {"Error": 500, "Failed": 500, "Task not found": 404}
_LAST = {"Ready", *_REFUSED, *_FAILED}
_GUIDED = ("guidance", "steps")  # of FLUX.1 and FLUX.2 [flex]
_MIMES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "mp4": "video/mp4"}


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """A prompt in, a picture out; a seed; a picture to begin with."""
    return (_FIELDS - quirks.lacks) | quirks.has


def matches(request: Request) -> bool:
    """True for POST /v1/MODEL with a prompt and without the field `model`, which tells it from text completions."""
    if request.method != "POST" or not _PATH.search(request.path):
        return False
    try:
        body = body_of(request)
    except Misfit:
        return False
    return isinstance(body.any("prompt"), str) and not ("model" in body or "messages" in body or "input" in body)


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """Submit, poll, reply."""
    expressible(ask, fields(quirks))
    response = yield post(f"{base_url}/{quote(model, safe='')}", _encode(ask))
    responses = [response]
    if response.status < 400:
        if trouble(json_body(response).value, response, answer=("status", "polling_url")):
            return reply(ask, responses, quirks)
        where = _address(json_body(response))
        for _ in range(_POLLS):
            wait = _retry_after(response) if len(responses) > 1 else _INTERVAL
            response = yield Request("GET", where, after=wait, keyed=True)
            responses.append(response)
            if response.status >= 400 or json_body(response).str("status") in _LAST:
                break
    return reply(ask, responses, quirks)


@reading
def reply(_: Ask, responses: Sequence[Response], __: Quirks = PLAIN) -> Reply:
    """The first response is the order, the others are polls, of which the last decides."""
    response = next((poll for poll in responses[1:] if _is_over(poll)), last(responses))
    if response.status >= 400:
        return failure(response)
    if error := trouble(json_body(response).value, response, answer=("status", "polling_url", "result")):
        return error
    order = json_body(responses[0]).known("id", "cost", "input_mp", "output_mp")
    if len(responses) == 1:
        _address(order)
        return Reply(response.status, cut="ordered, but never polled for", limits=limits(response.headers))
    order.known("polling_url")
    body = json_body(response).known("id", "progress", "details", "preview")
    status = body.str("status")
    if status == "Ready":
        return _reply(order, body, structs.replace(response, headers={**responses[0].headers, **response.headers}))
    if status in _REFUSED:
        refused = failed(400, {"message": f"{status}: {body.any('details')}", "code": status}, response)
        return structs.replace(refused, finish="content_filter", finish_raw=status)
    if status in _FAILED:
        said = {"message": f"{status}: {body.any('details') or body.any('result')}", "code": status}
        return failed(_FAILED[status], said, response)
    if not status:
        msg = "a poll without a status"
        raise BadReply(msg)
    polls = len(responses) - 1
    return Reply(response.status, cut=f"still {status!r:.40} after {polls} polls", limits=limits(response.headers))


def _is_over(poll: Response) -> bool:
    """Whether a poll tells how it ended; what comes after it, the picture itself, is no poll."""
    if poll.status >= 400:
        return True
    try:
        status = json_body(poll).any("status")
    except BadReply:
        return False
    return status == "Ready" or status in _REFUSED or status in _FAILED


def _address(order: Tree) -> str:
    """Where to poll. Raises BadReply where that is no address."""
    where = order.str("polling_url")
    if urlsplit(where).scheme not in ("http", "https"):
        msg = f"polling_url is {where!r:.80} where an address should be"
        raise BadReply(msg)
    return where


def _retry_after(response: Response) -> float:
    """The wait that the reply asks for (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after), half a second to
    ten.
    """
    try:
        return min(max(float(response.headers.get("retry-after", "")), _INTERVAL / 2), 10.0)
    except ValueError:
        return _INTERVAL


def _encode(ask: Ask) -> dict[str, Any]:
    body: dict[str, Any] = {"prompt": "\n".join(part.text for part in ask.parts() if isinstance(part, Text))}
    body |= sampled(ask)
    for number, media in enumerate(ask.media(), 1):
        # A picture is base64 without a data URL's head, or an address (FLUX.1 Kontext and FLUX.2).
        body["input_image" if number == 1 else f"input_image_{number}"] = media.url or data_url(media).partition(",")[2]
    if ask.seed is not None:
        body["seed"] = ask.seed
    return body


def _reply(order: Tree, body: Tree, response: Response) -> Reply:
    result = body.tree("result").known("prompt", "seed", "start_time", "end_time", "duration")
    address = result.str("sample")
    mime = _MIMES.get(urlsplit(address).path.rsplit(".", 1)[-1].lower(), "image/jpeg")
    media = (Media(modality(mime), mime, url=address),) if address else ()
    return Reply(
        response.status,
        media=media,
        limits=limits(response.headers),
        chunks=response.chunks,
        unknown=tuple(sorted(order.unread() | body.unread())),
    )


def read(request: Request) -> tuple[str, Ask]:
    """The model and the prompt of a recorded order."""
    path = _PATH.search(request.path)
    if not path or not matches(request):
        msg = f"{request.path} is not an order of a picture"
        raise Misfit(msg)
    body = body_of(request)
    parts: list[Part] = [Text(body.str("prompt"))]
    given = [body.str(name) for name in sorted(body.value) if re.fullmatch(r"input_image(_\d+)?|image_prompt", name)]
    parts += [_picture(picture) for picture in given if picture]
    turn, drawn = Message("user", tuple(parts)), sampling(body, *_GUIDED)
    return unquote(path["model"]), Ask((turn,), seed=body.whole("seed"), outputs=("image",), sampling=drawn)


def _picture(given: str) -> Part:
    if given.startswith(("http:", "https:", "data:")):
        return linked(given, "image")
    data = unbase64(given)
    return Media("image", sniffed(data, "image/*"), data)


def models(base_url: str, _: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """The API lists no models; its description does, as paths that take an order."""
    root = urlsplit(base_url)
    response = yield Request("GET", f"{root.scheme}://{root.netloc}/openapi.json")
    paths = listing(response).tree("paths")
    orders = {key: _PATH.search(key) for key in paths.value if "post" in paths.tree(key)}
    return sorted({match["model"] for match in orders.values() if match and match["model"].startswith("flux")})
