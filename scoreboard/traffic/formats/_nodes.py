"""What the YAML forms have in common: sides of an exchange as nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
import yaml
from msgspec import structs

from providers.base import Response
from scoreboard.evidence.yaml_reader import content, fields, items, value
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._packed import inflated
from scoreboard.traffic.kept import Grade, Kept

Tree = dict[str, Any]


def each(found: Iterable[Any], read: Callable[[Any], Kept]) -> Iterator[Kept]:
    """What was kept, numbered; of what cannot be read, why."""
    for place, item in enumerate(found, 1):
        try:
            yield structs.replace(read(item), place=place)
        except (ValueError, RecursionError) as error:
            why = str(error) or "is cut or corrupt"
            yield Kept(None, Response(0, {}, b""), place=place, broken=why)


def listed(document: Document, name: str) -> Iterator[Any]:
    """The items of a list, of all documents of a file."""
    for node in document.nodes:
        yield from items(fields(node, "document").get(name), name)


def has_requests_with(item: Any, name: str) -> bool:
    """Whether an interaction has a request, and that a field of this name."""
    if not isinstance(item, yaml.MappingNode):
        return False
    request = fields(item, "interactions").get("request")
    return isinstance(request, yaml.MappingNode) and name in fields(request, "request")


def body(tree: Tree, name: str) -> tuple[bytes, Grade]:
    """A body: text, binary or pieces; or a tree, which the recorder made of it. Compression is undone."""
    if isinstance(tree.get(name), yaml.MappingNode):
        return rewritten(tree[name]), "rewritten"
    return unpacked(content(tree, name)), "bytes"


def rewritten(node: Any) -> bytes:
    """JSON of a body that is kept as a tree."""
    return msgspec.json.encode(value(node))


def unpacked(written: bytes) -> bytes:
    """A body without its compression; one that is not whole stays as it is."""
    try:
        return inflated(written)
    except ValueError:
        return written
