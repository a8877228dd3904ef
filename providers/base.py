"""What a provider is (data), what a wire format is (two directions), and how both are found.

ProviderError
├── BadReply          a body that is not what the wire promises: no JSON, wrong types, invalid UTF-8
├── NotExpressible    the wire has no field for what was asked
└── Misfit            a request that is none of this wire's (when reading other people's recordings)
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from msgspec import Struct, field, structs

from providers.chat import Ask, Chunk, Reply, Usage
from providers.plugins import load, modules, origin

Asking = Generator["Request", "Response", Reply]


class ProviderError(Exception):
    """The root of all errors of this floor."""


class BadReply(ProviderError):
    """The body is not what the wire promises; says what and where."""


class NotExpressible(ProviderError):
    """The wire has no field for `features` (sorted names of `Ask.features`)."""

    def __init__(self, features: frozenset[str]) -> None:
        self.features = tuple(sorted(features))
        super().__init__(f"the wire has no field for {', '.join(self.features)}")


def expressible(ask: Ask, fields: frozenset[str]) -> None:
    """Raises NotExpressible where the question carries a feature that the wire has no field for."""
    if missing := ask.features - fields:
        raise NotExpressible(missing)


class Misfit(ProviderError):
    """The request is not of this wire."""


class Request(Struct, frozen=True):
    """An HTTP request without key. Our own and not httpx's: judging recordings needs no HTTP client, and importing one
    takes longer than judging a whole provider. Header names are lower case. `after`: seconds to wait before it is sent,
    where the API asks to be polled. `keyed`: an address that the API gave and that takes the key as well; it gets it
    where it is of the same domain as the API. `only`: what comes back lists all that the account has; no more of it may
    be kept than the items that hold this text. `signed`: the service (of Amazon) that it is signed for, in place of the
    key. `filled`: {NAME} in the body stands for an environment variable as well, for each of these names.
    """

    method: str
    url: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    keyed: bool = False
    only: str = ""
    signed: str = ""
    filled: tuple[str, ...] = ()

    def as_kept(self) -> Request:
        """The request without what only tells how it is sent."""
        return structs.replace(self, after=0.0, keyed=False, only="", signed="", filled=())

    @property
    def path(self) -> str:
        """The path of the URL, as sent (not unquoted)."""
        return urlsplit(self.url).path


class Response(Struct, frozen=True):
    """A whole HTTP response. Header names are lower case. `chunks` tell how the body arrived, where known."""

    status: int
    headers: dict[str, str]
    body: bytes
    chunks: tuple[Chunk, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class Quirks(Struct, frozen=True):
    """How one API departs from its wire's plain form. Frozen data; each default is the plain form.

    lacks: features (names of `Ask.features`) which this API documents no field for.
    has: features that it adds to its wire's.
    since: features whose field came later than the wire's others, with the day (ISO 8601); recordings from before lack
    it. options: the wire's own switches, named and documented in the wire's module.
    """

    lacks: frozenset[str] = frozenset()
    has: frozenset[str] = frozenset()
    since: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """The wire's switch of that name."""
        return self.options.get(name, default)


PLAIN = Quirks()


