"""What all wires share of HTTP: JSON requests, lists of models, and media as base64 or by their addresses."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from providers.base import BadReply, Misfit, Request, Response
from providers.chat import Document, Media, Modality
from providers.wire._body import json_body, opened
from providers.wire._json import Tree, loads
from providers.wire._repairs import repair
from providers.wire._trouble import failure


def post(url: str, body: dict[str, Any]) -> Request:
    """A JSON request. The key is added by whoever sends it."""
    return Request("POST", url, msgspec.json.encode(body), {"content-type": "application/json"})


def body_of(request: Request) -> Tree:
    """The JSON object that a recorded request carries. Raises Misfit where it carries none."""
    try:
        return Tree(loads(request.body, "request"))
    except BadReply as error:
        raise Misfit(str(error)) from error


def listing(response: Response) -> Tree:
    """The JSON object of a list of models. Raises BadReply, in the provider's words where it refused."""
    if response.status >= 400 and (error := failure(response).error):
        msg = f"no list of models, {error.status}: {error.message}"
        raise BadReply(msg)
    return json_body(opened(response, repair))


def unbase64(data: str) -> bytes:
    """The bytes of base64 text, also of the URL-safe alphabet, without padding or with line breaks (RFC 4648, section
    5). Raises BadReply.
    """
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        text = "".join(data.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        msg = f"the media is no base64: {error}"
        raise BadReply(msg) from error
    repair("base64 came in another alphabet, or without its padding")
    return found


def data_url(media: Media) -> str:
    """The media's URL, or its bytes as a data URL (RFC 2397)."""
    return media.url or f"data:{media.mime};base64,{base64.b64encode(media.data).decode()}"


_MODALITIES: dict[str, Modality] = {"image": "image", "audio": "audio", "video": "video", "text": "text"}


def modality(mime: str) -> Modality:
    """The modality of a media type: image/*, audio/*, video/*, text/*; all else is a document."""
    return _MODALITIES.get(mime.split("/", maxsplit=1)[0].strip().lower(), "document")


def attached(mime: str, *, data: bytes = b"", url: str = "", title: str = "") -> Media | Document:
    """What a recorded request attaches: a text is a Document, all else Media."""
    kind = modality(mime)
    if kind == "text":
        return Document(data.decode(errors="replace") or url, title, mime.split(";", maxsplit=1)[0])
    return Media(kind, mime.split(";", maxsplit=1)[0], data, url)


def from_url(url: str, mime: str = "") -> Media | Document:
    """What a data URL or a plain URL attaches; the media type is guessed from the ending where it is not told."""
    if url.startswith("data:"):
        head, _, payload = url[5:].partition(",")
        told = head.split(";")[0] or "text/plain"
        data = unbase64(payload) if head.endswith(";base64") else unquote_to_bytes(payload)
        return attached(told, data=data)
    ending = url.split("?", maxsplit=1)[0].rsplit(".", 1)[-1].lower()
    return attached(mime or _ENDINGS.get(ending, "application/octet-stream"), url=url)


_ENDINGS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/markdown",
}
