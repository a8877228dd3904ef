"""Fixtures of req_llm, for Elixir: a JSON file an exchange.

    {"request": {"method", "url", "headers", "body": {"b64"}, "canonical_json"}, "captured_at",
     "response": {"status", "headers", "body"}, "chunks": [{"b64", "decoded"}]}

A reply that is no stream was parsed by the recorder; a stream's pieces are bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from providers.base import Request, Response
from providers.chat import Chunk
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._nodes import each
from scoreboard.traffic.formats._values import fields, from_base64, joined, text, whole, written
from scoreboard.traffic.kept import Kept


def claims(document: Document) -> bool:
    """Whether it is a request and a response whose request has a canonical form, or a body in base64."""
    value = document.value
    if not isinstance(value, dict) or "request" not in value:
        return False
    request = value["request"]
    return isinstance(request, dict) and (
        "canonical_json" in request or (isinstance(request.get("body"), dict) and "b64" in request["body"])
    )


def read(document: Document) -> Iterator[Kept]:
    """What was kept."""
    return each([document.value], _kept)


def _kept(tree: dict[str, Any]) -> Kept:
    request, response = fields(tree.get("request"), "request"), fields(tree.get("response"), "response")
    pieces = [_piece(piece) for piece in tree.get("chunks") or []]
    body = b"".join(pieces) if pieces else _body(response.get("body"))
    is_bytes = bool(pieces) or not isinstance(response.get("body"), dict) or "b64" in response["body"]
    return Kept(
        Request(text(request, "method").upper(), text(request, "url"), _asked(request), _headers(request)),
        Response(whole(response, "status"), _headers(response), body, tuple(Chunk(len(piece)) for piece in pieces)),
        text(tree, "captured_at", ""),
        grade="bytes" if is_bytes else "rewritten",
    )


def _piece(piece: Any) -> bytes:
    tree = fields(piece, "chunks")
    return from_base64(text(tree, "b64"), "chunks") if "b64" in tree else written(tree.get("decoded"))


def _asked(request: dict[str, Any]) -> bytes:
    return _body(request.get("body")) or written(request.get("canonical_json"))


def _body(body: Any) -> bytes:
    if isinstance(body, dict) and isinstance(body.get("b64"), str):
        return from_base64(body["b64"], "body")
    return written(body)


def _headers(side: dict[str, Any]) -> dict[str, str]:
    found = side.get("headers")
    return joined(fields(found, "headers").items()) if found else {}
