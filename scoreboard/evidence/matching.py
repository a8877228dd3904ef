"""Which recording answers a request: the same method, URL (secrets aside) and body in a canonical form, each played
once.

Bodies are JSON (order of keys and form of numbers do not count), multipart (the boundary does not count) or bytes.
Media of assets/ count as their digest.

    LookupError
    └── Miss              no recording is left that answers; says which comes nearest and what differs
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec
from msgspec import Struct, structs

from providers.base import Request
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.media import FOLDER, manifest
from scoreboard.evidence.redaction import Redactor, is_secret

_DEFAULT_PORTS = {"http": 80, "https": 443}
_BASE64 = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{64,}={0,2}")
_PLACEHOLDER = re.compile(rb"asset:sha256:([0-9a-f]{64})(;raw)?")
_BOUNDARY = re.compile(r"\s*multipart/[^;]+;.*?boundary=(?:\"([^\"]+)\"|([^\s;\",]+))", re.IGNORECASE)
_SHOWN = 40
_MOST = 4


class Miss(LookupError):
    """No recording is left that answers the request; the message is one line and holds no secret."""


class Canonical(Struct, frozen=True):
    """A request in the form that is compared. `tree` is the body; `text` the same as one string, where 1 is not
    true.
    """

    method: str
    url: str
    tree: Any
    text: str


class Player:
    """Answers requests from recordings, each of which is played once, in their order. Safe for any number of tasks.

    `name` (the cassette's path) begins the messages. `redactor` must be the one of the recorder where request bodies
    hold secrets.
    """

    def __init__(self, recordings: Sequence[Interaction], name: str = "", redactor: Redactor | None = None) -> None:
        self._recordings = recordings
        self._played = [False] * len(recordings)
        self._forms: dict[int, Canonical] = {}
        self._name = name
        self._redactor = redactor or Redactor()

    def take(self, request: Request, sample: int = 0) -> Interaction:
        """The next recording that answers the request, of that sample if there is one. Raises Miss."""
        recording = self.find(request, sample)
        if recording is None:
            raise Miss(self._explain(canonical(self._redactor.request(request))))
        return recording

    def find(self, request: Request, sample: int = 0) -> Interaction | None:
        """The same, None where there is none."""
        of_another_sample = -1
        for index, recording in enumerate(self._recordings):  # the same bytes: nearly always, and nothing to parse
            kept = recording.request
            if not self._played[index] and (kept.method, kept.url, kept.body) == (
                request.method,
                request.url,
                request.body,
            ):
                if recording.sample == sample or not sample:
                    return self._play(index)
                of_another_sample = index if of_another_sample < 0 else of_another_sample
        if of_another_sample >= 0:
            return self._play(of_another_sample)
        if all(self._played):
            return None
        asked = canonical(self._redactor.request(request))
        for index in range(len(self._recordings)):
            form = self._form(index)
            if not self._played[index] and (form.method, form.url, form.text) == (asked.method, asked.url, asked.text):
                return self._play(index)
        return None

    def leftovers(self) -> list[Interaction]:
        """The recordings that were not played."""
        return [recording for recording, played in zip(self._recordings, self._played, strict=True) if not played]

    def _play(self, index: int) -> Interaction:
        self._played[index] = True
        return self._recordings[index]

    def _form(self, index: int) -> Canonical:
        if index not in self._forms:
            self._forms[index] = canonical(self._recordings[index].request)
        return self._forms[index]

    def _explain(self, asked: Canonical) -> str:
        begin = f"{self._name}: " if self._name else ""
        wanted = f"{begin}no recording of {asked.method} {asked.url}"
        if not self._recordings:
            return f"{wanted}: nothing is recorded"
        compared = [(list(differences(self._form(i), asked)), i) for i in range(len(self._recordings))]
        differing, nearest = min(compared, key=lambda pair: (_distance(pair[0]), self._played[pair[1]], pair[1]))
        if not differing:
            times = sum(not differing for differing, _ in compared)
            return (
                f"{wanted} is left: it was recorded {'once' if times == 1 else f'{times} times'}, and played as often"
            )
        question = self._recordings[nearest].question
        shown = "; ".join(differing[:_MOST]) + (
            f"; and {len(differing) - _MOST} more" if len(differing) > _MOST else ""
        )
        return f"{wanted}; the nearest is number {nearest + 1}{f' ({question})' if question else ''}: {shown}"


def canonical(request: Request) -> Canonical:
    """The form of a request that is compared."""
    body = fold(request)
    tree = _tree(body, request.headers.get("content-type", ""))
    text = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Canonical(request.method.upper(), _url(request.url), tree, text)


def _url(url: str) -> str:
    """Lower-case host, no default port, no fragment, sorted query without secrets."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return url
    host = (parts.hostname or "") + (f":{port}" if port and port != _DEFAULT_PORTS.get(parts.scheme) else "")
    query = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not is_secret(pair[0]))
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return f"{parts.scheme}://{host}{path}" + (f"?{urlencode(query)}" if query else "")


