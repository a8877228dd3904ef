"""YAML as libyaml's nodes, of which only what is asked for is looked at: quick, and an alias bomb never goes off."""

from __future__ import annotations

import base64
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out

_BINARY = "tag:yaml.org,2002:binary"


class _Parser(CParser):
    """libyaml's nodes, without the guessing of types and the building of objects."""

    def resolve(self, *_: Any) -> str:
        """The tag of what has none: every scalar is a string."""
        return ""

    def descend_resolver(self, *_: Any) -> None:
        """Nothing depends on the path."""

    def ascend_resolver(self) -> None:
        """Nothing depends on the path."""


def document(data: bytes) -> dict[str, Any]:
    """The fields of a document. Raises ValueError, worded to follow the file's name."""
    try:
        return fields(_Parser(data).get_single_node(), "document")
    except (yaml.YAMLError, UnicodeError, RecursionError, MemoryError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        msg = f"is no whole YAML file{where}; record it again"
        raise ValueError(msg) from error


def fields(node: Any, name: str) -> dict[str, Any]:
    """The fields of a mapping, as nodes."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    raise _wrong(name)


def items(node: Any, name: str) -> list[Any]:
    """The items of a list, as nodes."""
    if isinstance(node, yaml.SequenceNode):
        return node.value  # type: ignore[no-any-return]
    raise _wrong(name)


def text(tree: dict[str, Any], name: str, default: str | None = None) -> str:
    """A scalar; the default where it is absent or null."""
    node = tree.get(name)
    if isinstance(node, yaml.ScalarNode) and not (
        default is not None and not node.style and node.value in ("null", "~", "")
    ):
        return node.value  # type: ignore[no-any-return]
    if default is None or isinstance(node, yaml.CollectionNode):
        raise _wrong(name)
    return default


def whole(tree: dict[str, Any], name: str) -> int:
    """A whole number."""
    try:
        return int(text(tree, name))
    except ValueError:
        raise _wrong(name) from None


def content(tree: dict[str, Any], name: str) -> bytes:
    """A body: text, or what !!binary holds; empty where there is none."""
    written = text(tree, name, "")
    if not written or tree[name].tag != _BINARY:
        return written.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(written)
    except ValueError:
        raise _wrong(name) from None


def headers(tree: dict[str, Any]) -> dict[str, str]:
    """Lower-case names, the values of each joined; empty where there are none."""
    if not isinstance(tree.get("headers"), yaml.MappingNode):
        return {}
    joined = {}
    for name, node in fields(tree["headers"], "headers").items():
        values = node.value if isinstance(node, yaml.SequenceNode) else [node]
        joined[name.lower()] = ", ".join(value.value for value in values if isinstance(value, yaml.ScalarNode))
    return joined


def _wrong(name: str) -> ValueError:
    return ValueError(f"is cut or corrupt: {name!r} is missing or of the wrong type")
