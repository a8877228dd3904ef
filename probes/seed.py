"""Seed: the same seed gives the same answer.

Asks:         a random word with seed 42, twice, where both can be asked; first, where questions have their price, within a
              question that carries other options too.
Supported:    accepted, and the two answers do not differ. Of a single answer: accepted (it cannot show an effect).
Unsupported:  the error names the seed (rejected), the two answers differ (ignored), or the wire has no field
              (not_expressible).
"""

from probes._options import asked_together
from probes.base import Asks, Row, Settled, attempt, missing, probe, quoted, supported, unsupported
from providers.chat import Ask


@probe("Text", "🌱", words=r"seed", proves=("seed",))
def seed(row: Row) -> Asks:
    options = yield from asked_together(row)
    if verdict := options.refused.get("seed"):
        return verdict
    if options.first and options.second and options.repeated:
        return supported([options.first, options.second], f"the second answer is the first again: {options.told()}")

    def ask(name: str) -> Ask:
        return Ask.text("Write one random word, and nothing else.", name=name, seed=42, stream=row.stream, thinking=row.thinking)

    first = yield ask("seed")
    second = yield from attempt(ask("seed-again"))
    if isinstance(second, Settled):
        if missing(row, second.verdict):
            raise second
        return supported(first, "accepted; one answer cannot show an effect")
    if first.text == second.text:
        return supported([first, second], f"twice {quoted(first.text)}")
    return unsupported("ignored", [first, second], f"the same seed gave {quoted(first.text)}, then {quoted(second.text)}")
