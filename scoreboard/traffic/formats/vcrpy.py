"""Cassettes of vcrpy, version 1: YAML, or JSON.

    interactions:
    - request: {method, uri, headers, body}
      response: {status: {code, message}, headers, body: {string}}
    version: 1

Dialects: bodies as `parsed_body`, a tree that a serializer made of them; `status_code` and `content` of an early
version; bodies in pieces; gzip within `!!binary`; names of headers that are to be made by code, which is not run. Our
own cassettes are such files too, with more beside each interaction (`scoreboard`). A file without `version` is taken
for version 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from providers.base import Request, Response
from scoreboard.evidence.cassettes import interaction_of
from scoreboard.evidence.yaml_reader import fields, headers, text, whole
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._nodes import Tree, body, each, has_requests_with, listed, rewritten
from scoreboard.traffic.kept import Grade, Kept

_BESIDE = "scoreboard"


def claims(document: Document) -> bool:
    """Whether it has interactions whose requests have a `uri`."""
    return any(
        not isinstance(found, yaml.SequenceNode)
        or not found.value
        or any(has_requests_with(item, "uri") for item in found.value)
        for found in document.lists("interactions")
    )


def read(document: Document) -> Iterator[Kept]:
    """What was kept."""
    if not any(found.value for found in document.lists("interactions")):
        return iter(())
    for node in document.nodes:
        version = text(fields(node, "document"), "version", "1")
        if version != "1":
            msg = f"is version {version!r:.20} of vcrpy's format; only version 1 is known: record it again"
            raise ValueError(msg)
    return each(listed(document, "interactions"), _kept)


def _kept(node: Any) -> Kept:
    tree = fields(node, "interactions")
    if _BESIDE in tree:
        return _own(tree)
    request, response = fields(tree.get("request"), "request"), fields(tree.get("response"), "response")
    asked, one = _parsed(request) or body(request, "body")
    answered, other = _parsed(response) or _answer(response)
    status = response.get("status")
    code = whole(fields(status, "status"), "code") if status else whole(response, "status_code")
    return Kept(
        Request(text(request, "method").upper(), text(request, "uri"), asked, headers(request)),
        Response(code, headers(response), answered),
        text(tree, "recorded_at", ""),
        grade="rewritten" if "rewritten" in (one, other) else "bytes",
    )


def _parsed(side: Tree) -> tuple[bytes, Grade] | None:
    return (rewritten(side["parsed_body"]), "rewritten") if "parsed_body" in side else None


def _answer(response: Tree) -> tuple[bytes, Grade]:
    """The body: {string}, or as it is."""
    node = response.get("body")
    if isinstance(node, yaml.MappingNode):
        inner = fields(node, "body")
        return body(inner, "string") if "string" in inner or not inner else (rewritten(node), "rewritten")
    return body(response, "body" if node is not None else "content")


def _own(tree: Tree) -> Kept:
    kept = interaction_of(tree)
    return Kept(
        kept.request, kept.response, kept.observed_at, question=kept.question, sample=kept.sample,
        expects=kept.expects, all_headers=True,
    )  # fmt: skip
