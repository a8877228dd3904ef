"""Anthropic's message batches and files.

Sources: https://platform.claude.com/docs/en/build-with-claude/batch-processing,
.../docs/en/api/creating-message-batches, .../docs/en/build-with-claude/files (a header asks for it, which the newest
SDK leaves out). A batch has neither name nor metadata, so one whose making was answered to nobody cannot be told from
other people's: it ends by itself after a day. A batch can be deleted once it has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any
from urllib.parse import quote

from msgspec import structs

from providers.base import Request, Response
from providers.chat import Ask
from providers.wire._http import post
from providers.wire._jobs import MARK, Trail, encoded, leftovers, marked, medium_of, multipart, plain

FILES = {"anthropic-beta": "files-api-2025-04-14"}

Encode = Callable[[Ask], dict[str, Any]]
Responses = Generator[Request, Response, list[Response]]


def sent(ask: Ask, encode: Encode, base_url: str) -> Responses:
    """All requests of a question that a service serves, and their responses."""
    if ask.batch:
        return (yield from _batch(ask, encode(plain(ask)), base_url))
    return (yield from _file(ask, encode, base_url))


def _batch(ask: Ask, params: dict[str, Any], base_url: str) -> Responses:
    trail, asked = Trail(), [{"custom_id": ask.batch, "params": params}]
    yield from trail.send(post(f"{base_url}/messages/batches", {"requests": asked}))
    if made := trail.facts.id:
        where = f"{base_url}/messages/batches/{quote(made, safe='')}"
        if not (yield from trail.ended(Request("GET", where))):
            return trail.responses
        yield from trail.send(Request("GET", f"{where}/results"))
        yield from trail.send(Request("DELETE", where))
    return trail.responses


def _file(ask: Ask, encode: Encode, base_url: str) -> Responses:
    medium, trail = medium_of(ask), Trail()
    kind = "image" if medium.modality == "image" else "document"
    mark = marked(encoded(ask, encode, {}))
    name = f"{mark}.{medium.mime.rpartition('/')[2]}"
    yield from trail.send(_beta(multipart(f"{base_url}/files", {}, name, medium.mime, medium.data)))
    made = trail.facts.uploads[-1].get("id") if trail.facts.uploads else None
    if isinstance(made, str) and made:
        part = {"type": kind, "source": {"type": "file", "file_id": made}}
        yield from trail.send(_beta(post(f"{base_url}/messages", encoded(ask, encode, part))))
        yield from trail.send(_beta(Request("DELETE", f"{base_url}/files/{quote(made, safe='')}")))
    listed = yield from trail.send(_beta(Request("GET", f"{base_url}/files?limit=1000", only=MARK)))
    for file in leftovers(listed, "data", mark, lambda item: item.get("filename")):
        yield from trail.send(_beta(Request("DELETE", f"{base_url}/files/{quote(str(file.get('id')), safe='')}")))
    return trail.responses


def _beta(request: Request) -> Request:
    return structs.replace(request, headers={**request.headers, **FILES})
