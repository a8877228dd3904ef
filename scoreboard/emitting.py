"""A tree of plain values as YAML, by events.

PyYAML's way from values to events looks at each text with a dozen patterns, to leave out quotes where it can, and costs twice as much as
writing; here texts are quoted, always.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

_WIDTH = 140
_WORD = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z_-]*")


def emitted(tree: dict[str, Any]) -> bytes:
    """The YAML, in UTF-8. Values are dicts, lists, texts, bytes, numbers or None."""
    events = [StreamStartEvent(), DocumentStartEvent(explicit=False), *_events(tree), DocumentEndEvent(explicit=False), StreamEndEvent()]
    text: str = yaml.emit(events, Dumper=yaml.CSafeDumper, width=_WIDTH, allow_unicode=True)
    return text.encode()


def _events(value: Any) -> Iterator[Event]:
    if isinstance(value, dict):
        yield MappingStartEvent(None, None, implicit=True, flow_style=False)
        for key, inner in value.items():
            yield _key(key)
            yield from _events(inner)
        yield MappingEndEvent()
    elif isinstance(value, list):
        yield SequenceStartEvent(None, None, implicit=True, flow_style=bool(value) and not isinstance(value[0], dict | list))
        for inner in value:
            yield from _events(inner)
        yield SequenceEndEvent()
    elif isinstance(value, str):
        yield _short(value) if len(value) < 100 else _quoted(value)
    elif isinstance(value, bytes):
        yield ScalarEvent(None, "tag:yaml.org,2002:binary", (False, False), base64.encodebytes(value).decode(), style="|")
    else:
        yield _plain("null" if value is None else repr(value))


@lru_cache(1000)
def _key(text: str) -> ScalarEvent:
    """A plain word where it is one in any reader's eyes. Names of headers are hostile."""
    return _plain(text) if _WORD.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> ScalarEvent:
    return ScalarEvent(None, None, (False, True), text)


@lru_cache(1000)
def _short(text: str) -> ScalarEvent:
    """Headers say the same again and again."""
    return _quoted(text)


@lru_cache(1000)
def _plain(text: str) -> ScalarEvent:
    return ScalarEvent(None, None, (True, False), text)
