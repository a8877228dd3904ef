"""Why a verdict is what it is: every reason, and the family that it belongs to.

A reason of the family `answer` says what is wrong with the capability. All others tell why nothing is known, and of
these a question that was put and whose answer got lost is told from one that was never put.
"""

from __future__ import annotations

from typing import Literal

Family = Literal["answer", "account", "server", "network", "form", "unclear", "ours", "not_asked"]

# What each reason says, in the words that people read, and its family.
REASONS: dict[str, tuple[Family, str]] = {
    "rejected": ("answer", "an error says that it is not supported"),
    "ignored": ("answer", "taken, without any effect"),
    "malformed": ("answer", "what came is not of the form that was asked for"),
    "wrong": ("answer", "what came is of the right form, and wrong"),
    "not_expressible": ("answer", "the API has no field for it"),
    "breaks": ("answer", "the server fails at it, three times over, and answers the same without it"),
    "auth": ("account", "the key, or what it may do"),
    "billing": ("account", "money"),
    "address": ("account", "the address is not that of such an API"),
    "rate": ("server", "too many requests, or tokens, at a time"),
    "model": ("server", "no such model, or none that serves it"),
    "server": ("server", "the server failed, or was busy"),
    "timeout": ("network", "no answer in time"),
    "network": ("network", "no connection"),
    "cut": ("network", "the answer ended too early"),
    "unreadable": ("network", "the answer is not of the API's form"),
    "form": ("form", "the request was not well formed"),
    "filtered": ("unclear", "a filter took the answer away, or the model declined"),
    "capped": ("unclear", "the cap on tokens left too little of the answer"),
    "unsure": ("unclear", "answered, but it does not tell"),
    "own": ("ours", "our own failure"),
    "not_asked": ("not_asked", "never asked, or not in a way that tells"),
    "pending": ("not_asked", "submitted; it takes hours, and the next run collects it"),
    "gated": ("not_asked", "not asked, since the row does not answer at all"),
}
_LOST: frozenset[Family] = frozenset({"account", "server", "network", "ours"})


def is_lost(reason: str) -> bool:
    """Whether a question was put, and its answer lost for a reason that says nothing of what was asked."""
    return reason in REASONS and REASONS[reason][0] in _LOST
