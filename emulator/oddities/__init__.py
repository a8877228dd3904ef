"""Odd behaviours of servers whose models are well otherwise, laid over the wires by `Switchboard.odd`.

Each file holds one sort of oddities; importing it makes them known. Their names are those of the cases in benchmarks/field_cases.py.
"""

import importlib
import pkgutil
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import anyio
from starlette.types import Send

from ..question import Answer, Question
from ..switchboard import Act, Switchboard
from .base import CURRENT, Asked, Json, Oddity, Play, Refused, Shown, known, overlaid

__all__ = ["Asked", "Oddity", "Overlay", "Shown", "act", "ask", "discover", "say"]


@cache
def discover() -> dict[str, dict[str, Oddity]]:
    """The oddities by case and wire."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return known()


@dataclass
class Overlay:
    """What is odd about the models of one server."""

    switchboard: Switchboard
    inside: Counter[str] = field(default_factory=Counter)
    memories: dict[tuple[str, str, str], dict[Any, Any]] = field(default_factory=dict)

    def over(self, play: Play, wire: str, *, path: str, body: Json, model: str, pause: float) -> Play:
        """The wire's answer, changed by the oddity of the model where it has one on this wire."""
        odd = self.switchboard.oddity(model)
        found = discover()[odd.case].get(wire) if odd else None
        if odd is None or found is None:
            return play
        memory = self.memories.setdefault((odd.case, wire, model), {})
        asked = Asked(found, wire, path, body, memory)
        if odd.measure is not None:
            asked.measure = odd.measure

        async def played(send: Send) -> None:
            self.inside[model] += 1
            try:
                before = self.inside[model] > 1
                await anyio.sleep(found.latency)
                asked.beside = before or self.inside[model] > 1
                await overlaid(asked, play, send, pause)
            finally:
                self.inside[model] -= 1

        return played


def ask(question: Question) -> None:
    """Tells the oddity of the request of the question; raises Refused where it lets nothing come of it."""
    asked = CURRENT.get()
    if asked is None:
        return
    asked.question = question
    if asked.oddity.asks and (shown := asked.oddity.asks(asked)):
        raise Refused(shown)


def say(answer: Answer) -> None:
    """Tells the oddity of the request of the answer."""
    asked = CURRENT.get()
    if asked is None:
        return
    asked.answer = answer
    if asked.oddity.says:
        asked.oddity.says(asked)


def act(*keys: str) -> Act | None:
    """How a capability behaves by the oddity of the request, if that says so."""
    asked = CURRENT.get()
    return next((asked.oddity.acts[key] for key in keys if key in asked.oddity.acts), None) if asked else None
