"""Google's batches and files, on the Gemini API.

Sources: https://ai.google.dev/gemini-api/docs/batch-api, https://ai.google.dev/api/batch-api,
https://ai.google.dev/gemini-api/docs/files, https://ai.google.dev/api/files. The questions of a small batch stand in
the request that submits it, and their answers in the batch. A file goes up in two steps, to an address that the first
one gives, and may be processed for a while; it is named by its address.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any
from urllib.parse import quote, urlsplit

from msgspec import structs

from providers.base import Request, Response
from providers.chat import Ask, Media
from providers.wire._http import post
from providers.wire._jobs import MARK, Trail, encoded, leftovers, marked, medium_of, plain

Encode = Callable[[Ask], dict[str, Any]]
Responses = Generator[Request, Response, list[Response]]
_UNDER_WAY = ("PENDING", "RUNNING", "UNSPECIFIED")


def sent(ask: Ask, encode: Encode, model: str, base_url: str) -> Responses:
    """All requests of a question that a service serves, and their responses."""
    if ask.batch:
        return (yield from _batch(ask, encode(plain(ask)), model, base_url))
    return (yield from file(ask, encode, model, base_url))


def _batch(ask: Ask, body: dict[str, Any], model: str, base_url: str) -> Responses:
    trail, mark = Trail(), marked(model, ask.batch, body)
    asked = {"requests": {"requests": [{"request": body, "metadata": {"key": ask.batch}}]}}
    url = f"{base_url}/models/{quote(model, safe='')}:batchGenerateContent"
    yield from trail.send(post(url, {"batch": {"displayName": mark, "inputConfig": asked}}))
    if name := trail.facts.id:
        if not (yield from trail.ended(Request("GET", f"{base_url}/{quote(name)}"))):
            return trail.responses
        yield from trail.send(Request("DELETE", f"{base_url}/{quote(name)}"))
    listed = yield from trail.send(Request("GET", f"{base_url}/batches?pageSize=100", only=MARK))
    for batch in leftovers(listed, "operations", mark, lambda item: (item.get("metadata") or {}).get("displayName")):
        where = f"{base_url}/{quote(str(batch.get('name')))}"
        if str((batch.get("metadata") or {}).get("state", "")).endswith(_UNDER_WAY):
            yield from trail.send(Request("POST", f"{where}:cancel"))
        yield from trail.send(Request("DELETE", where))
    return trail.responses


def file(ask: Ask, encode: Encode | None, model: str, base_url: str) -> Responses:
    """Up, asked about where the model's method has a place for it, and away again."""
    medium, trail = medium_of(ask), Trail()
    mark = marked(model, ask.stream, encoded(ask, encode, {}) if encode else [])
    yield from _up(trail, medium, mark, base_url)
    made = trail.facts.uploads[-1] if trail.facts.uploads else {}
    name, uri = made.get("name"), made.get("uri")
    if isinstance(name, str) and name and isinstance(uri, str):
        if made.get("state") == "PROCESSING":
            yield from _ready(trail, f"{base_url}/{quote(name)}")
        if encode:
            part = {"fileData": {"mimeType": medium.mime, "fileUri": uri}}
            verb = "streamGenerateContent?alt=sse" if ask.stream else "generateContent"
            url = f"{base_url}/models/{quote(model, safe='')}:{verb}"
            yield from trail.send(post(url, encoded(ask, encode, part)))
        yield from trail.send(Request("DELETE", f"{base_url}/{quote(name)}"))
    listed = yield from trail.send(Request("GET", f"{base_url}/files?pageSize=100", only=MARK))
    for one in leftovers(listed, "files", mark, lambda item: item.get("displayName")):
        yield from trail.send(Request("DELETE", f"{base_url}/{quote(str(one.get('name')))}"))
    return trail.responses


def _up(trail: Trail, medium: Media, mark: str, base_url: str) -> Generator[Request, Response, None]:
    """The two steps of an upload."""
    parts = urlsplit(base_url)
    about = {"file": {"displayName": mark, "mimeType": medium.mime}}
    start = post(f"{parts.scheme}://{parts.netloc}/upload{parts.path}/files", about)
    headers = {
        "x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start",
        "x-goog-upload-header-content-length": str(len(medium.data)), "x-goog-upload-header-content-type": medium.mime,
    }  # fmt: skip
    commands = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}
    for _ in range(2):  # one that was ended already, by a run that was killed then, is begun anew
        begun = yield from trail.send(structs.replace(start, headers={**start.headers, **headers}))
        where = begun.headers.get("x-goog-upload-url", "")
        if begun.status >= 400 or urlsplit(where).scheme not in ("http", "https"):
            return
        ending = Request("POST", where, medium.data, {"content-type": medium.mime, **commands}, keyed=True)
        ended = yield from trail.send(ending)
        if ended.status not in (404, 410):
            return


def _ready(trail: Trail, where: str) -> Generator[Request, Response, None]:
    for wait in (0.1, 0.5, 1.0, 2.0, 4.0):
        response = yield from trail.send(Request("GET", where, after=wait))
        if response.status >= 400 or b'"PROCESSING"' not in response.body:
            return


def sent_drawing(ask: Ask, prompt: str, model: str, base_url: str) -> Responses:
    """The same for a model that is asked by another method, which has no place for a file: in a batch, all are asked as
    by generateContent.
    """
    if ask.batch:
        return (yield from _batch(ask, {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}, model, base_url))
    return (yield from file(ask, None, model, base_url))
