"""Recordings of nock, for Node.js: a JSON list of definitions.

    [{"scope": "https://host:443", "method", "path", "body", "status", "response", "rawHeaders" | "headers",
      "reqheaders", "responseIsBinary"}]

Bodies were parsed by the recorder; a reply may be text, a tree, or hexadecimal, whole or in pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from providers.base import Request, Response
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._nodes import each, unpacked
from scoreboard.traffic.formats._values import fields, from_hex, joined, text, whole, written
from scoreboard.traffic.kept import Kept


def claims(document: Document) -> bool:
    """Whether it is a list of objects with a `scope`."""
    value = document.value
    return isinstance(value, list) and any(isinstance(item, dict) and "scope" in item for item in value)


def read(document: Document) -> Iterator[Kept]:
    """What was kept."""
    return each(document.value, _kept)


def _kept(item: Any) -> Kept:
    tree = fields(item, "definition")
    asked, answered = tree.get("body"), tree.get("response")
    body = _reply(answered, is_binary=bool(tree.get("responseIsBinary")))
    rewritten = isinstance(answered, dict) or isinstance(asked, dict)
    return Kept(
        Request(text(tree, "method", "GET").upper(), _url(tree), written(asked), _pairs(tree.get("reqheaders"))),
        Response(whole(tree, "status"), _pairs(tree.get("rawHeaders") or tree.get("headers")), body),
        grade="rewritten" if rewritten else "bytes",
    )


def _url(tree: dict[str, Any]) -> str:
    return text(tree, "scope").removesuffix(":443").removesuffix(":80") + text(tree, "path")


def _reply(answered: Any, *, is_binary: bool) -> bytes:
    pieces = [answered] if isinstance(answered, str) else answered
    if isinstance(pieces, list) and pieces and all(isinstance(piece, str) for piece in pieces):
        return from_hex(pieces) if is_binary or isinstance(answered, list) else unpacked(written(answered))
    return written(answered)


def _pairs(found: Any) -> dict[str, str]:
    """Headers: an object, or a list of names and values in turn."""
    if isinstance(found, list):
        return joined(zip(found[::2], found[1::2], strict=False))
    return joined(fields(found, "headers").items()) if found else {}
