"""Every way a request may fail that an API has its own words for."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "rejected",  # the model does not have the capability
    "bad_request",  # the request is badly formed
    "not_found",  # no such path, file or batch
    "auth",  # the key is wrong or expired
    "credit",  # the account has run out of money
    "model",  # no such model
    "rate",  # too many requests
    "server",  # an internal error
    "unavailable",  # out of order for now
    "overloaded",  # too busy
]


@dataclass
class Problem(Exception):
    """A failure in neutral words; a wire turns it into the status, headers and body that its API sends.

    `param` is the offending field under the wire's own name; the brain does not know it and leaves it empty.
    """

    kind: Kind
    message: str = ""
    capability: str = ""
    param: str = ""
    model: str = ""
    retry_after: float | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.message or self.capability}"
