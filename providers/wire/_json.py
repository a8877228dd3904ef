"""JSON from a provider, read with suspicion: wrong types are BadReply, fields nobody reads are remembered."""

from __future__ import annotations

import builtins
from typing import Any

import msgspec

from providers.base import BadReply


def loads(data: bytes | str, where: str = "body") -> Any:
    """Any JSON value. Raises BadReply for what is no JSON, is not UTF-8, or is nested too deep."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        msg = f"the {where} is no JSON: {error}"
        raise BadReply(msg) from error


def dumps(value: Any) -> bytes:
    """JSON, without blanks."""
    return msgspec.json.encode(value)


def arguments(raw: str) -> dict[str, Any] | None:
    """A tool call's arguments, or None where they are no JSON object."""
    try:
        value = loads(raw)
    except BadReply:
        return None
    return value if isinstance(value, dict) else None


class Tree:
    """A JSON object read field by field. A field of the wrong type raises BadReply with its path; an absent or null one
    gives the default. What was never read is listed by `unread`, so that drift of a wire is seen, not lost.
    """

    __slots__ = ("_children", "_read", "path", "value")

    def __init__(self, value: Any, path: str = "") -> None:
        if value is not None and not isinstance(value, dict):
            msg = f"{path or 'the body'} is {_kind(value)} where an object should be"
            raise BadReply(msg)
        self.value: dict[str, Any] = value or {}
        self.path = path
        self._read: set[str] = set()
        self._children: list[Tree] = []

    def __bool__(self) -> bool:
        return bool(self.value)

    def __contains__(self, key: builtins.str) -> builtins.bool:
        return self.value.get(key) is not None

    def any(self, key: builtins.str) -> Any:
        """The raw value, or None. Its inside counts as read."""
        self._read.add(key)
        return self.value.get(key)

    def _typed(self, key: builtins.str, kinds: type | tuple[type, ...], name: builtins.str) -> Any:
        value = self.any(key)
        if value is None or (isinstance(value, kinds) and not (isinstance(value, bool) and kinds is not bool)):
            return value
        msg = f"{self._at(key)} is {_kind(value)} where {name} should be"
        raise BadReply(msg)

    def whole(self, key: builtins.str) -> builtins.int | None:
        """A whole number; None where it is absent."""
        return self.int(key) if key in self else None

    def strings(self, key: builtins.str) -> tuple[builtins.str, ...]:
        """A list of strings, or one alone."""
        value = self.any(key)
        found = (value,) if isinstance(value, str) else tuple(self.items(key))
        if all(isinstance(item, str) for item in found):
            return found
        msg = f"{self._at(key)}[] is no string"
        raise BadReply(msg)

    def str(self, key: builtins.str, default: builtins.str = "") -> builtins.str:
        """A string."""
        value = self._typed(key, str, "a string")
        return default if value is None else value

    def int(self, key: builtins.str, default: builtins.int = 0) -> builtins.int:
        """A whole number (a float that is whole will do)."""
        value = self._typed(key, (int, float), "a number")
        if isinstance(value, float) and not value.is_integer():
            msg = f"{self._at(key)} is {value} where a whole number should be"
            raise BadReply(msg)
        return default if value is None else int(value)

    def float(self, key: builtins.str) -> builtins.float | None:
        """A number."""
        value = self._typed(key, (int, float), "a number")
        try:
            return None if value is None else float(value)
        except OverflowError as error:
            msg = f"{self._at(key)} is a number beyond any bounds"
            raise BadReply(msg) from error

    def bool(self, key: builtins.str) -> builtins.bool:
        """True or False; absent is False."""
        return bool(self._typed(key, bool, "true or false"))

    def tree(self, key: builtins.str) -> Tree:
        """An object; an absent one is empty."""
        value = self.any(key)
        if value is None:  # most are: what is absent has nothing unread
            return Tree(None)
        child = Tree(value, self._at(key))
        self._children.append(child)
        return child

    def trees(self, key: builtins.str) -> list[Tree]:
        """A list of objects; an absent one is empty."""
        items = self.items(key)
        if not items:
            return []
        path = f"{self._at(key)}[]"
        found = [Tree(item, path) for item in items]
        self._children += found
        return found

    def items(self, key: builtins.str) -> list[Any]:
        """A list of anything; an absent one is empty."""
        return self._typed(key, list, "a list") or []

    def known(self, *keys: builtins.str) -> Tree:
        """Marks fields that are known and of no use here. Returns self."""
        self._read.update(keys)
        return self

    def unread(self, found: set[builtins.str] | None = None) -> set[builtins.str]:
        """Paths of the fields that nobody read, lists shown as `[]`; added to those that are found already."""
        found = set() if found is None else found
        if not self.value.keys() <= self._read:
            found.update(self._at(key) for key in self.value if key not in self._read)
        for child in self._children:
            child.unread(found)
        return found

    def _at(self, key: builtins.str) -> builtins.str:
        return f"{self.path}.{key}" if self.path else key


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}.get(type(value), f"{value!r:.40}")
