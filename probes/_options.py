"""One question, put twice, that carries all options whose effects can be told apart.

A long text of random words, with a seed, a cap and log-probabilities; then the same with a stop sequence that stands in the first
answer. The cap shows in the first answer's end, the log-probabilities beside it, the seed in two answers that begin alike, the stop
sequence in where the second ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator

from msgspec import Struct

from probes._refusals import refused, rejected
from probes.base import Row, Settled, Verdict, attempt, quoted
from providers.chat import Ask, Reply

_CAP = 40
_LEAST = 24  # characters that two answers must have in common, so that it is no accident
_OPTIONS = {"seed": r"\bseed\b", "max_tokens": r"max\w*tokens|num_predict", "top_logprobs": r"log_?prob"}
_PROMPT = "Write a long story about things that you pick at random."


class Options(Struct):
    """The two answers, as far as there are any, and the options that were refused by name."""

    first: Reply | None = None
    second: Reply | None = None
    stop: str = ""
    refused: dict[str, Verdict] = {}

    def judged(self, option: str, judge: Callable[[Reply], Verdict]) -> Verdict | None:
        """What the first answer shows of an option; None where it must be asked for alone."""
        if option in self.refused:
            return self.refused[option]
        verdict = judge(self.first) if self.first else None
        return verdict if verdict and verdict.verdict == "supported" else None

    @property
    def repeated(self) -> bool:
        """Whether the second answer is the first again, as far as it goes."""
        if self.first is None or self.second is None:
            return False
        said, again = self.first.text.strip(), self.second.text.strip()
        return len(again) >= min(_LEAST, len(said)) and said.startswith(again) and (bool(self.stop) or said == again)

    @property
    def stopped(self) -> bool:
        """Whether the second answer ends where the stop sequence stands in the first."""
        if self.first is None or self.second is None or not self.stop or not self.repeated:
            return False
        ended = self.second.finish in ("stop", "stop_sequence")
        return ended and self.second.text.strip() == self.first.text[: self.first.text.index(self.stop)].strip()

    def told(self) -> str:
        """The second answer, for a note."""
        return quoted(self.second.text if self.second else "")


def asked_together(row: Row) -> Generator[Ask, Reply, Options]:
    """Asks; nothing where the row is not frugal, or there are not two of the options to be asked for."""
    options = Options(refused={})
    left = [option for option in _OPTIONS if option in row.fields]
    while row.frugal and len(left) > 1:
        found = yield from attempt(_ask(row, left))
        if isinstance(found, Reply):
            options.first = found
            break
        named = refused(found, [(option, _OPTIONS[option]) for option in left])
        if len(named) != 1:
            return options
        options.refused |= dict.fromkeys(named, rejected(found))
        left = [option for option in left if option not in named]
    if options.first and "seed" in left:
        if "stop" in row.fields:
            options.stop = _word(options.first.text)
        again = yield from attempt(_ask(row, left, options.stop, "-again"))
        options.second = None if isinstance(again, Settled) else again
    return options


def _ask(row: Row, options: list[str], stop: str = "", again: str = "") -> Ask:
    values = {"seed": 42, "max_tokens": _CAP, "top_logprobs": 2}
    more = {option: values[option] for option in options} | ({"stop": (stop,)} if stop else {})
    return Ask.text(_PROMPT, name=f"options{again}", stream=row.stream, thinking=row.thinking, **more)


def _word(text: str) -> str:
    """A word that stands first in the second half of the text; empty where there is none."""
    words = (found for found in re.finditer(r"[A-Za-z]{4,}", text[: len(text) - 4]) if found.start() > len(text) // 2)
    return next((found[0] for found in words if text.index(found[0]) == found.start()), "")
