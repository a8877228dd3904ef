"""Fills JSON schemas: objects that were asked for, and the arguments of tools."""

import re
from collections.abc import Callable
from typing import Any

Pick = Callable[[list[Any]], Any]

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"[\"“‘`]([^\"”’`]+)[\"”’`]")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b([A-Z]\w+(?: [A-Z]\w+)*)")
_KEY = re.compile(r"\b(?:keys?|fields?|property|properties|named|called)\b\W+(\w+)", re.IGNORECASE)
_SNAKE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")


def first(values: list[Any]) -> Any:
    """The value that is listed first."""
    return values[0]


def last(values: list[Any]) -> Any:
    """The value that is listed last: nobody can say of it that it just takes the first."""
    return values[-1]


class Filler:
    """Makes an instance of a schema; numbers, names and quoted words are taken from the text in their order."""

    def __init__(self, schema: dict[str, Any], text: str, pick: Pick = first, word: str = "") -> None:
        self._root = schema
        self._pick = pick
        self._text = text
        self._numbers = [_plain(number) for number in _NUMBER.findall(text)]
        self._word = word

    def fill(self) -> Any:
        return self._fill(self._root, "", 0)

    def _fill(self, schema: dict[str, Any], name: str, depth: int) -> Any:
        if depth > 12:
            return None
        if isinstance(reference := schema.get("$ref"), str):
            return self._fill(self._resolve(reference), name, depth + 1)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._pick(list(schema["enum"]))
        for choice in ("anyOf", "oneOf", "allOf"):
            if schema.get(choice):
                return self._fill(schema[choice][0], name, depth + 1)
        match _kind(schema):
            case "object":
                named = schema.get("properties", {})
                return {key: self._fill(value, key, depth + 1) for key, value in named.items()}
            case "array" if told := _told(name, self._text):
                return re.split(r",\s*|\s+and\s+", told)
            case "array":
                return [self._fill(schema.get("items", {}), name, depth + 1)] * max(1, schema.get("minItems", 1))
            case "boolean":
                return True
            case "integer":
                return int(self._number(schema))
            case "number":
                return self._number(schema)
            case "null":
                return None
        return self._string(name)

    def _resolve(self, reference: str) -> dict[str, Any]:
        found: Any = self._root
        for part in reference.lstrip("#/").split("/"):
            if part:
                found = found[part]
        return dict(found)

    def _number(self, schema: dict[str, Any]) -> int | float:
        if self._numbers:
            text = self._numbers.pop(0)
            return float(text) if "." in text else int(text)
        return int(schema.get("minimum", 1))

    def _string(self, name: str) -> str:
        if self._word:
            return self._word
        if told := _told(name, self._text):
            return told
        if re.search(r"number|value|amount|\bx\b", name) and self._numbers:
            return self._numbers.pop(0)
        if found := _QUOTED.search(self._text):
            return found[1]
        if names := _NAME.findall(self._text):
            return str(names[-1])
        return self._numbers.pop(0) if self._numbers else "banana"


def numbers(text: str) -> list[int]:
    """The whole numbers of a text, of three digits or more, each once."""
    found = (_plain(number) for number in _NUMBER.findall(text))
    return list(dict.fromkeys(int(number) for number in found if len(number) > 2 and number.lstrip("-").isdecimal()))


def _told(name: str, text: str) -> str:
    """What a text says that something of this name is: "the name is Ann, the zip code is 12, the tags are a and b."."""
    is_told = rf"\bthe {re.escape(name)}(?: \w+)? (?:is|are)(?:, [^,]+,)? (.+?)(?:, (?:and )?the |\. |\.?$)"
    said = name and re.search(is_told, text)
    return said[1] if said else ""


def schemaless(text: str, word: str = "") -> dict[str, Any]:
    """An object for a question that asks for JSON and names its keys in words."""
    keys = _SNAKE.findall(text) or _KEY.findall(text) or _QUOTED.findall(text) or ["answer"]
    yes = re.compile(r"^(is|has|can|are|was)_")
    return {key: True if yes.match(key) else word or "banana" for key in keys[:3]}


def enumerated(schema: dict[str, Any]) -> list[Any]:
    """The values of the first parameter that has a fixed choice."""
    for value in schema.get("properties", {}).values():
        if value.get("enum"):
            return list(value["enum"])
    return []


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    return str(kind).lower()


def _plain(number: str) -> str:
    """132,413 and 132413 are the same number; 1.5 keeps its point."""
    return re.sub(r",(?=\d{3}\b)", "", number).rstrip(".,")
