"""OpenAI's batches and files, and those of the servers that copy them.

Sources: https://platform.openai.com/docs/guides/batch, .../docs/api-reference/batch, .../docs/api-reference/files,
.../docs/guides/pdf-files; https://console.groq.com/docs/batch; https://docs.together.ai/docs/inference/batch/tutorial.
A batch cannot be deleted, only cancelled; its files can.

Options of Quirks, under "batch": `upload` (path that takes its file, "/files"), `named` (field of the form that names
the file, where it takes one), `purpose` ("batch"), `query` (of the lists of files, "?purpose="), `metadata` (False
where a batch takes none; then it is found again by its file).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from providers.base import Quirks, Request, Response
from providers.chat import Ask
from providers.wire._http import post
from providers.wire._jobs import MADE_BY, MARK, Trail, encoded, items, leftovers, marked, medium_of, multipart, plain

Encode = Callable[[Ask], dict[str, Any]]
Responses = Generator[Request, Response, list[Response]]


def sent(
    ask: Ask, encode: Encode, base_url: str, path: str, quirks: Quirks, part: Callable[[str], Mapping[str, Any]]
) -> Responses:
    """All requests of a question that a service serves, and their responses; `part` is how it names a file."""
    options: Mapping[str, Any] = quirks.get("batch", {})
    if ask.batch:
        return (yield from _batch(ask, encode(plain(ask)), base_url, path, options))
    return (yield from _file(ask, encode, base_url, path, part))


def _batch(ask: Ask, body: Mapping[str, Any], base_url: str, path: str, options: Mapping[str, Any]) -> Responses:
    endpoint, trail = f"/v1{path}", Trail()
    line = {"custom_id": ask.batch, "method": "POST", "url": endpoint, "body": body}
    mark, purpose = marked(line), options.get("purpose", "batch")
    name, fields = f"{mark}.jsonl", {"purpose": purpose}
    if "named" in options:
        fields[options["named"]] = name
    upload = multipart(
        base_url + options.get("upload", "/files"), fields, name, "application/jsonl", msgspec.json.encode(line) + b"\n"
    )
    yield from trail.send(upload)
    made = trail.facts.uploads[-1].get("id") if trail.facts.uploads else None
    if isinstance(made, str) and made:
        batch = {"input_file_id": made, "endpoint": endpoint, "completion_window": "24h"}
        metadata = {"metadata": {**MADE_BY, "question": mark}} if options.get("metadata", True) else {}
        yield from trail.send(post(f"{base_url}/batches", {**batch, **metadata}))
        if named := trail.facts.id:
            if not (yield from trail.ended(Request("GET", f"{base_url}/batches/{quote(named, safe='')}"))):
                return trail.responses
            for file in trail.facts.files:
                yield from trail.send(Request("GET", f"{base_url}/files/{quote(file, safe='')}/content"))
        for file in (made, *trail.facts.files):
            yield from trail.send(Request("DELETE", f"{base_url}/files/{quote(file, safe='')}"))
    files = yield from _tidy_files(trail, base_url, mark, options.get("query", "?purpose=") and f"?purpose={purpose}")
    yield from _tidy_batches(trail, base_url, mark, files)
    return trail.responses


def _file(ask: Ask, encode: Encode, base_url: str, path: str, part: Callable[[str], Mapping[str, Any]]) -> Responses:
    medium, trail = medium_of(ask), Trail()
    mark = marked(path, encoded(ask, encode, part("")))
    name = f"{mark}.{medium.mime.rpartition('/')[2]}"
    yield from trail.send(multipart(f"{base_url}/files", {"purpose": "user_data"}, name, medium.mime, medium.data))
    made = trail.facts.uploads[-1].get("id") if trail.facts.uploads else None
    if isinstance(made, str) and made:
        yield from trail.send(post(base_url + path, encoded(ask, encode, part(made))))
        yield from trail.send(Request("DELETE", f"{base_url}/files/{quote(made, safe='')}"))
    yield from _tidy_files(trail, base_url, mark, "?purpose=user_data")
    return trail.responses


def _tidy_files(trail: Trail, base_url: str, mark: str, query: str) -> Generator[Request, Response, dict[str, str]]:
    """Takes away what an earlier run left; the names of those files, by id."""
    listed = yield from trail.send(Request("GET", f"{base_url}/files{query}", only=MARK))
    files = {str(file.get("id")): file["filename"] for file in leftovers(listed, "data", mark, _filename)}
    for file in files:
        yield from trail.send(Request("DELETE", f"{base_url}/files/{quote(file, safe='')}"))
    return files


def _filename(item: Mapping[str, Any]) -> Any:
    return item.get("filename")


def _tidy_batches(
    trail: Trail, base_url: str, mark: str, files: Mapping[str, str]
) -> Generator[Request, Response, None]:
    """Takes away the batches of an earlier run, told by their question, or by the file that they were made of."""

    def told(item: Mapping[str, Any]) -> Any:
        return (item.get("metadata") or {}).get("question") or files.get(str(item.get("input_file_id")))

    listed = yield from trail.send(Request("GET", f"{base_url}/batches", only=MARK))
    for batch in leftovers(listed, "data", mark, told):
        named, is_known = str(batch.get("id")), batch.get("id") == trail.facts.id
        if not is_known and str(batch.get("status")).lower() in ("validating", "in_progress", "finalizing"):
            yield from trail.send(Request("POST", f"{base_url}/batches/{quote(named, safe='')}/cancel"))
        elif not is_known and isinstance(batch.get("output_file_id"), str) and not _is_gone(batch, trail):
            yield from trail.send(Request("DELETE", f"{base_url}/files/{quote(batch['output_file_id'], safe='')}"))


def _is_gone(batch: Mapping[str, Any], trail: Trail) -> bool:
    """Whether the results of a batch are in no list of files that was seen on the way, nor can be (they expire)."""
    listed = [file.get("id") for response in trail.responses for file in items(response, "data")]
    return batch["output_file_id"] not in listed
