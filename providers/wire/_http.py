"""What all wires share of HTTP: JSON requests, event streams, error bodies, rate-limit headers."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from providers.base import BadReply, Misfit, Request, Response
from providers.chat import Document, Limit, Media, Modality, Reply
from providers.errors import FORM, GENERATION, REQUEST, classify
from providers.wire._json import Tree, loads


def post(url: str, body: dict[str, Any]) -> Request:
    """A JSON request. The key is added by whoever sends it."""
    return Request("POST", url, msgspec.json.encode(body), {"content-type": "application/json"})


def body_of(request: Request) -> Tree:
    """The JSON object that a recorded request carries. Raises Misfit where it carries none."""
    try:
        return Tree(loads(request.body, "request"))
    except BadReply as error:
        raise Misfit(str(error)) from error


def json_body(response: Response) -> Tree:
    """The JSON object of a response. Raises BadReply."""
    if response.content_type == "text/html":
        msg = "an HTML page came instead of JSON"
        raise BadReply(msg)
    return Tree(loads(response.body))


def last(responses: Sequence[Response]) -> Response:
    """The response that decides. Raises BadReply where none came."""
    if not responses:
        msg = "no response came"
        raise BadReply(msg)
    return responses[-1]


def listing(response: Response) -> Tree:
    """The JSON object of a list of models. Raises BadReply, in the provider's words where it refused."""
    if response.status >= 400 and (error := failure(response).error):
        msg = f"no list of models, {error.status}: {error.message}"
        raise BadReply(msg)
    return json_body(response)


def events(response: Response) -> Iterator[tuple[str, str]]:
    """The events of a server-sent stream as (event name, data), as the WHATWG standard reads them. httpx-sse, the oracle
    in the tests, would import an HTTP client.

    Raises BadReply where the body is not UTF-8 or an HTML page came instead.
    """
    if response.content_type == "text/html":
        msg = "an HTML page came instead of events"
        raise BadReply(msg)
    try:
        text = response.body.decode()
    except UnicodeDecodeError as error:
        msg = f"the stream is not UTF-8: {error}"
        raise BadReply(msg) from error
    name = ""
    data: list[str] = []
    for line in _LINES.split(text) if "\r" in text else text.split("\n"):
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "", []
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif line.startswith("event:"):
            name = line[6:].removeprefix(" ")
    if data:  # the last event of a stream that lacks the closing blank line
        yield name, "\n".join(data)


def streamed(response: Response, *, asked: bool) -> bool:
    """True when the body is to be read as events: some servers answer plainly where a stream was asked for."""
    told = response.content_type == "text/event-stream" or response.body.startswith((b"data:", b"event:", b":"))
    return (asked or told) and not response.body.lstrip().startswith(b"{")


_LINES = re.compile(r"\r\n|\r|\n")  # str.splitlines would also split at U+2028, which is common within JSON


def failure(response: Response) -> Reply:
    """The reply for a response whose status tells of an error, whatever form its body has."""
    try:
        value = loads(response.body) if response.body.strip() else {}
    except BadReply:
        text = re.sub(rb"<[^>]*>|\s+", b" ", response.body)[:300].decode(errors="replace").strip()
        value = {"message": text or f"HTTP status {response.status}"}
        if response.body.lstrip()[:1] in (b"{", b"["):
            reply = failed(response.status, value, response)
            if reply.error and reply.error.kind in (REQUEST, FORM, GENERATION):
                msg = f"an error, {response.status}, whose body is no whole JSON: {text[:100]}"
                raise BadReply(msg) from None
            return reply
    return failed(response.status, value, response)


def failed(status: int, value: Any, response: Response | None = None) -> Reply:
    """The reply for an error told by a JSON value, be it a whole body, an `error` field or an event of a stream."""
    said = _said(value)
    error = classify(status, said.pop("message") or f"HTTP status {status}", **said)
    return Reply(status=status, error=error, limits=limits(response.headers) if response else ())


