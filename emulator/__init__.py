"""A fake of each wire format, spoken over real sockets, that shares no code with the drivers under test."""

from .faults import Fault, FaultKind, When
from .server import Server, serve
from .switchboard import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Switchboard, flaky

__all__ = [
    "IGNORES",
    "MALFORMED",
    "REJECTS",
    "WORKS",
    "WRONG",
    "Behaviour",
    "Fault",
    "FaultKind",
    "Server",
    "Switchboard",
    "When",
    "flaky",
    "serve",
]
