"""Whose row an exchange belongs to: told by the bytes of its request, where they leave it open by its folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from msgspec import Struct

from probes.row import Exchange
from providers.base import Misfit, Provider, Request, Wire, find_provider, names, providers, wires
from providers.chat import Ask
from scoreboard.judge.decoding import host_of, with_words

_LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "")  # noqa: S104 (a name to know, not to listen at)


class Asked(Struct, frozen=True):
    """A request that was understood: whose it is, how it speaks, which model it asks, and what."""

    provider: str
    wire: Wire
    model: str
    ask: Ask


@cache
def _by_host() -> dict[str, list[Provider]]:
    """Providers by the hosts that are theirs alone."""
    found: dict[str, list[Provider]] = {}
    for known in providers().values():
        for host in {*known.hosts, host_of(Request("GET", known.base_url))}:
            if host not in _LOCAL:
                found.setdefault(host, []).append(known)
    return found


def understood(request: Request, folders: Sequence[str], stranger: str = "unknown") -> Asked:
    """Reads a request. `folders` are the names of the folders above its file, the nearest last; `stranger` names a
    provider that nothing else names. Raises Misfit, BadReply.
    """
    host = host_of(request)
    at_home = _by_host().get(host, [])
    named = [name for name in reversed(folders) if name in names()]
    candidates = [known for known in at_home if known.name in named] or at_home or [_known(name) for name in named[:1]]
    for known in candidates:
        for wire in (known.wire, *known.wires.values()):
            if wire.matches(request):
                return _asked(known.name, wire, request)
    owner = candidates[0].name if candidates else stranger if host in _LOCAL else host
    for wire in wires().values():
        if wire.matches(request):
            return _asked(owner, wire, request)
    msg = f"no wire format is known for {request.method} {request.path}"
    raise Misfit(msg)


def _known(name: str) -> Provider:
    known = find_provider(name)
    if known is None:
        raise AssertionError
    return known


def _asked(provider: str, wire: Wire, request: Request) -> Asked:
    model, ask = wire.read(request)
    return Asked(provider, wire, model, with_words(ask))


def thinks(exchanges: Iterable[Exchange]) -> bool:
    """Whether a group of exchanges whose requests leave it open is a thinking one: at least half of its replies
    that can tell show some.
    """
    telling = [x.reply for x in exchanges if x.answered and (x.reply.usage or x.reply.thinking)]
    shown = [reply for reply in telling if reply.thinking or (reply.usage and reply.usage.thinking)]
    return bool(telling) and 2 * len(shown) >= len(telling)