def _tree(body: bytes, content_type: str) -> Any:
    if boundary := _boundary(content_type):
        return [_part(headers, content) for headers, content in _parts(body, boundary)]
    if body.lstrip()[:1] in (b"{", b"["):
        try:
            return json.loads(body, parse_float=_number, parse_constant=str)
        except (ValueError, RecursionError):  # JSON lines, or none at all
            pass
    try:
        return body.decode()
    except UnicodeDecodeError:
        return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def _part(headers: bytes, content: bytes) -> dict[str, Any]:
    fields = {}
    for line in headers.decode(errors="replace").splitlines():
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    return {**fields, "content": _tree(content, fields.get("content-type", ""))}


def _boundary(content_type: str) -> bytes:
    match = _BOUNDARY.match(content_type)
    return (match[1] or match[2]).encode() if match else b""


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Headers and content of each part."""
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if not piece.startswith(b"--"):
            headers, _, content = piece.partition(b"\r\n\r\n")
            yield headers, content


def parts_of(request: Request) -> list[tuple[bytes, bytes]]:
    """Headers and content of each part of a multipart body; none of any other."""
    boundary = _boundary(request.headers.get("content-type", ""))
    return list(_parts(request.body, boundary)) if boundary else []


def with_fixed_boundary(request: Request) -> Request:
    """The request with a boundary that is the same in each recording; as it was where it is not multipart."""
    content_type = request.headers.get("content-type", "")
    old = _boundary(content_type)
    if not old:
        return request
    number = 0
    while (new := f"boundary-{number}").encode() in request.body and new.encode() != old:
        number += 1
    body = request.body.replace(b"--" + old, b"--" + new.encode())
    return structs.replace(
        request, body=body, headers={**request.headers, "content-type": content_type.replace(old.decode(), new)}
    )


def fold(request: Request) -> bytes:
    """The body with each file of assets/, be it base64 or bytes, as a placeholder that names its digest."""
    body, files = request.body, _files()
    if len(body) < _smallest():
        return body

    def placeholder(match: re.Match[bytes]) -> bytes:
        try:
            digest = hashlib.sha256(binascii.a2b_base64(match[0])).hexdigest()
        except binascii.Error:
            return match[0]
        return f"asset:sha256:{digest}".encode() if digest in files else match[0]

    boundary = _boundary(request.headers.get("content-type", ""))
    for content in [content for _, content in _parts(body, boundary)] if boundary else [body]:
        digest = hashlib.sha256(content).hexdigest()
        if digest in files:
            body = body.replace(content, f"asset:sha256:{digest};raw".encode())
    return _BASE64.sub(placeholder, body)


def unfold(body: bytes) -> bytes:
    """The body with the files put back. A placeholder stays where assets/ no longer holds a file of that digest."""
    if b"asset:sha256:" not in body:
        return body

    def put_back(match: re.Match[bytes]) -> bytes:
        data = _content(match[1].decode())
        if data is None:
            return match[0]
        return data if match[2] else base64.b64encode(data)

    return _PLACEHOLDER.sub(put_back, body)


@cache
def _smallest() -> int:
    """The size in bytes of the smallest file: no shorter body holds one."""
    return min((asset.bytes for asset in manifest()), default=0) if _files() else 0


@cache
def _files() -> dict[str, str]:
    """File names by digest. Empty where there is no manifest (an installed package carries none): media stay as they
    are.
    """
    try:
        return {asset.sha256: asset.file for asset in manifest()}
    except (OSError, msgspec.MsgspecError):
        return {}


@cache
def _content(digest: str) -> bytes | None:
    try:
        data = (FOLDER / _files()[digest]).read_bytes()
    except (KeyError, OSError):
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None


def differences(recorded: Canonical, asked: Canonical) -> Iterator[str]:
    """What differs, each as "body.max_tokens: 16 recorded, 32 asked"."""
    if recorded.method != asked.method:
        yield f"method: {recorded.method} recorded, {asked.method} asked"
    if recorded.url != asked.url:
        yield f"url: {recorded.url} recorded, {asked.url} asked"
    yield from _compare(recorded.tree, asked.tree, "body")


def _distance(differing: list[str]) -> tuple[bool, bool, int]:
    return (
        any(d.startswith("url:") for d in differing),
        any(d.startswith("method:") for d in differing),
        len(differing),
    )


_NOTHING = object()


def _compare(one: Any, two: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(two, dict):
        for key in sorted({*one, *two}):
            yield from _compare(one.get(key, _NOTHING), two.get(key, _NOTHING), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(two, list):
        for index in range(max(len(one), len(two))):
            first, second = (tree[index] if index < len(tree) else _NOTHING for tree in (one, two))
            yield from _compare(first, second, f"{path}[{index}]")
    elif type(one) is not type(two) or one != two:
        start = _common(one, two) if isinstance(one, str) and isinstance(two, str) else 0
        yield f"{path}: {_show(one, start)} recorded, {_show(two, start)} asked"


def _common(one: str, two: str) -> int:
    """Where to begin showing two long texts, so that the difference is seen."""
    same = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return max(0, same - _SHOWN // 4) if max(len(one), len(two)) > _SHOWN else 0


def _show(value: Any, start: int) -> str:
    if value is _NOTHING:
        return "not"
    if isinstance(value, str):
        cut = value[start : start + _SHOWN]
        return json.dumps(
            f"{'…' if start else ''}{cut}{'…' if start + _SHOWN < len(value) else ''}", ensure_ascii=False
        )
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
