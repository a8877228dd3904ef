"""What a recorder kept: a request, its response, and what stands beside them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from providers.base import Request, Response
from scoreboard.errors import ScoreboardError

# How near what was kept is to what went over the wire: its bytes; bodies that the recorder parsed and wrote anew;
# or the reply alone, without its request.
Grade = Literal["bytes", "rewritten", "reply"]


class BadRecording(ScoreboardError):
    """A file that is no recording; the message says which and why, in one line."""


class Kept(Struct, frozen=True):
    """An exchange as a recorder kept it.

    request: None where the reply is all that was kept. when: day or time in ISO 8601, as far as the recorder says.
    place: its number in the file, from 1. passed: why it is none of a model's over HTTP, where it is none. broken: why
    it cannot be read. stream: of a reply alone, whether it is a stream; its body then is a piece of data a line.
    question, sample, expects: what our own cassettes keep beside it. all_headers: whether the recorder is known to keep
    all headers of replies.
    """

    request: Request | None
    response: Response
    when: str = ""
    place: int = 1
    grade: Grade = "bytes"
    passed: str = ""
    broken: str = ""
    stream: bool = False
    question: str = ""
    sample: int = 1
    expects: tuple[str, ...] = ()
    all_headers: bool = False
