"""Replies alone, without the requests that they answer: JSON, or a stream's data, a piece a line or as events.

    {"id": "...", "choices": [...]}     {"status": 200, "headers": {...}, "body": "..."}     data: {...}

They can show that a thing came, never that one is missing. What a reply must look like, the wire formats know;
here it is only told from other JSON, which is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from providers.base import Response
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._nodes import each
from scoreboard.traffic.formats._values import joined, whole, written
from scoreboard.traffic.kept import Kept

_OTHERS = ("request", "log", "interactions", "http_interactions", "$schema", "$defs", "scope")
_REPLY = {
    "choices",
    "content",
    "candidates",
    "output",
    "message",
    "response",
    "usage",
    "text",
    "error",
    "outputs",
    "data",
}


def claims(document: Document) -> bool:
    """Whether it is data of a stream, or an object that has what replies have, and nothing of other forms."""
    if document.lines:
        return True
    value = document.value
    if not isinstance(value, dict) or any(name in value for name in _OTHERS):
        return False
    return {"status", "body"} <= set(value) or bool(_REPLY & set(value))


def read(document: Document) -> Iterator[Kept]:
    """What was kept."""
    return each([document], _kept)


def _kept(document: Document) -> Kept:
    if document.lines:
        kind = {"content-type": "text/event-stream"}
        return Kept(None, Response(200, kind, b"\n".join(document.lines)), grade="reply", stream=True)
    value = document.value
    if {"status", "body"} <= set(value) and isinstance(value["status"], int):
        headers = joined((value.get("headers") or {}).items())
        body = written(value["body"])
        stream = headers.get("content-type", "").startswith("text/event-stream")
        if stream:
            body = b"\n".join(line[5:].strip() for line in body.splitlines() if line.startswith(b"data:"))
        return Kept(None, Response(whole(value, "status"), headers, body), grade="reply", stream=stream)
    return Kept(None, Response(200, {"content-type": "application/json"}, written(value)), grade="reply")
