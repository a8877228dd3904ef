"""Cassettes of go-vcr, versions 1 and 2: YAML.

version: 2
interactions:
- request: {method, url, headers, body}
response: {status: 200 OK, code: 200, headers, body}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from providers.base import Request, Response
from scoreboard.evidence.yaml_reader import fields, headers, text, whole
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._nodes import body, each, has_requests_with, listed
from scoreboard.traffic.kept import Kept

_VERSIONS = ("1", "2")


def claims(document: Document) -> bool:
    """Whether it has interactions whose requests have a `url`."""
    return any(
        isinstance(found, yaml.SequenceNode) and any(has_requests_with(item, "url") for item in found.value)
        for found in document.lists("interactions")
    )


def read(document: Document) -> Iterator[Kept]:
    """What was kept."""
    for node in document.nodes:
        version = text(fields(node, "document"), "version")
        if version not in _VERSIONS:
            msg = f"is version {version!r:.20} of go-vcr's format; only versions 1 and 2 are known: record it again"
            raise ValueError(msg)
    return each(listed(document, "interactions"), _kept)


def _kept(node: Any) -> Kept:
    tree = fields(node, "interactions")
    request, response = fields(tree.get("request"), "request"), fields(tree.get("response"), "response")
    return Kept(
        Request(text(request, "method"), text(request, "url"), body(request, "body")[0], headers(request)),
        Response(whole(response, "code"), headers(response), body(response, "body")[0]),
    )
