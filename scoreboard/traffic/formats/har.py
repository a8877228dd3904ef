"""HTTP archives, versions 1.1 and 1.2: what browsers, proxies and Polly.js write. JSON.

    {"log": {"version": "1.2", "entries": [{"startedDateTime", "request": {"method", "url", "headers": [{"name",
     "value"}], "postData": {"text"}}, "response": {"status", "headers", "content": {"text", "encoding"}}}]}}

Bodies are text, base64, or a JSON list of pieces in base64 or hexadecimal. What went over a WebSocket is none of HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from providers.base import Request, Response
from scoreboard.traffic.formats._document import Document, decoded, is_json
from scoreboard.traffic.formats._nodes import each, unpacked
from scoreboard.traffic.formats._values import fields, from_base64, from_hex, joined, text, whole, written, wrong
from scoreboard.traffic.kept import Kept

_VERSIONS = ("1.1", "1.2")
_ENTRIES = "entries"


def claims(document: Document) -> bool:
    """Whether it is a `log`."""
    value = document.value
    return isinstance(value, dict) and isinstance(value.get("log"), dict)


def read(document: Document) -> Iterator[Kept]:
    """What was kept."""
    log = document.value["log"]
    version = log.get("version", "1.2")
    if version not in _VERSIONS:
        msg = f"is version {version!r:.20} of HAR; only versions 1.1 and 1.2 are known: export it again"
        raise ValueError(msg)
    if not isinstance(log.get(_ENTRIES), list):
        raise wrong(_ENTRIES)
    return each(log[_ENTRIES], _kept)


def _kept(entry: Any) -> Kept:
    tree = fields(entry, "entries")
    request, response = fields(tree.get("request"), "request"), fields(tree.get("response"), "response")
    posted, content = request.get("postData") or {}, response.get("content") or {}
    return Kept(
        Request(text(request, "method").upper(), text(request, "url"), _posted(posted), _headers(request)),
        Response(whole(response, "status"), _headers(response), _body(content)),
        text(tree, "startedDateTime", ""),
        passed="WebSocket" if tree.get("_webSocketMessages") or response["status"] == 101 else "",
    )


def _posted(posted: dict[str, Any]) -> bytes:
    if body := _body(posted):
        return body
    pairs = [fields(pair, "params") for pair in posted.get("params") or []]
    return urlencode([(str(pair.get("name")), str(pair.get("value", ""))) for pair in pairs]).encode()


def _body(content: dict[str, Any]) -> bytes:
    found = text(content, "text", "")
    in_base64 = content.get("encoding") == "base64"
    if found.startswith('["') and is_json(found.encode("utf-8", "surrogatepass")):
        pieces = decoded(found.encode())
        if all(isinstance(piece, str) for piece in pieces) and (in_base64 or _is_base64(pieces)):
            return unpacked(_pieces(pieces))
    return from_base64(found, "content") if in_base64 else unpacked(written(found))


def _pieces(pieces: list[str]) -> bytes:
    """Pieces in hexadecimal, or in base64."""
    whole_ = from_hex(pieces)
    return whole_ if whole_ != "".join(pieces).encode() else b"".join(_plain(piece) for piece in pieces)


def _plain(piece: str) -> bytes:
    import base64

    return base64.b64decode(piece)


def _is_base64(pieces: list[str]) -> bool:
    try:
        return all(_plain(piece) and len(piece) % 4 == 0 for piece in pieces)
    except ValueError:
        return False


def _headers(side: dict[str, Any]) -> dict[str, str]:
    listed = [fields(pair, "headers") for pair in side.get("headers") or []]
    return joined((text(pair, "name"), pair.get("value", "")) for pair in listed)
