"""Replies that people made up rather than recorded, as far as their bytes tell."""

from __future__ import annotations

import re

from msgspec import Struct


class Tell(Struct, frozen=True):
    """What only a made-up reply holds: how it is recognised in the body, and what to say of it."""

    pattern: re.Pattern[bytes]
    says: str


_ID = rb'"(?:id|responseId)"\s*:\s*"'
_KINDS = rb"(?:chatcmpl|cmpl|resp|msg|gen)"
_WORDS = rb"(?:test|mock|fake|dummy|example|stub|sample)"
TELLS = tuple(
    Tell(re.compile(pattern), says)
    for pattern, says in (
        (_ID + _KINDS + rb"[-_]" + _WORDS + rb'[\w-]*"', "its id is a word"),
        (_ID + _KINDS + rb'[-_]?(?:\d{1,6}|abc\d*|xyz\d*|x+)"', "its id is too short"),
        (_ID + _WORDS + rb'[-_]?(?:id|response|message|completion)?[-_\d]*"', "its id is a word"),
        (rb'"(?:toolUseId|tool_call_id|call_id)"\s*:\s*"(?:tool-use-id|call-id|test[\w-]*)"', "a call's id is a word"),
        (rb'"created(?:_at)?"\s*:\s*(?:1234567890|123456789|1677652288)\b', "its time is that of an example"),
    )
)


def tell_of(body: bytes) -> str:
    """Why a reply was made up; empty where nothing tells."""
    return next((tell.says for tell in TELLS if tell.pattern.search(body)), "")
