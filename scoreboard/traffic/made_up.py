"""Replies that people made up rather than recorded, as far as their bytes tell."""

from __future__ import annotations

import re

from msgspec import Struct


class Tell(Struct, frozen=True):
    """What only a made-up reply holds: in which fields, which values, and what to say of each."""

    fields: tuple[bytes, ...]
    values: tuple[tuple[re.Pattern[bytes], str], ...]


_NAMES = rb"(?:test|mock|fake|dummy)[-_]?(?:id|response|message|completion)?"
_KINDS = rb"(?:chatcmpl|cmpl|resp|msg|gen)[-_]"
# Ids of servers are random, or count: one of them gives its answers numbers of three digits ("chatcmpl-123").
TELLS = (
    Tell(
        (b'"id"', b'"responseId"'),
        (
            (re.compile(_KINDS + rb'[a-z]+(?:[-_][a-z]+){0,5}(?:[-_]?\d{1,4})?"'), "its id is made of words"),
            (re.compile(rb'(?:cmpl|resp|msg|gen)[-_]\d{1,6}"'), "its id is too short"),
            (re.compile(_NAMES + rb'[-_\d]*"'), "its id is a word"),
        ),
    ),
    Tell(
        (b'"toolUseId"', b'"tool_call_id"', b'"call_id"'),
        ((re.compile(rb'(?:tool-use-id|call-id|test[\w-]*)"'), "the id of a call is a word"),),
    ),
    Tell(
        (b'"created"', b'"created_at"'),
        ((re.compile(rb"(?:123456789\d?|1677652288)\b"), "its time is an example's"),),
    ),
)
_BEFORE = re.compile(rb'\s*:\s*"?')


def tell_of(body: bytes) -> str:
    """Why a reply was made up; empty where nothing tells."""
    if b'"stopReason"' in body and b'"output"' in body and b'"usage"' not in body and body.lstrip()[:1] == b"{":
        return "an answer of Converse without the counts that it always has"
    for tell in TELLS:
        for name in tell.fields:
            for at in _values(body, name):
                for pattern, says in tell.values:
                    if pattern.match(body, at):
                        return says
    return ""


def _values(body: bytes, name: bytes) -> list[int]:
    """Where the values of the first and the last field of that name begin."""
    first = body.find(name)
    if first < 0:
        return []
    last = body.rfind(name)
    found = (_BEFORE.match(body, at + len(name)) for at in ((first, last) if last != first else (first,)))
    return [one.end() for one in found if one]
