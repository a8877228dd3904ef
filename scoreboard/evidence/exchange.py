"""An interaction as it is kept: a request, its response, and what the bytes do not tell."""

from __future__ import annotations

from msgspec import Struct

from providers.base import Request, Response


class Interaction(Struct, frozen=True):
    """A request and its response: for which question, in which sample, when (ISO 8601, UTC). `number`: its place in the
    order in which the row was asked, from 1; 0 where that was not kept. `expects`: what only the asker knows of the
    question and never sends, for instance that an answer without a call has missed the point.
    """

    request: Request
    response: Response
    question: str = ""
    sample: int = 1
    observed_at: str = ""
    expects: tuple[str, ...] = ()
    number: int = 0
