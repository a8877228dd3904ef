"""Recordings of httpmock, for Rust: YAML, a document an exchange.

    when: {path, method, query_param: [{name, value}], header: [{name, value}], body}
    then: {status, header: [{name, value}], body, body_encoding}

There is no host. Bodies are what the recorder made of them: parsed and sorted, ids replaced.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import yaml

from providers.base import Request, Response
from scoreboard.evidence.yaml_reader import fields, items, text, whole
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._nodes import Tree, body, each, unpacked
from scoreboard.traffic.kept import Kept


def claims(document: Document) -> bool:
    """Whether a document has `when` and `then`."""
    return any({"when", "then"} <= keys for keys in document.keys)


def read(document: Document) -> Iterator[Kept]:
    """What was kept."""
    return each(document.nodes, _kept)


def _kept(node: Any) -> Kept:
    tree = fields(node, "document")
    asked, answered = fields(tree.get("when"), "when"), fields(tree.get("then"), "then")
    url = text(asked, "path")
    if query := _pairs(asked, "query_param"):
        url += "?" + urlencode(query)
    return Kept(
        Request(text(asked, "method", "GET").upper(), url, _body(asked), _headers(asked)),
        Response(whole(answered, "status"), _headers(answered), _body(answered)),
        grade="rewritten",
    )


def _body(side: Tree) -> bytes:
    found, _ = body(side, "body")
    return unpacked(base64.b64decode(found)) if text(side, "body_encoding", "") == "base64" else found


def _headers(side: Tree) -> dict[str, str]:
    return {name.lower(): value for name, value in _pairs(side, "header")}


def _pairs(side: Tree, name: str) -> list[tuple[str, str]]:
    node = side.get(name)
    if isinstance(node, yaml.MappingNode):
        return [(key, text({key: value}, key, "")) for key, value in fields(node, name).items()]
    if not isinstance(node, yaml.SequenceNode):
        return []
    found = (fields(item, name) for item in items(node, name))
    return [(text(pair, "name"), text(pair, "value", "")) for pair in found]
