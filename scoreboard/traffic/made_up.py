"""Replies that people made up rather than recorded, as far as their bytes tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct


class Tell(Struct, frozen=True):
    """What only a made-up reply holds: in which fields, how the value is recognised, and what to say of it."""

    fields: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    says: str


_IDS = (b'"id"', b'"responseId"')
_CALLS = (b'"toolUseId"', b'"tool_call_id"', b'"call_id"')
_KINDS = rb"(?:chatcmpl|cmpl|resp|msg|gen)[-_]"
# Ids of servers are random, or count: one of them gives its answers numbers of three digits ("chatcmpl-123").
TELLS = (
    Tell(_IDS, re.compile(_KINDS + rb'[a-z]+(?:[-_][a-z]+){0,5}(?:[-_]?\d{1,4})?"'), "its id is made of words"),
    Tell(_IDS, re.compile(rb'(?:cmpl|resp|msg|gen)[-_]\d{1,6}"'), "its id is too short"),
    Tell(
        _IDS,
        re.compile(rb'(?:test|mock|fake|dummy)[-_]?(?:id|response|message|completion)?[-_\d]*"'),
        "its id is a word",
    ),
    Tell(_CALLS, re.compile(rb'(?:tool-use-id|call-id|test[\w-]*)"'), "the id of a call is a word"),
    Tell((b'"created"', b'"created_at"'), re.compile(rb"(?:123456789\d?|1677652288)\b"), "its time is an example's"),
)
_BEFORE = re.compile(rb'\s*:\s*"?')


def tell_of(body: bytes) -> str:
    """Why a reply was made up; empty where nothing tells."""
    for tell in TELLS:
        if any(tell.pattern.match(body, at) for name in tell.fields for at in _values(body, name)):
            return tell.says
    return ""


def _values(body: bytes, name: bytes) -> Iterator[int]:
    """Where the values of the first and the last field of that name begin."""
    first = body.find(name)
    if first < 0:
        return
    for at in {first, body.rfind(name)}:
        if found := _BEFORE.match(body, at + len(name)):
            yield found.end()
