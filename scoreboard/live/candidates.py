"""Who may speak an endpoint's wire, what each would ask it first, and where."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from msgspec import Struct, field, structs

from probes.base import hello, probes
from probes.row import Row
from providers.base import GUESSED, Provider, Request, providers, speaker
from providers.chat import Ask
from scoreboard.evidence.redaction import SHORTEST
from scoreboard.live.endpoint import plain_address
from scoreboard.live.row import row_to_ask
from scoreboard.mode import Mode, RowId
from scoreboard.settings import Settings

_OTHERS = 6
_VERSIONS = ("v1", "v1beta", "v2")


class Endpoint(Struct, frozen=True, kw_only=True):
    """What is to be asked. `wire` and `provider` are names, both empty where the wire is to be found out; `key_env` is
    the variable that the caller named; `seconds` is how long the first question may take in all.
    """

    base_url: str
    model: str
    environ: Mapping[str, str]
    wire: str = ""
    provider: str = ""
    key_env: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 15.0

    def candidates(self) -> list[Provider]:
        """Who may speak the endpoint's wire, the likeliest first."""
        if self.provider:
            found = [providers()[self.provider]]
        elif self.wire:
            found = [structs.replace(speaker(self.wire), wires={})]
        else:
            found = [known for known in providers().values() if _is_own(known, self.base_url)] or [
                speaker(name) for name in GUESSED
            ]
        return [self._with_key(known) for known in found]

    def _with_key(self, known: Provider) -> Provider:
        """With the headers that were named, and the key of the variable to look in: a stranger whose wire is only
        guessed is sent no vendor's key.
        """
        key_env = self.key_env or known.key_env
        guessed = not (self.provider or self.wire or self.key_env)
        if guessed and not _is_own(known, self.base_url):
            key_env = _generic().key_env
        if known.key[0] in self.headers:
            key_env = None
        return structs.replace(known, key_env=key_env, headers={**known.headers, **self.headers})

    @property
    def plain(self) -> str:
        """The address without secrets."""
        return plain_address(self.base_url)

    def with_key(self, known: Provider) -> dict[str, str]:
        """The environment in which that provider is asked: a local server takes anything for a key."""
        name = known.key_env or ""
        return {**self.environ, name: self.environ.get(name, "").strip() or "none"}

    @property
    def secrets(self) -> list[str]:
        """What of the headers is nobody's business."""
        return [value for value in self.headers.values() if len(value.strip()) >= SHORTEST]


def endpoint_of(
    base_url: str,
    model: str,
    environ: Mapping[str, str],
    wire: str = "",
    provider: str = "",
    key_env: str = "",
    headers: Mapping[str, str] | None = None,
    seconds: float = 15.0,
) -> Endpoint:
    """The endpoint of an address as it was typed. A user and password in it become the header that they stand for."""
    address, more = base_url.strip().rstrip("/"), dict(headers or {})
    if found := re.match(r"(https?://)([^/@?#]*)@(.*)", address, re.IGNORECASE):
        address = found[1] + found[3]
        more.setdefault("authorization", "Basic " + b64encode(unquote(found[2]).encode()).decode())
    return Endpoint(
        base_url=address, model=model, environ=environ, wire=wire, provider=provider, key_env=key_env, headers=more,
        seconds=seconds,
    )  # fmt: skip


def _generic() -> Provider:
    return next(known for known in providers().values() if not known.base_url)


def _is_own(known: Provider, base_url: str) -> bool:
    """Whether the address is one of the provider's own hosts."""
    host = urlsplit(base_url).hostname
    own = urlsplit(known.base_url).hostname
    return known.country not in ("", "local") and bool(host) and host in (own, *known.hosts)


def put(known: Provider, model: str) -> Request:
    """The request of the plainest question."""
    return next(known.wire_for(model).ask(question(known, model), model, known.base_url, known.quirks_for(model)))


def question(known: Provider, model: str) -> Ask:
    """The plainest question that the wire can carry."""
    return plainest(row_to_ask(RowId(known.name, model, Mode(False, known.thinking_of(model)[0])), known, Settings()))


def plainest(row: Row) -> Ask:
    """That of a row."""
    first = sorted((probe for probe in probes().values() if probe.asked_first), key=lambda probe: probe.asked_first)
    asks = [hello(row), *(next(probe.questions(row)) for probe in first if probe.questions)]
    return next((ask for ask in asks if not ask.features - row.fields), asks[0])


def others(base_url: str, candidates: Sequence[Provider]) -> list[tuple[str, Provider]]:
    """The addresses that are taken for this one: with the path of a question too much, the version too much, or without
    the version that the wire's usual address has.
    """
    found: dict[tuple[str, str], Provider] = {}
    for known in candidates:
        path = put(known, "m").url.removeprefix(known.base_url)
        if base_url.endswith(path):
            found.setdefault((base_url.removesuffix(path), known.name), known)
            continue
        head, _, last = base_url.rpartition("/")
        if last in _VERSIONS:
            found.setdefault((head, known.name), known)
        usual = urlsplit(known.base_url.partition("{")[0]).path.rpartition("/")[2] or _VERSIONS[0]
        if usual in _VERSIONS and last not in _VERSIONS:
            found.setdefault((f"{base_url}/{usual}", known.name), known)
    there = [(url, known) for (url, _), known in found.items() if urlsplit(url).hostname]
    return there[:_OTHERS]


def address(known: Provider, base_url: str, request: Request) -> str:
    """Where a request goes, without secrets."""
    own = request.url.startswith(known.base_url)
    return plain_address(base_url.rstrip("/") + request.url.removeprefix(known.base_url) if own else request.url)
