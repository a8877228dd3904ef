"""How often enum bias, decisiveness and obedience are told wrongly of models whose habits are known.

    python -m benchmarks.bias [MODELS]

2,000 simulated models, each asked as a deep run asks: by the probes' own questions, until they are settled. A model
takes the first of an enum with a probability that is its own, else the second, calls both with another, and obeys with
a third where calls are forbidden. It is told wrongly where it does a thing always (never) and is not told so, or where
it does it and leaves it with a probability of at least 0.26 each and is told to do one alone. Stated in probes/base.py:
at most one of twenty. A line per group: models, wrong, the bound, mean questions. The exit is 1 where more are wrong
than the bound allows.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from random import Random

import anyio
from msgspec import Struct

from probes._tools import listed
from probes.base import Verdict, probes
from probes.row import Row
from providers.base import Asking, Provider, Request, Response
from providers.chat import Ask, Reply, ToolCall
from scoreboard.live.asking import AskedRow, Asker, Unsent

CELLS = ("tools.unbiased", "tools.decisive", "tools.none")
BOUND, LEAST = 0.05, 0.26


class Habits(Struct, frozen=True):
    """How probable it is that a model takes the first of an enum, that it calls both, and that it calls nothing where
    calls are forbidden.
    """

    first: float
    both: float = 0.0
    obeys: float = 1.0


class SimulatedModel(Unsent):
    """A model of known habits: wire and sender in one."""

    __name__ = "simulated"

    def __init__(self, habits: Habits, random: Random) -> None:
        self._habits, self._random, self.asked = habits, random, 0

    def ask(self, ask: Ask, *_: object) -> Asking:
        """Answers by its habits."""
        yield Request("POST", ask.name)
        self.asked += 1
        if ask.tool_choice == "none" and self._random.random() < self._habits.obeys:
            return Reply(text="No.", finish="stop")
        order = listed(ask) or ["132413"]
        if self._random.random() < self._habits.both:
            values = order
        else:
            values = order[:1] if self._random.random() < self._habits.first else order[-1:]
        calls = tuple(ToolCall(ask.tools[0].name, {"value": value}, value) for value in values)
        return Reply(calls=calls, finish="tool_calls")

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        """Where it is asked no bytes go anywhere."""
        del asker
        return Response(200, {}, b""), request.url

    def verdicts(self) -> dict[str, Verdict]:
        """What it is told to be."""
        row = Row(fields=frozenset({"text", "tools", "tool_choice", "tool_choice/none"}), deep=True)
        wire: object = self
        asked = AskedRow(Provider(wire=wire, base_url="", name="simulated"), "m", row, self, 3)  # type: ignore[arg-type]

        async def run() -> dict[str, Verdict]:
            return {cell: await asked.sampled(probes()[cell]) for cell in CELLS}

        return anyio.run(run)


def right(habits: Habits) -> tuple[set[str], set[str], set[str]]:
    """The right verdicts on bias, decisiveness and obedience; any where the habit is too rare to be promised."""
    anything = {"supported", "flaky", "unsupported"}

    def told(probability: float) -> set[str]:
        """What is to be told of a model that does a thing so often."""
        always = {0.0: {"unsupported"}, 1.0: {"supported"}}.get(probability)
        return always or ({"flaky"} if LEAST <= probability <= 1 - LEAST else anything)

    bias = anything if habits.both else told(1 - habits.first)  # both at once is not the first alone
    decisive = {"unsupported"} if habits.both >= LEAST else anything if habits.both else {"supported"}
    return bias, decisive, told(habits.obeys)


def measured(models: int, seed: int = 1) -> dict[str, tuple[int, int, float]]:
    """By group of models: how many, how many were told wrongly, questions on average."""
    random, groups = Random(seed), dict[str, list[tuple[bool, int]]]()
    for number in range(models):
        name, habits = _habits(number, random)
        model = SimulatedModel(habits, random)
        found = model.verdicts()
        wrong = any(found[cell].verdict not in wanted for cell, wanted in zip(CELLS, right(habits), strict=True))
        groups.setdefault(name, []).append((wrong, model.asked))
    return {
        name: (len(those), sum(wrong for wrong, _ in those), sum(asked for _, asked in those) / len(those))
        for name, those in groups.items()
    }


def _habits(number: int, random: Random) -> tuple[str, Habits]:
    """The groups in turn; within one, habits drawn evenly."""
    kinds: Sequence[tuple[str, Habits]] = (
        ("always the first", Habits(1.0)),
        ("never the first", Habits(0.0)),
        ("the first by chance", Habits(random.uniform(LEAST, 1 - LEAST))),
        ("the first by chance, at the edge", Habits(random.choice((LEAST, 1 - LEAST)))),
        ("both by chance", Habits(0.5, random.uniform(LEAST, 1.0))),
        ("both by chance, at the edge", Habits(0.5, LEAST)),
        ("never obeys", Habits(0.0, obeys=0.0)),
        ("obeys by chance", Habits(0.0, obeys=random.uniform(LEAST, 1 - LEAST))),
        ("obeys by chance, at the edge", Habits(0.0, obeys=random.choice((LEAST, 1 - LEAST)))),
    )
    return kinds[number % len(kinds)]


def main() -> int:
    """Prints the groups; 1 where more are wrong than was stated."""
    models = int(sys.argv[1]) if sys.argv[1:] else 2000
    late = 0
    for name, (count, wrong, questions) in measured(models).items():
        # What chance adds to the bound in so small a group: two standard deviations.
        most = BOUND * count + 2 * (BOUND * (1 - BOUND) * count) ** 0.5
        late += wrong > most
        print(f"bias: {name:<34} {count:>5} models, {wrong:>3} wrong ({wrong / count:.1%}), {questions:.1f} questions")
    print(f"bias: stated: at most {BOUND:.0%} wrong of each; {'more' if late else 'held'}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
