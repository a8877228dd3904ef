"""What can go wrong between client and model, and when it does."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """One fault each. A refused connection has no kind: `Server.refused_url` gives a port that nobody listens on."""

    RESET = "reset"  # RST before a byte of the answer
    RESET_IN_STREAM = "reset_in_stream"  # RST after a part of the answer
    TIMEOUT = "timeout"  # never answers
    SLOW = "slow"  # answers after `delay` seconds; other faults may follow
    RATE = "rate"  # 429, with Retry-After if `retry_after` is set
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"  # a proxy's page, so HTML
    UNAVAILABLE = "503"
    OVERLOADED = "529"
    CUT_JSON = "cut_json"  # well-formed HTTP, the body stops in its middle
    CUT_EVENTS = "cut_events"  # well-formed HTTP, the last events are missing
    HTML = "html"  # 200 and a web page
    INVALID_UTF8 = "invalid_utf8"
    WRONG_TYPE = "wrong_type"  # the right body under another content type
    GZIP_BOMB = "gzip_bomb"  # unpacks to `size` bytes
    REDIRECT_LOOP = "redirect_loop"
    ENDLESS = "endless"  # the stream repeats itself until the client leaves
    EXPIRED_KEY = "expired_key"  # the API's own 401
    OUT_OF_CREDIT = "out_of_credit"  # the API's own error for an empty account
    MODEL_GONE = "model_gone"  # the API's own error for an unknown model


@dataclass(frozen=True, slots=True)
class When:
    """Which requests a fault hits; the default is all of them.

    `nth` counts, from 1, the requests that match wire, path and model.
    """

    model: str = "*"
    path: str = "*"
    wire: str = "*"
    nth: Collection[int] = ()
    probability: float = 1.0

    def concerns(self, wire: str, path: str, model: str) -> bool:
        return fnmatchcase(wire, self.wire) and fnmatchcase(path, self.path) and fnmatchcase(model, self.model)


@dataclass(slots=True)
class Fault:
    """A fault, the requests it hits, and its measures."""

    kind: FaultKind
    when: When = field(default_factory=When)
    delay: float = 0.2
    retry_after: float | None = None
    size: int = 64 * 1024 * 1024
    seen: int = field(default=0, compare=False)
    struck: int = field(default=0, compare=False)

    def strikes(self, wire: str, path: str, model: str, draw: float) -> bool:
        """Whether this request is hit; `draw` is a random number in [0, 1)."""
        if not self.when.concerns(wire, path, model):
            return False
        self.seen += 1
        if self.when.nth and self.seen not in self.when.nth:
            return False
        if draw >= self.when.probability:
            return False
        self.struck += 1
        return True
