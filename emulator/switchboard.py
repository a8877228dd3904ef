"""What each emulated model can do, capability by capability, and the faults laid over it."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Literal, Self

from .faults import Fault

Act = Literal["works", "rejects", "ignores", "malformed", "wrong"]

CAPABILITIES = [
    "in.text",
    "in.image",
    "in.audio",
    "in.video",
    "in.document",
    "out.text",
    "out.image",
    "out.audio",
    "json",
    "schema",
    "tools",
    "tools.forced",
    "tools.unbiased",
    "tools.decisive",
    "web_search",
    "batch",
    "file",
    "cite",
    "seed",
    "max_tokens",
    "stop",
    "logprobs",
    "limits",
    "usage",
    "finish",
]
# The finer points of calls and of streams. A tool of this kind is refused as tools are; of a stream nothing is.
FINER = [
    "tools.none",
    "tools.named",
    "tools.parallel",
    "tools.serial",
    "tools.empty",
    "tools.nested",
    "tools.schema",
    "stream.ends",
    "stream.finish",
    "stream.role",
    "stream.usage",
    "stream.calls",
    "stream.agrees",
]
# Beyond the scoreboard's cells: whether a tool's result is used, whether thinking and streaming happen when asked for.
EXTRA = ("tools.result", "thinking", "stream")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a capability behaves; with a chance below 1 it does so that often, and is ignored otherwise."""

    act: Act
    chance: float = 1.0


WORKS = Behaviour("works")
REJECTS = Behaviour("rejects")
IGNORES = Behaviour("ignores")
MALFORMED = Behaviour("malformed")
WRONG = Behaviour("wrong")


def flaky(chance: float) -> Behaviour:
    """Works with this probability, is ignored otherwise."""
    return Behaviour("works", chance)


@dataclass(frozen=True, slots=True)
class _Rule:
    capability: str
    model: str
    mode: str
    behaviour: Behaviour

    def fits(self, model: str, mode: str, keys: tuple[str, ...]) -> bool:
        return (
            fnmatchcase(model, self.model)
            and fnmatchcase(mode, self.mode)
            and any(fnmatchcase(key, self.capability) for key in keys)
        )


@dataclass(frozen=True, slots=True)
class Odd:
    """An odd behaviour of the server, by its name in oddities/, and the models that have it; `measure` in seconds, where it has one."""

    case: str
    model: str = "*"
    measure: float | None = None


class Switchboard:
    """Behaviours by capability, model and mode (each may hold wildcards), and faults. Everything works by default.

    The rule set last wins. A mode is "sync" or "stream", with "+thinking" when the model thinks.
    `models` is what the lists of models show; any other model is unknown to the API, except, when not `closed`, those with
    "emulated" in their name.
    """

    def __init__(self, *, seed: int = 0, models: tuple[str, ...] = ("emulated",), closed: bool = False) -> None:
        self.models = models
        self.closed = closed
        self.random = Random(seed)
        self._rules: list[_Rule] = []
        self._found: dict[tuple[str, str, tuple[str, ...]], Behaviour] = {}
        self._faults: list[Fault] = []
        self._odd: list[Odd] = []

    def set(self, capability: str, behaviour: Behaviour, *, model: str = "*", mode: str = "*") -> Self:
        """Sets a capability, e.g. "json", "in.*" or the variant "in.image/png/inline"."""
        self._rules.insert(0, _Rule(capability, model, mode, behaviour))
        self._found = {}
        return self

    def behaviour(self, model: str, mode: str, *keys: str) -> Behaviour:
        """The behaviour of a capability that goes by these keys, e.g. of a variant and of the capability itself."""
        found = self._found
        behaviour = found.get((model, mode, keys))
        if behaviour is None:
            fitting = (rule.behaviour for rule in self._rules if rule.fits(model, mode, keys))
            behaviour = found[model, mode, keys] = next(fitting, WORKS)
        return behaviour

    def act(self, model: str, mode: str, *keys: str) -> Act:
        """What happens this time: a flaky capability is drawn anew at each call."""
        behaviour = self.behaviour(model, mode, *keys)
        if behaviour.chance < 1 and self.random.random() >= behaviour.chance:
            return "ignores"
        return behaviour.act

    def knows(self, model: str) -> bool:
        """Whether the API has a model of this name: the listed ones and, unless closed, all that tell by their name what they are.

        So a row that was measured here can never be taken for a real model's.
        """
        return model in self.models or (not self.closed and (not model or "emulated" in model))

    def lay(self, *faults: Fault) -> Self:
        """Lays faults over everything."""
        self._faults.extend(faults)
        return self

    def strike(self, wire: str, path: str, model: str) -> list[Fault]:
        """The faults that hit this request, in the order they were laid."""
        if not self._faults:
            return []
        return [fault for fault in self._faults if fault.strikes(wire, path, model, self.random.random())]

    def odd(self, case: str, *, model: str = "*", measure: float | None = None) -> Self:
        """Lays an oddity over models; of several the last counts."""
        self._odd.insert(0, Odd(case, model, measure))
        return self

    def oddity(self, model: str) -> Odd | None:
        """What is odd about a model."""
        return next((odd for odd in self._odd if fnmatchcase(model, odd.model)), None)

    def clear(self) -> Self:
        """Makes everything work again and takes all faults and oddities away."""
        self._rules.clear()
        self._found = {}
        self._faults.clear()
        self._odd.clear()
        return self
