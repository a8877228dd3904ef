"""A file's bytes as documents: YAML as libyaml's nodes, JSON as values, lines of data as lines."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec
import yaml

from scoreboard.evidence.yaml_reader import documents
from scoreboard.traffic.formats._packed import inflated

_LINES = re.compile(rb"\s*(data|event|id|retry|:) ?:?[^\n]*\n")


class Document:
    """The content of a file: YAML (`nodes`), JSON (`value`), or data, a piece a line (`lines`)."""

    def __init__(self, nodes: Sequence[Any] = (), value: Any = None, lines: Sequence[bytes] = ()) -> None:
        self.value, self.lines = value, lines
        self._nodes = list(nodes)

    @cached_property
    def nodes(self) -> list[Any]:
        """YAML documents; JSON in their place is as good."""
        return self._nodes or ([as_node(self.value)] if isinstance(self.value, dict) else [])

    def lists(self, name: str) -> list[Any]:
        """The field of that name of all documents that have it, as nodes."""
        if not any(name in keys for keys in self.keys):
            return []
        return [value for node in self.nodes for key, value in node.value if key.value == name]

    @cached_property
    def keys(self) -> list[frozenset[str]]:
        """The names of each document's fields."""
        if isinstance(self.value, dict):
            return [frozenset(self.value)]
        return [
            frozenset(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
            if isinstance(node, yaml.MappingNode)
            else frozenset()
            for node in self._nodes
        ]


def parsed(data: bytes) -> Document:
    """The content of a file. Raises ValueError, worded to follow its name."""
    data = inflated(data).removeprefix(b"\xef\xbb\xbf")
    begin = data[:4096].lstrip()
    if not begin:
        msg = "is empty; record it again"
        raise ValueError(msg)
    if begin[:1] in b"{[":
        try:
            return Document(value=decoded(data))
        except ValueError as error:
            lines = [line for line in data.splitlines() if line.strip()]
            if len(lines) > 1 and all(line.lstrip()[:1] == b"{" for line in lines) and is_json(lines[0]):
                return Document(lines=lines)
            return _yaml(data, error)
    if _LINES.match(begin) and (lines := _of_events(data)):
        return Document(lines=lines)
    return Document(nodes=documents(data))


def _yaml(data: bytes, error: ValueError) -> Document:
    """What begins as JSON may be YAML that does without indents, which alone may have plain names."""
    try:
        nodes = documents(data)
    except ValueError:
        raise error from None
    return Document(nodes=nodes)


def decoded(data: bytes) -> Any:
    """JSON. Raises ValueError, worded to follow the file's name."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        try:
            return json.loads(data)  # takes halves of pairs that stand for one character as well
        except (ValueError, RecursionError):
            msg = f"is no whole JSON: {error}; record it again"
            raise ValueError(msg) from error


def is_json(line: bytes) -> bool:
    """Whether it is JSON."""
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True


def _of_events(data: bytes) -> list[bytes]:
    """The data of server-sent events; empty where it is something else."""
    found = [line[5:].strip() for line in data.splitlines() if line.startswith(b"data:")]
    return found if found and all(is_json(line) for line in found if line != b"[DONE]") else []


def as_node(value: Any) -> Any:
    """JSON as YAML nodes."""
    match value:
        case dict():
            pairs = [(yaml.ScalarNode("", str(key), style='"'), as_node(item)) for key, item in value.items()]
            return yaml.MappingNode("", pairs)
        case list():
            return yaml.SequenceNode("", [as_node(item) for item in value])
        case str():
            return yaml.ScalarNode("", value, style='"')
        case _:
            return yaml.ScalarNode("", json.dumps(value))