class Wire(Protocol):
    """A wire format: a module of `providers.wire` with these names. Pure functions, no I/O."""

    __name__: str

    def fields(self, quirks: Quirks) -> frozenset[str]:
        """The features (names of `Ask.features`) that the wire has a field for."""

    def ask(self, ask: Ask, model: str, base_url: str, quirks: Quirks) -> Asking:
        """Yields requests, is sent responses, returns the reply. Raises NotExpressible, BadReply."""

    def reply(self, ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
        """What the responses say to the question, without asking anything: for live answers and anybody's recordings.
        They come in the order in which they were got, all those that `ask` would have been sent; where the last one
        decides, it alone will do. Raises BadReply.
        """

    def read(self, request: Request) -> tuple[str, Ask]:
        """The model and the question that a request really carries. Raises Misfit."""

    def matches(self, request: Request) -> bool:
        """True when path and shape are this wire's."""

    def models(self, base_url: str, quirks: Quirks) -> Generator[Request, Response, list[str]]:
        """The list of models: yields requests, is sent responses, returns the sorted ids. Raises BadReply."""


class Note(Struct, frozen=True):
    """A fact for the provider's page, with the page or recording that it comes from."""

    text: str
    source: str


class Price(Struct, frozen=True):
    """US dollars a million tokens, in and out, with the page that says so."""

    input: float
    output: float
    source: str

    def of(self, usage: Usage) -> float:
        """US dollars that so many tokens cost."""
        return (max(usage.input, 0) * self.input + max(usage.output, 0) * self.output) / 1_000_000


class Provider(Struct, frozen=True, kw_only=True):
    """An API: where it is, how it speaks, and what is known of it beforehand.

    wire: names of modules in `providers.wire`, the first being the usual one. base_url: without trailing slash; {NAME}
    in it stands for an environment variable, filled in by whoever sends, so that no recording holds it.
    hosts: other hosts that are or were its own, or patterns (fnmatch) of them, by which recorded traffic is known.
    key_env: the environment variable with the key (None: no key). key: header (or `?name` for a query parameter) and
    prefix that carry it. needs: by feature (a name of `Ask.features`), the environment variables without which it is
    not asked for; what they hold is kept nowhere. batch_size: how many questions a batch has at least. country: ISO
    3166 code, or "local" for an engine on one's own machine. thinking: by model name pattern (fnmatch), which modes of
    thinking there are. wires: model name patterns (fnmatch) served through another wire. models: ids that its
    documentation names and its list of models may leave out. inherits: models that are sizes of one and the same, with
    the one that is probed. recommended: best, good and cheap model.
    """

    wire: Wire
    base_url: str
    name: str = ""
    title: str = ""
    hosts: tuple[str, ...] = ()
    key_env: str | None = None
    key: tuple[str, str] = ("authorization", "Bearer ")
    headers: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    batch_size: int = 1
    country: str = ""
    quirks: Quirks = PLAIN
    wires: Mapping[str, Wire] = field(default_factory=dict)
    thinking: Mapping[str, tuple[bool, ...]] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    inherits: Mapping[str, str] = field(default_factory=dict)
    recommended: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()

    def wire_for(self, model: str) -> Wire:
        """The wire that serves a model: the first pattern of `wires` that fits, else the usual one."""
        from fnmatch import fnmatchcase

        return next((wire for pattern, wire in self.wires.items() if fnmatchcase(model, pattern)), self.wire)

    def thinking_of(self, model: str) -> tuple[bool, ...]:
        """The modes of a model: without thinking, with it, or both. Where both are, the mode is asked for; else it is
        as it is.
        """
        from fnmatch import fnmatchcase

        return next((modes for pattern, modes in self.thinking.items() if fnmatchcase(model, pattern)), (False,))

    def price_of(self, model: str) -> Price | None:
        """The price of a model: the first pattern of `prices` that fits."""
        from fnmatch import fnmatchcase

        return next((price for pattern, price in self.prices.items() if fnmatchcase(model, pattern)), None)

    def quirks_for(self, model: str) -> Quirks:
        """The quirks are those of the usual wire; the others are spoken plainly."""
        return self.quirks if self.wire_for(model) is self.wire else PLAIN


def names() -> list[str]:
    """The names of all providers: each file of this package that is no part of the floor itself."""
    return [name for name in modules("providers") if name not in FLOOR]


@cache
def find_provider(name: str) -> Provider | None:
    """One provider, None where it has no file. Raises ProviderError for a file without a `provider`: the file is the
    registration.
    """
    if name not in names():
        return None
    found = getattr(load("providers", name, ProviderError), "provider", None)
    if not isinstance(found, Provider):
        where = origin("providers", name)
        msg = f"{where} has no `provider`; define one, or begin the file's name with an underscore"
        raise ProviderError(msg)
    return structs.replace(found, name=name, title=found.title or name)


def providers() -> dict[str, Provider]:
    """All providers by name. Raises ProviderError."""
    return {name: known for name in names() if (known := find_provider(name))}


@cache
def wires() -> dict[str, Wire]:
    """All wire formats by name, in order of name."""
    return {name: importlib.import_module(f"providers.wire.{name}") for name in modules("providers.wire")}


# The wires in which an endpoint is asked of which nobody said what it speaks, the likeliest first.
GUESSED = ("openai_chat", "openai_responses", "anthropic", "ollama", "gemini", "cohere", "cloudflare")


def speaker(wire: str) -> Provider:
    """Whose usual wire it is, before all others whoever has no address of its own; else whoever serves some models
    through it, which is then spoken plainly.
    """
    wanted, everybody = wires()[wire], sorted(providers().values(), key=lambda known: bool(known.base_url))
    usual = [known for known in everybody if known.wire is wanted]
    if usual:
        return usual[0]
    other = next((known for known in everybody if wanted in known.wires.values()), everybody[0])
    return structs.replace(other, wire=wanted, wires={}, quirks=PLAIN)


FLOOR = ("base", "chat", "errors", "jobs", "plugins")
