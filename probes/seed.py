"""Seed: the same seed gives the same answer.

Asks:         a long story with seed 42, twice; where questions are shared, within one that carries other options too.
Seen:         the same request with the same seed gave the same long text; or the same text, and without it, or with another
              seed, another one.
Accepted:     sent, and answered without complaint; one answer cannot show an effect.
Missed:       the same request with the same seed gave two texts (ignored).
Refused:      the error names the seed.
"""

from collections.abc import Iterator

from probes._story import LONG, story, two_stories
from probes.base import Asks, probe, quoted
from probes.row import ENDINGS, Exchange, Finding, Row, accepted, missed, nothing, seen

_SHORT = 20  # characters: of shorter texts two may be equal, or not, by accident


@probe("Text", "🌱", requires={"seed"}, named_in_errors=r"seed", reads="capped")
def seed(x: Exchange, row: Row) -> Finding | None:
    text = x.reply.text.strip()
    if not text:
        return nothing("unsure", "no text came that could be the same again")
    equal = None
    for twin in _again(x, row):
        if not _alike(text, twin.reply.text.strip()):
            return missed("ignored", f"the same seed gave {quoted(text)}, then {quoted(twin.reply.text)}", twin)
        if equal is None or len(twin.reply.text) > len(equal.reply.text):
            equal = twin
    if equal is None:
        return accepted("accepted; one answer cannot show an effect")
    if min(len(text), len(equal.reply.text.strip())) >= LONG:
        return seen(f"the same seed gave the same again: {quoted(text)}", equal)
    for other in row.twins(x, ("seed", *ENDINGS)):
        if other.ask.seed != x.ask.seed and not _alike(text, other.reply.text.strip(), least=1):
            return seen(
                f"the same seed gave {quoted(text)} again, without it came {quoted(other.reply.text)}", equal, other
            )
    return accepted(f"the same seed gave the same again, which so short a text may do by accident: {quoted(text)}")


def _again(x: Exchange, row: Row) -> Iterator[Exchange]:
    """The others that asked the same with the same seed, whatever ended them."""
    return (twin for twin in row.twins(x, ENDINGS) if twin.reply.text.strip())


def _alike(one: str, two: str, least: int = _SHORT) -> bool:
    """Whether one text is the other, as far as it goes; short ones that differ do so by accident."""
    return min(len(one), len(two)) < least or one.startswith(two) or two.startswith(one)


@seed.asks
def asks(row: Row) -> Asks:
    yield from two_stories(row)
    yield story(row, ("seed",), name="seed")
    yield story(row, ("seed",), name="seed-again")
