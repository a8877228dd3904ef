"""A tree of plain values as YAML, written line by line.

PyYAML makes an object of every value and looks at each text many times, to leave out quotes where it can: it took a
tenth of a live run's time. Here texts are quoted, always; those of several lines stand as they are, line below line;
what has characters that YAML would read otherwise is left to PyYAML.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Any

import yaml

_WORD = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z_-]*")
_STEP = "  "
_WIDE = 2**30


def emitted(tree: dict[str, Any]) -> bytes:
    """The YAML, in UTF-8. Values are dicts, lists (but of lists), texts, bytes, numbers or None."""
    pieces: list[str] = []
    _mapping(tree, "", pieces)
    return "".join(pieces).encode()


def _mapping(tree: dict[str, Any], indent: str, pieces: list[str], first: str = "") -> None:
    """`first` stands in place of the first key's indent."""
    begin = first or indent
    for key, value in tree.items():
        pieces.append(f"{begin}{_key(key)}:")
        _value(value, indent, pieces)
        begin = indent


def _value(value: Any, indent: str, pieces: list[str]) -> None:
    """What comes after a key that is so far indented."""
    if isinstance(value, dict) and value:
        pieces.append("\n")
        _mapping(value, indent + _STEP, pieces)
    elif isinstance(value, list) and value:
        pieces.append("\n")
        for inner in value:
            if isinstance(inner, dict) and inner:
                _mapping(inner, indent + _STEP, pieces, f"{indent}- ")
            else:
                pieces.append(f"{indent}-")
                _value(inner, indent, pieces)
    elif isinstance(value, str):
        pieces.append(f" {_text(value, indent + _STEP)}\n")
    elif isinstance(value, bytes):
        coded = base64.encodebytes(value).decode().splitlines()
        pieces += [" !!binary |", *(f"\n{indent}{_STEP}{line}" for line in coded), "\n"]
    else:
        pieces.append(" null\n" if value is None else f" {value!r}\n")  # a number, or an empty dict or list


@lru_cache(1000)
def _key(text: str) -> str:
    """A plain word where it is one in any reader's eyes. Names of headers are hostile."""
    return text if _WORD.fullmatch(text) else _text(text, "", lines=False)


def _text(text: str, indent: str, *, lines: bool = True) -> str:
    if not text.replace("\n", "").replace("\t", "").isprintable() or ("\n" in text and (text.isspace() or not lines)):
        return yaml.dump(text, Dumper=yaml.CSafeDumper, default_style='"', width=_WIDE).strip()
    if "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    first = len(_STEP) if text[0] in " \n\t" else ""
    last = "+" if text.endswith("\n\n") else "" if text.endswith("\n") else "-"
    body = "\n".join(f"{indent}{line}" if line else "" for line in text.removesuffix("\n").split("\n"))
    return f"|{first}{last}\n{body}"