def _said(value: Any) -> dict[str, str]:
    """message, type, code and param of an error in any of the forms that providers use."""
    if isinstance(value, list) and value:
        first, *others = (_said(item) for item in value)
        return {**first, "message": "; ".join([first["message"], *(other["message"] for other in others)])}
    if isinstance(value, str) or value is None:
        value = {"message": value or ""}
    if not isinstance(value, dict):
        value = {"message": str(value)}
    for key in ("error", "errors", "detail", "response"):
        if value.get(key) and not isinstance(value.get("message"), str):
            inner = _said(value[key])
            message = inner["message"] + _behind(value, inner["message"])
            return {**inner, "message": message, "code": inner["code"] or str(value.get("code") or "")}
    message = value.get("message") or value.get("msg") or ""
    if isinstance(message, dict | list):
        return _said(message)
    status = value.get("status") if isinstance(value.get("status"), str) else ""  # google.rpc.Code by its name
    loc = value.get("loc")  # pydantic's path of the field
    names = [name for name in loc if isinstance(name, str)] if isinstance(loc, list) else []
    extra = f" ({value['loc']}: {value.get('input')})" if "loc" in value else ""
    return {
        "message": f"{message}{extra}{_behind(value, message)}",
        "type_": str(value.get("type") or status),
        "code": str(value.get("code") or value.get("status") or ""),
        "param": str(value.get("param") or (names[-1] if names else "")),
        "place": ".".join(names),
    }


def _behind(value: dict[str, Any], message: str) -> str:
    """What the server behind a gateway said, which the gateway keeps apart (OpenRouter's `metadata.raw`, Pollinations' `details`)."""
    for told in (value.get("metadata"), value.get("details")):
        inner = told.get("raw") or told.get("error") or told.get("message") if isinstance(told, dict) else None
        words = inner if isinstance(inner, str) else _said(inner)["message"] if inner else ""
        if words and words not in message:
            return f": {words[:1000]}"
    return ""


# The last form is that of trial keys: https://github.com/elastic/elasticsearch, CohereResponseHandler.
_LIMIT = re.compile(
    r"^(?:x-|anthropic-)?ratelimit(?:-(?P<a>.+))?-(?P<what>limit|remaining)$|^(?:x-)?ratelimit-(?P<what2>limit|remaining)(?:-(?P<b>.+))?$"
    r"|^x-(?P<c>trial-endpoint-call)-(?P<what3>limit|remaining)$"
)


def limits(headers: dict[str, str]) -> tuple[Limit, ...]:
    """Rate limits from response headers: `x-ratelimit-limit-requests`, `anthropic-ratelimit-tokens-remaining`, ..., or
    `ratelimit: "default";r=499` with its policy (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).
    """
    found: dict[str, dict[str, float | None]] = {}
    told = {header: value for header, value in headers.items() if "limit" in header or "remaining" in header}
    if not told:
        return ()
    for header, value in told.items():
        if match := _LIMIT.match(header):
            name = match["a"] or match["b"] or match["c"] or ""
            found.setdefault(name, {})[match["what"] or match["what2"] or match["what3"]] = _number(value)
    for header, letter, what in (("ratelimit", "r", "remaining"), ("ratelimit-policy", "q", "limit")):
        for name, value in re.findall(rf'"([^"]*)"[^,]*;\s*{letter}=(\d+)', told.get(header, "")):
            found.setdefault(name, {})[what] = float(value)
    return tuple(Limit(name, **known) for name, known in sorted(found.items()))


def _number(value: str) -> float | None:
    try:
        return float(value.split(",", maxsplit=1)[0].split(";", maxsplit=1)[0])
    except ValueError:
        return None


def unbase64(data: str, *, lenient: bool = False) -> bytes:
    """The bytes of base64 text; where told to be lenient, also of the URL-safe alphabet and without padding (RFC 4648,
    section 5). Raises BadReply.
    """
    if lenient:
        data = data.replace("-", "+").replace("_", "/").rstrip("=")
        data += "=" * (-len(data) % 4)
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        msg = f"the media is no base64: {error}"
        raise BadReply(msg) from error


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
