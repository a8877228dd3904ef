"""Fields read for their meaning where they come in another form than the documentation gives them: an object or a
list where a text should be, and the other way round. Each reading is noted as a repair.
"""

from __future__ import annotations

from typing import Any

import msgspec

from providers.base import BadReply
from providers.wire._json import Tree, arguments
from providers.wire._repairs import repair

_FORMS = {dict: "an object", list: "a list", str: "text"}


def text(tree: Tree, key: str) -> str:
    """A text; one that comes as a part or a list of parts is joined, and a JSON value is written out."""
    value = tree.any(key)
    if isinstance(value, dict | list):
        repair(f"{key} came as {_FORMS[type(value)]}, not as text")
        return _written(value)
    return tree.str(key)


def _written(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    texts = [part if isinstance(part, str) else part.get("text") if isinstance(part, dict) else None for part in parts]
    if all(isinstance(said, str) for said in texts):
        return "".join(said for said in texts if said)
    return msgspec.json.encode(value).decode()


def parts(tree: Tree, key: str) -> list[Tree]:
    """A list of objects; one alone, or a bare text, is a list of one."""
    value = tree.any(key)
    if isinstance(value, str):
        repair(f"{key} came as text, not as a list")
        return [Tree({"type": "text", "text": value}, key)] if value else []
    if isinstance(value, dict):
        repair(f"{key} came as an object, not as a list")
        return [tree.tree(key)]
    return tree.trees(key)


def table(tree: Tree, key: str) -> Tree:
    """An object; a number or a flag in its place says nothing, and is none."""
    if isinstance(tree.any(key), bool | int | float):
        repair(f"{key} came as a number, not as an object")
        return Tree(None, key)
    return tree.tree(key)


def listed(tree: Tree, key: str) -> Any:
    """What should be a list, to be read further; a number in its place is none."""
    value = tree.any(key)
    if isinstance(value, bool | int | float):
        repair(f"{key} came as a number, not as a list")
        return None
    return value


def rows(tree: Tree, key: str) -> list[Tree]:
    """A list of objects; a number in its place, or in the place of one of them, says nothing."""
    value = listed(tree, key)
    if value is None:
        return []
    if isinstance(value, list) and any(isinstance(item, int | float) for item in value):
        repair(f"{key} came as numbers, not as objects")
        return [Tree(item, f"{key}[]") for item in value if isinstance(item, dict)]
    return tree.trees(key)


def raw_arguments(given: Any) -> str:
    """A call's arguments as the text that they should be."""
    if given is None or isinstance(given, str):
        return given or ""
    if not isinstance(given, dict):
        msg = f"arguments came as {given!r:.40}"
        raise BadReply(msg)
    repair("arguments came as an object, not as text")
    return msgspec.json.encode(given).decode()


def input_of(given: Any, key: str) -> Any:
    """A call's arguments as the object that they should be, or what came where they are none."""
    if isinstance(given, str) and (read := arguments(given)) is not None:
        repair(f"{key} came as text, not as an object")
        return read
    return given


def summed(*counts: int) -> int:
    """Counts added up; one below zero is no count, and makes no sum."""
    return min(counts) if min(counts) < 0 else sum(counts)
