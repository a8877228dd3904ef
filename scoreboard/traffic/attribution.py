"""Whose row an exchange belongs to: told by the bytes of its request, where they leave it open by its folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache

from msgspec import Struct

from probes.row import Exchange
from providers.base import Misfit, Provider, Request, Wire, find_provider, names, providers, wires
from providers.chat import Ask
from scoreboard.judge.decoding import host_of, with_words
from scoreboard.traffic.passing import passed_over

# Names of a machine of one's own, to be known, not listened at.
_LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal")  # noqa: S104
_STRUCK_OUT = re.compile(r"[<>{}\[\]%$*]|redacted|masked|placeholder")
_SHORTEST = 3  # letters of a name that a folder may hold among others


class Asked(Struct, frozen=True):
    """A request that was understood: whose it is, how it speaks, which model it asks, and what."""

    provider: str
    wire: Wire
    model: str
    ask: Ask


class Folders(Struct, frozen=True):
    """What the folders of a file may name: all above it, the nearest last; the name for whom nothing else names, empty
    where there is none; names of folders that are called otherwise here; the file's own name.
    """

    above: Sequence[str] = ()
    stranger: str = ""
    aliases: Mapping[str, str] = {}
    file: str = ""


class PassedOver(Misfit):
    """The request asks nothing of a model; says what it is about."""


class NoWire(PassedOver):
    """The request may ask something, in no way that is known."""


@cache
def _by_host() -> tuple[dict[str, list[Provider]], list[tuple[str, Provider]]]:
    """Providers by the hosts that are theirs alone, and by the patterns of such hosts."""
    found: dict[str, list[Provider]] = {}
    patterns = []
    for known in providers().values():
        for host in {*known.hosts, host_of(Request("GET", known.base_url))}:
            if "*" in host:
                patterns.append((host, known))
            elif host and host not in _LOCAL and not _STRUCK_OUT.search(host):
                found.setdefault(host, []).append(known)
    return found, sorted(patterns, key=lambda pattern: (-len(pattern[0]), pattern[0], pattern[1].name))


@cache
def _names() -> frozenset[str]:
    return frozenset(names())


@cache
def _at_home(host: str) -> list[Provider]:
    """The providers whose host it is."""
    exact, patterns = _by_host()
    return exact.get(host) or [known for pattern, known in patterns if fnmatchcase(host, pattern)]


@cache
def _by_label() -> dict[str, list[Provider]]:
    """Providers by the name of their domain."""
    found: dict[str, list[Provider]] = {}
    for host, here in _by_host()[0].items():
        label = host.split(".")[-2] if "." in host else ""
        if len(label) >= _SHORTEST:
            found.setdefault(label, []).extend(known for known in here if known not in found.get(label, []))
    return found


def understood(request: Request, folders: Sequence[str] | Folders, stranger: str = "unknown") -> Asked:
    """Reads a request. Raises PassedOver; Misfit, BadReply where it is broken."""
    where = folders if isinstance(folders, Folders) else Folders(folders, stranger)
    host = host_of(request)
    candidates = owners(host, where)
    for known in candidates:
        for wire in (known.wire, *known.wires.values()):
            if wire.matches(request):
                return _asked(known.name, wire, request)
    for wire in wires().values():
        if wire.matches(request):
            if not candidates and not is_told(host) and not where.stranger:
                msg = "nothing says whose server it is"
                raise PassedOver(msg)
            owner = candidates[0].name if candidates else host if is_told(host) else where.stranger
            return _asked(owner, wire, request)
    if about := passed_over(request):
        raise PassedOver(about)
    msg = f"no wire format is known: {request.method} {request.path}"
    raise NoWire(msg)


def is_told(host: str) -> bool:
    """Whether a host names somebody: it was not struck out, and is no machine of one's own."""
    return bool(host) and host not in _LOCAL and not _STRUCK_OUT.search(host)


def owners(host: str, where: Folders) -> list[Provider]:
    """Whose a host may be: of those that are at home there, the one that a folder names; else whom a folder names."""
    at_home = _at_home(host)
    called = [where.aliases.get(name, name) for name in reversed(where.above)]
    named = [name for name in called if name in _names()]
    if found := [known for known in at_home if known.name in named] or at_home:
        return found
    if named:
        return [_known(named[0])]
    if host in _LOCAL:
        return next(filter(None, (_local(word) for word in _words(where, host))), [])
    if not is_told(host):
        return next(filter(None, (_called(word) for word in _words(where, host))), [])
    return []


def _words(where: Folders, host: str) -> Iterator[str]:
    """Words of what stands in the host's place, of the folders, the nearest first, and of the file's name."""
    for name in (host, *(where.aliases.get(name, name) for name in reversed(where.above)), where.file):
        whole = name.lower()
        yield whole
        yield from (word for word in re.split(r"[^a-z0-9]+", whole) if len(word) >= _SHORTEST and word != whole)


@cache
def _called(word: str) -> list[Provider]:
    return [_known(word)] if word in _names() else _by_label().get(word, [])


@cache
def _local(word: str) -> list[Provider]:
    known = find_provider(word) if word in _names() else None
    return [known] if known and known.country == "local" else []


def _known(name: str) -> Provider:
    known = find_provider(name)
    if known is None:
        raise AssertionError
    return known


def _asked(provider: str, wire: Wire, request: Request) -> Asked:
    model, ask = wire.read(request)
    return Asked(provider, wire, model, with_words(ask))


def tells(exchange: Exchange) -> bool | None:
    """Whether a reply shows thinking; None where it cannot tell."""
    reply = exchange.reply
    if not exchange.answered or not (reply.usage or reply.thinking):
        return None
    return bool(reply.thinking or (reply.usage and reply.usage.thinking))


def thinks(told: Iterable[bool | None]) -> bool:
    """Whether a group of exchanges whose requests leave it open is a thinking one: at least half of its replies that
    can tell show some.
    """
    telling = [one for one in told if one is not None]
    return bool(telling) and 2 * sum(telling) >= len(telling)
