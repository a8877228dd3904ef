"""The commonest event of a chat stream, a piece of text or of thinking and nothing else, decoded in one step.

A long answer has hundreds of them. An event with any field more, or of another type, is none: the patient way reads it.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct


class _Delta(Struct, forbid_unknown_fields=True):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    role: str | None = None
    channel: str | None = None
    refusal: None = None


class _Choice(Struct, forbid_unknown_fields=True):
    delta: _Delta
    index: Literal[0] = 0
    finish_reason: None = None
    logprobs: None = None
    seed: int | None = None


class Piece(Struct, forbid_unknown_fields=True):
    """One event. Every field but the text and the model tells nothing that a reply would hold."""

    choices: tuple[_Choice]
    id: str = ""
    object: str = ""
    created: float | None = None
    model: str = ""
    system_fingerprint: str | None = None
    service_tier: str | None = None
    obfuscation: str = ""
    usage: None = None

    @property
    def text(self) -> str:
        """What it adds to the answer."""
        return self.choices[0].delta.content or ""

    @property
    def thinking(self) -> str:
        """What it adds to the thinking; servers that send it twice mean one."""
        return self.choices[0].delta.reasoning_content or self.choices[0].delta.reasoning or ""


_DECODER = msgspec.json.Decoder(Piece)


def piece(data: str) -> Piece | None:
    """The event, or None where it is not as plain as that."""
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
