"""Cassettes of VCR, for Ruby, and of vcr, for R: YAML, or JSON.

    http_interactions:
    - request: {method, uri, headers, body: {encoding, string | base64_string}}
      response: {status: {code, message}, headers, body: {encoding, string | base64_string}}
      recorded_at: Wed, 19 Aug 2026 14:34:53 GMT
    recorded_with: VCR 6.3.1

R writes `status: 200`, or `status_code`, values of headers as bare strings, and leaves out what is empty. Bodies may be
`!binary`, with one exclamation mark.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import yaml

from providers.base import Request, Response
from scoreboard.evidence.yaml_reader import fields, headers, text, whole
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._nodes import Tree, body, each, listed, unpacked
from scoreboard.traffic.kept import Kept


def claims(document: Document) -> bool:
    """Whether it has `http_interactions`."""
    return any("http_interactions" in keys for keys in document.keys)


def read(document: Document) -> Iterator[Kept]:
    """What was kept."""
    return each(listed(document, "http_interactions"), _kept)


def _kept(node: Any) -> Kept:
    tree = fields(node, "http_interactions")
    request, response = fields(tree.get("request"), "request"), fields(tree.get("response"), "response")
    return Kept(
        Request(text(request, "method").upper(), text(request, "uri"), _body(request), headers(request)),
        Response(_status(response), headers(response), _body(response)),
        _when(text(tree, "recorded_at", "")),
    )


def _status(response: Tree) -> int:
    node = response.get("status")
    if isinstance(node, yaml.ScalarNode):
        return whole(response, "status")
    inner = fields(node, "status")
    return whole(inner, "code" if "code" in inner else "status_code")


def _body(side: Tree) -> bytes:
    node = side.get("body")
    if not isinstance(node, yaml.MappingNode):
        return body(side, "body")[0]
    inner = fields(node, "body")
    if "base64_string" not in inner:
        return body(inner, "string")[0]
    return unpacked(base64.b64decode(text(inner, "base64_string", "")))


def _when(written: str) -> str:
    """The day; R writes it as it should be, Ruby as a header does."""
    try:
        return parsedate_to_datetime(written).date().isoformat()
    except (ValueError, TypeError):
        return written
