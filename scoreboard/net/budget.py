"""What a run may spend, in requests, tokens and money, and what it has spent: stopped before it is passed."""

from __future__ import annotations

from msgspec import Struct

from providers.base import Price
from providers.chat import Ask, Media, Text, Usage


class Spent(Exception):
    """The budget is used up; what is left is for the next run."""


# Tokens that a question may cost, above what it costs as a rule: a run must stop before its budget is passed. Text has
# some four
# characters a token; media are counted as the largest that providers document for files as small as those of assets/.
_CHARS = 3
_MEDIUM = {"text": 100, "image": 1600, "audio": 300, "video": 1200, "document": 3000}
_ANSWER, _THOUGHT, _DRAWN, _OVERHEAD = 700, 2000, 4200, 60


def estimate(ask: Ask, batch_size: int = 1) -> Usage:
    """Tokens in and out that a question may cost; in a batch of so many at least, all of them."""
    written = sum(
        len(part.text) if isinstance(part, Text) else len(str(part))
        for part in ask.parts()
        if not isinstance(part, Media)
    )
    offered = sum(len(tool.description) + len(str(tool.parameters)) + 40 for tool in ask.tools) + len(
        str(ask.schema or "")
    )
    sent = (written + offered) // _CHARS + sum(_MEDIUM[media.modality] for media in ask.media()) + _OVERHEAD
    answer = ask.max_tokens or _ANSWER + (_THOUGHT if ask.thinking else 0)
    times = batch_size if ask.batch else 1
    return Usage(times * sent, times * (answer + _DRAWN * sum(output != "text" for output in ask.outputs)))


class Budget:
    """Bounds on requests, tokens and US dollars (None: none), and what is spent. A question reserves what it may cost
    before it is sent, and settles what it did cost when it is answered. `over` says why nothing more is to be begun,
    once that is so; `halted`, that it was for a trouble.
    """

    def __init__(self, requests: int | None = None, tokens: int | None = None, usd: float | None = None) -> None:
        self._requests, self._tokens, self._usd = requests, tokens, usd
        self.requests = self.tokens = self._reserved_tokens = 0
        self.usd = self._reserved_usd = 0.0
        self.over = ""
        self.halted = False

    def take(self) -> None:
        """Counts a request before it is sent. Raises Spent where it would pass the bound."""
        if self.over:
            raise Spent(self.over)
        if self._requests is not None and self.requests >= self._requests:
            self._end()
        self.requests += 1

    def reserve(self, ask: Ask, price: Price | None, batch_size: int = 1) -> Reservation:
        """Sets aside what a question may cost. Raises Spent where it would pass a bound; where money is bounded, also
        for a model without a known price.
        """
        if self.over:
            raise Spent(self.over)
        usage = estimate(ask, batch_size)
        tokens = usage.input + usage.output
        if self._tokens is not None and self.tokens + self._reserved_tokens + tokens > self._tokens:
            self._end()
        if self._usd is not None and price is None:
            msg = "its price is not known, and the run's money is bounded"
            raise Spent(msg)
        usd = price.of(usage) if price else 0.0
        if self._usd is not None and self.usd + self._reserved_usd + usd > self._usd:
            self._end()
        self._reserved_tokens += tokens
        self._reserved_usd += usd
        return Reservation(tokens, usd, price, batch_size if ask.batch else 1)

    def settle(self, reservation: Reservation, usage: Usage | None, *, answered: bool) -> None:
        """Replaces what was set aside by what the provider counted: itself where it did not count, nothing where it did
        not answer.
        """
        self._reserved_tokens -= reservation.tokens
        self._reserved_usd -= reservation.usd
        if usage is not None:
            self.tokens += (max(usage.input, 0) + max(usage.output, 0)) * reservation.times
            self.usd += reservation.price.of(usage) * reservation.times if reservation.price else 0.0
        elif answered:
            self.tokens += reservation.tokens
            self.usd += reservation.usd

    def halt(self, why: str) -> None:
        """Ends the run for a trouble: no further request is sent."""
        self.over, self.halted = self.over or why, True

    def _end(self) -> None:
        self.over = self.over or f"the budget is used up: {self.spent()}"
        raise Spent(self.over)

    def spent(self) -> str:
        """What was spent, for people."""
        return f"{self.requests} requests, {self.tokens} tokens" + (f", {self.usd:.4f} USD" if self.usd else "")


class Reservation(Struct, frozen=True):
    """What one question has set aside, and how often it is answered."""

    tokens: int
    usd: float
    price: Price | None
    times: int = 1
