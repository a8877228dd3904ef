"""YAML as libyaml's nodes, of which only what is asked for is looked at: quick, and an alias bomb never goes off."""

from __future__ import annotations

import base64
import operator
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out

_BINARY = ("tag:yaml.org,2002:binary", "!binary")
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}
_DEEPEST, _DEEP, _LARGE = 1000, 5000, 8 * 1024 * 1024
_MOST = 1_000_000  # values of one body; aliases can make more of a small file


class _Parser(CParser):
    """libyaml's nodes, without the guessing of types and the building of objects: every scalar is a string, its tag
    "", and nothing depends on its path. These are called for each node, and need no code of ours.
    """

    resolve: Callable[..., str] = "".format
    descend_resolver: Callable[..., Any] = operator.is_
    ascend_resolver: Callable[..., Any] = tuple


class _Careful(_Parser):
    """The same, which ends where nodes lie deeper in each other than in any recording: libyaml's own way down has no
    end but that of the process.
    """

    def __init__(self, data: bytes) -> None:
        self._left = _DEEPEST
        super().__init__(data)

    def descend_resolver(self, *_: Any) -> None:
        """One step down."""
        self._left -= 1
        if self._left < 0:
            raise RecursionError

    def ascend_resolver(self) -> None:
        """One step up."""
        self._left += 1


def _parser(data: bytes) -> _Parser:
    """Whichever is safe: only what has many signs of nesting, or is large, can be deep."""
    signs = data.count(b"[") + data.count(b"{") + data.count(b"- ") + data.count(b"? ")
    return _Careful(data) if signs > _DEEP or len(data) > _LARGE else _Parser(data)


def document(data: bytes) -> dict[str, Any]:
    """The fields of a file's only document. Raises ValueError, worded to follow the file's name."""
    nodes = documents(data)
    if len(nodes) > 1:
        msg = f"is cut or corrupt: it holds {len(nodes)} documents, not one"
        raise ValueError(msg)
    return fields(nodes[0] if nodes else None, "document")


def documents(data: bytes) -> list[Any]:
    """The documents of a file, as nodes. Raises ValueError, worded to follow the file's name."""
    try:
        return list(_documents(_parser(data)))
    except (yaml.YAMLError, UnicodeError, RecursionError, MemoryError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        msg = f"is no whole YAML file{where}; record it again"
        raise ValueError(msg) from error


def _documents(parser: _Parser) -> Iterator[Any]:
    while parser.check_node():
        yield parser.get_node()


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
    """A body: text, or what !!binary holds; pieces of it joined; empty where there is none."""
    if isinstance(tree.get(name), yaml.SequenceNode):
        return b"".join(content({name: piece}, name) for piece in tree[name].value)
    written = text(tree, name, "")
    if not written or tree[name].tag not in _BINARY:
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
    for name, node in tree["headers"].value:
        key = (name.value if isinstance(name, yaml.ScalarNode) else _words(name)).lower()
        if isinstance(node, yaml.ScalarNode):
            joined[key] = node.value
        elif len(node.value) == 1 and isinstance(node.value[0], yaml.ScalarNode):
            joined[key] = node.value[0].value
        else:
            joined[key] = ", ".join(value.value for value in node.value if isinstance(value, yaml.ScalarNode))
    return joined


def _words(node: Any) -> str:
    """A name, also where it is to be made by code: the text that it would be made of."""
    while isinstance(node, yaml.CollectionNode) and node.value:
        first = node.value[0]
        node = first[1] if isinstance(first, tuple) else first
    return node.value if isinstance(node, yaml.ScalarNode) else ""


def value(node: Any) -> Any:
    """What a node stands for, in JSON's types; a foreign tag means nothing. Raises ValueError where aliases make of it
    more than anybody can hold.
    """
    return _value(node, [_MOST])


def _value(node: Any, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        msg = "is cut or corrupt: its aliases make a body without end"
        raise ValueError(msg)
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style in ("'", '"', "|", ">") or node.tag in _BINARY else _scalar(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, left) for item in node.value]
    return {_words(key): _value(item, left) for key, item in node.value}


def _scalar(written: str) -> Any:
    """A plain scalar. What is written by a library needs none of YAML's odder ways to write a number."""
    if written in _WORDS:
        return _WORDS[written]
    if written[0] in "+-.0123456789":
        for number in (int, float):
            try:
                return number(written)
            except ValueError:
                continue
    return written


def _wrong(name: str) -> ValueError:
    return ValueError(f"is cut or corrupt: {name!r} is missing or of the wrong type")
