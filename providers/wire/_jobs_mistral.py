"""Mistral's batch jobs and files.

Sources: https://docs.mistral.ai/capabilities/batch, https://docs.mistral.ai/api/endpoint/batch (requests within the
job, `inline` for its results), https://docs.mistral.ai/api/endpoint/files, https://docs.mistral.ai/capabilities/document_qna.
What is asked within a job becomes a file all the same, which is deleted with it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any
from urllib.parse import quote

from providers.base import Request, Response
from providers.chat import Ask
from providers.wire._http import post
from providers.wire._jobs import MADE_BY, MARK, Trail, encoded, leftovers, marked, medium_of, multipart, plain

Encode = Callable[[Ask], dict[str, Any]]
Responses = Generator[Request, Response, list[Response]]
_UNDER_WAY = ("QUEUED", "RUNNING")


def sent(ask: Ask, encode: Encode, model: str, base_url: str) -> Responses:
    """All requests of a question that a service serves, and their responses."""
    if ask.batch:
        return (yield from _batch(ask, encode(plain(ask)), model, base_url))
    return (yield from _file(ask, encode, base_url))


def _batch(ask: Ask, body: dict[str, Any], model: str, base_url: str) -> Responses:
    trail, mark = Trail(), marked(ask.batch, body)
    asked = {key: value for key, value in body.items() if key != "model"}
    job = {"endpoint": "/v1/chat/completions", "model": model, "requests": [{"custom_id": ask.batch, "body": asked}]}
    yield from trail.send(post(f"{base_url}/batch/jobs", {**job, "metadata": {**MADE_BY, "question": mark}}))
    if made := trail.facts.id:
        where = f"{base_url}/batch/jobs/{quote(made, safe='')}"
        if not (yield from trail.ended(Request("GET", where))):
            return trail.responses
        if trail.facts.files:
            yield from trail.send(Request("GET", f"{where}?inline=true"))
        if not trail.facts.lines:  # those that failed stand in a file alone
            for file in trail.facts.files:
                yield from trail.send(Request("GET", f"{base_url}/files/{quote(file, safe='')}/content"))
        for file in (*trail.facts.inputs, *trail.facts.files):
            yield from trail.send(Request("DELETE", f"{base_url}/files/{quote(file, safe='')}"))
        yield from trail.send(Request("DELETE", where))
    listed = yield from trail.send(Request("GET", f"{base_url}/batch/jobs?page_size=100", only=MARK))
    for one in leftovers(listed, "data", mark, lambda item: (item.get("metadata") or {}).get("question")):
        where = f"{base_url}/batch/jobs/{quote(str(one.get('id')), safe='')}"
        if one.get("status") in _UNDER_WAY:
            yield from trail.send(Request("POST", f"{where}/cancel"))
        for file in (*(one.get("input_files") or ()), one.get("output_file"), one.get("error_file")):
            if isinstance(file, str) and file:
                yield from trail.send(Request("DELETE", f"{base_url}/files/{quote(file, safe='')}"))
        yield from trail.send(Request("DELETE", where))
    return trail.responses


def _file(ask: Ask, encode: Encode, base_url: str) -> Responses:
    medium, trail = medium_of(ask), Trail()
    mark = marked(encoded(ask, encode, {}))
    name = f"{mark}.{medium.mime.rpartition('/')[2]}"
    yield from trail.send(multipart(f"{base_url}/files", {"purpose": "ocr"}, name, medium.mime, medium.data))
    made = trail.facts.uploads[-1].get("id") if trail.facts.uploads else None
    if isinstance(made, str) and made:
        part = {"type": "file", "file_id": made}
        yield from trail.send(post(f"{base_url}/chat/completions", encoded(ask, encode, part)))
        yield from trail.send(Request("DELETE", f"{base_url}/files/{quote(made, safe='')}"))
    listed = yield from trail.send(Request("GET", f"{base_url}/files?page_size=100&purpose=ocr", only=MARK))
    for file in leftovers(listed, "data", mark, lambda item: item.get("filename")):
        yield from trail.send(Request("DELETE", f"{base_url}/files/{quote(str(file.get('id')), safe='')}"))
    return trail.responses
