"""What the JSON forms have in common: values that are of the wrong type are told by their names."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from scoreboard.traffic.formats._nodes import unpacked

_HEX = re.compile(r"(?:[0-9a-f]{2})+", re.IGNORECASE)


def wrong(name: str) -> ValueError:
    """What is to be raised of a field that is missing or of the wrong type."""
    return ValueError(f"is cut or corrupt: {name!r} is missing or of the wrong type")


def fields(value: Any, name: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise wrong(name)
    return value


def text(tree: dict[str, Any], name: str, default: str | None = None) -> str:
    """A string; the default where it is absent or null."""
    found = tree.get(name)
    if found is None and default is not None:
        return default
    if not isinstance(found, str):
        raise wrong(name)
    return found


def whole(tree: dict[str, Any], name: str) -> int:
    """A whole number."""
    found = tree.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise wrong(name)
    return found


def joined(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Headers: lower-case names, the values of each joined."""
    found: dict[str, str] = {}
    for name, values in pairs:
        for value in values if isinstance(values, list) else [values]:
            key = str(name).lower()
            found[key] = f"{found[key]}, {value}" if key in found else str(value)
    return found


def from_base64(written: str, name: str) -> bytes:
    """The bytes, their compression undone."""
    try:
        return unpacked(base64.b64decode(written))
    except ValueError:
        raise wrong(name) from None


def written(body: Any) -> bytes:
    """A body as bytes: text, or JSON of a tree."""
    if body is None:
        return b""
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else msgspec.json.encode(body)


def from_hex(pieces: list[str]) -> bytes:
    """Text in pieces, or bytes in hexadecimal pieces: each is the latter where all are."""
    if pieces and all(_HEX.fullmatch(piece) for piece in pieces):
        return unpacked(bytes.fromhex("".join(pieces)))
    return "".join(pieces).encode("utf-8", "surrogatepass")
