"""What one refusal of a question that carries much is about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import structs

from probes.base import Settled, Verdict
from providers.errors import refuses

# What follows these words is what would have been taken, not what was refused.
_LISTING = re.compile(
    r"\bsupported (?:\w+ ){0,3}(?:are|is)\b|\bsupported [a-z]+ ?:|must be (?:one of|either)|input should be|expected one of|allowed",
    re.IGNORECASE,
)
_ONLY_TEXT = re.compile(r"only (?:supports? |accepts? |takes? )?text|text[- ]only|only plain text", re.IGNORECASE)


def refused(settled: Settled, things: Iterable[tuple[str, str]]) -> set[str]:
    """Which of the things, each with the pattern of its names, a refusal names; empty where it is none or leaves that open."""
    error = settled.error
    if error is None:
        return set()
    said, *_ = _LISTING.split(f"{error.message} {error.param}", maxsplit=1)
    patterns = [(thing, re.compile(names, re.IGNORECASE)) for thing, names in things]
    return {thing for thing, names in patterns if names.search(said) and refuses(error, names)}


def offered(settled: Settled, things: Iterable[tuple[str, str]]) -> set[str]:
    """Which of the things the refusal lists as those that would have been taken."""
    _, *listed = _LISTING.split(settled.error.message if settled.error else "", maxsplit=1)
    return {thing for thing, names in things if listed and re.search(names, listed[0], re.IGNORECASE)}


def takes_only_text(settled: Settled) -> bool:
    """Whether the refusal says so."""
    return bool(settled.error and _ONLY_TEXT.search(settled.error.message) and refuses(settled.error, _ONLY_TEXT))


def rejected(settled: Settled) -> Verdict:
    """The verdict on what a refusal names, whoever asked."""
    return structs.replace(settled.verdict, verdict="unsupported", reason="rejected")
