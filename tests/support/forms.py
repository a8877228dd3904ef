"""Exchanges written in each form of recording, as the recorders write them."""

import base64
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from providers.base import Request, Response

Pair = tuple[Request, Response]
DAY = datetime(2026, 8, 1, 12, tzinfo=UTC)
DATE = format_datetime(DAY, usegmt=True)


def dumped(tree: Any) -> bytes:
    return yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False).encode()


def text(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def listed(headers: Mapping[str, str]) -> dict[str, list[str]]:
    return {name.title(): [value] for name, value in headers.items()}


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def b64(body: bytes) -> str:
    return base64.b64encode(body).decode()


def vcrpy(pairs: Sequence[Pair]) -> bytes:
    return dumped({"interactions": [_vcrpy(*pair) for pair in pairs], "version": 1})


def _vcrpy(request: Request, response: Response) -> dict[str, Any]:
    status = {"code": response.status, "message": "OK"}
    return {
        "request": {
            "body": text(request.body) or None,
            "headers": listed(request.headers),
            "method": request.method,
            "uri": request.url,
        },
        "response": {"body": {"string": text(response.body)}, "headers": listed(response.headers), "status": status},
    }


def vcrpy_json(pairs: Sequence[Pair]) -> bytes:
    return json.dumps({"version": 1, "interactions": [_vcrpy(*pair) for pair in pairs]}).encode()


def vcrpy_parsed(pairs: Sequence[Pair]) -> bytes:
    """Bodies as trees, where they are JSON."""
    items = [_vcrpy(*pair) for pair in pairs]
    for item, pair in zip(items, pairs, strict=True):
        bodies = (pair[0].body, pair[1].body)
        for side, body in zip((item["request"], item["response"]), bodies, strict=True):
            if is_json(body):
                del side["body"]
                side["parsed_body"] = json.loads(body)
    return dumped({"interactions": items, "version": 1})


def ruby(pairs: Sequence[Pair]) -> bytes:
    def one(request: Request, response: Response) -> dict[str, Any]:
        return {
            "request": {"method": request.method.lower(), "uri": request.url, "body": {"encoding": "UTF-8", "string": text(request.body)}, "headers": listed(request.headers)},
            "response": {"status": {"code": response.status, "message": "OK"}, "headers": listed(response.headers), "body": {"encoding": "ASCII-8BIT", "base64_string": b64(response.body)}},
            "recorded_at": DATE,
        }  # fmt: skip

    return dumped({"http_interactions": [one(*pair) for pair in pairs], "recorded_with": "VCR 6.3.1"})


def r(pairs: Sequence[Pair]) -> bytes:
    def one(request: Request, response: Response) -> dict[str, Any]:
        body = {"string": text(response.body)}
        asked = {
            "method": request.method,
            "uri": request.url,
            "body": {"string": text(request.body)},
            "headers": request.headers,
        }
        return {
            "request": asked,
            "response": {"status": response.status, "headers": response.headers, "body": body},
            "recorded_at": "2026-08-01 12:00:00",
        }

    return dumped({"http_interactions": [one(*pair) for pair in pairs], "recorded_with": "VCR-vcr/2.0.0"})


def httpmock(pairs: Sequence[Pair], *, body_encoding: bool = False) -> bytes:
    """Without hosts; a document an exchange."""

    def side(body: bytes) -> dict[str, Any]:
        return {"body": b64(body), "body_encoding": "base64"} if body_encoding else {"body": text(body)}

    def one(request: Request, response: Response) -> bytes:
        url = urlsplit(request.url)
        query = [{"name": name, "value": value} for name, value in parse_qsl(url.query)]
        when = {
            "path": url.path,
            "method": request.method,
            "query_param": query,
            "header": named(request.headers),
            "body": text(request.body),
        }
        return dumped(
            {
                "when": when,
                "then": {"status": response.status, "header": named(response.headers), **side(response.body)},
            }
        )

    return b"---\n".join(one(*pair) for pair in pairs)


def named(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def req_llm(pairs: Sequence[Pair]) -> bytes:
    """One exchange."""
    ((request, response),) = pairs
    asked = {
        "method": request.method.lower(),
        "url": request.url,
        "headers": listed(request.headers),
        "body": {"b64": b64(request.body)},
        "canonical_json": {},
    }
    tree: dict[str, Any] = {
        "request": asked,
        "response": {"status": response.status, "headers": response.headers, "body": None},
        "captured_at": DAY.isoformat(),
    }
    if is_json(response.body):
        tree["response"]["body"] = json.loads(response.body)
    else:
        middle = len(response.body) // 2
        tree["chunks"] = [{"b64": b64(piece)} for piece in (response.body[:middle], response.body[middle:])]
    return json.dumps(tree).encode()


def har(pairs: Sequence[Pair], *, body: str = "text", version: str = "1.2") -> bytes:
    """Bodies as text, as base64, or in pieces."""

    def content(response: Response) -> dict[str, str]:
        if body == "base64":
            return {"text": b64(response.body), "encoding": "base64"}
        if body == "pieces":
            middle = len(response.body) // 2
            return {
                "text": json.dumps([b64(response.body[:middle]), b64(response.body[middle:])]),
                "encoding": "base64",
            }
        return {"text": response.body.decode()}

    def one(request: Request, response: Response) -> dict[str, Any]:
        posted = {"mimeType": "application/json", "text": request.body.decode()}
        asked = {"method": request.method, "url": request.url, "headers": named(request.headers), "postData": posted}
        return {
            "startedDateTime": DAY.isoformat(),
            "request": asked,
            "response": {"status": response.status, "headers": named(response.headers), "content": content(response)},
        }

    return json.dumps(
        {"log": {"version": version, "creator": {"name": "t"}, "entries": [one(*pair) for pair in pairs]}}
    ).encode()


def nock(pairs: Sequence[Pair], *, in_hex: bool = False) -> bytes:
    def one(request: Request, response: Response) -> dict[str, Any]:
        url = urlsplit(request.url)
        raw = [piece for pair in response.headers.items() for piece in pair]
        path = url.path + (f"?{url.query}" if url.query else "")
        answered: Any = (
            [response.body.hex()[:20], response.body.hex()[20:]]
            if in_hex
            else json.loads(response.body)
            if is_json(response.body)
            else response.body.decode()
        )
        asked = json.loads(request.body) if is_json(request.body) else request.body.decode()
        return {
            "scope": f"{url.scheme}://{url.netloc}:443",
            "method": request.method,
            "path": path,
            "body": asked,
            "status": response.status,
            "response": answered,
            "rawHeaders": raw,
            "reqheaders": request.headers,
            "responseIsBinary": in_hex,
        }

    return json.dumps([one(*pair) for pair in pairs]).encode()


def go_vcr(pairs: Sequence[Pair], *, version: int = 2) -> bytes:
    def one(request: Request, response: Response) -> dict[str, Any]:
        asked = {
            "method": request.method,
            "url": request.url,
            "headers": listed(request.headers),
            "body": text(request.body),
        }
        return {
            "request": asked,
            "response": {
                "status": f"{response.status} OK",
                "code": response.status,
                "headers": listed(response.headers),
                "body": text(response.body),
            },
        }

    return dumped({"version": version, "interactions": [one(*pair) for pair in pairs]})


# By the name of its file; those that keep no host say so.
WRITERS: dict[str, Callable[[Sequence[Pair]], bytes]] = {
    "vcrpy.yaml": vcrpy,
    "vcrpy.json": vcrpy_json,
    "parsed.yaml": vcrpy_parsed,
    "ruby.yml": ruby,
    "r.yml": r,
    "req_llm.json": req_llm,
    "text.har": har,
    "base64.har": partial(har, body="base64"),
    "pieces.har": partial(har, body="pieces"),
    "nock.json": nock,
    "hex.json": partial(nock, in_hex=True),
    "one.yaml": partial(go_vcr, version=1),
    "two.yaml": go_vcr,
    "vcrpy.yaml.gz": lambda pairs: gzip.compress(vcrpy(pairs)),
}
HOSTLESS: dict[str, Callable[[Sequence[Pair]], bytes]] = {
    "httpmock.yaml": httpmock,
    "httpmock64.yaml": partial(httpmock, body_encoding=True),
}
