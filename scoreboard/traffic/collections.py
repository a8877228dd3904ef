"""Collections: what is known of a body of recordings beside its bytes, as data (`collections.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from urllib.parse import quote

import msgspec
from msgspec import Struct, field, structs

from scoreboard.bundled import bundled
from scoreboard.errors import ScoreboardError

FILE = bundled("collections.toml")
_NAME = re.compile(r"^\d{4}-\d{2}$|^[\w.-]+\+[\w.-]+$")
_SAFE = "/@+:,"


class CollectionError(ScoreboardError):
    """A list of collections that cannot be read; the message says where, and what to do."""


class Collection(Struct, frozen=True, forbid_unknown_fields=True):
    """A repository at a commit, and what its recorder did; `collections.toml` says what each field means."""

    repository: str
    commit: str
    day: str
    licence: str
    web: str
    folder: str = "{path}"
    folders: tuple[str, ...] = ()
    form: str = ""
    recorded: str = ""
    remote: str = ""
    strikes: tuple[str, ...] = ()
    thinking_suffix: str = ""
    snapshot: bool = False
    provider_at: int | None = None
    providers: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def git(self) -> str:
        """Where git finds it."""
        return self.remote or f"https://github.com/{self.repository}.git"

    @property
    def beginning(self) -> str:
        """What the addresses of its files begin with."""
        return self.web.partition("{")[0]

    def address(self, path: str) -> str:
        """The address on the web of a file, by its path below the collection."""
        provider, _, rest = path.partition("/")
        found = self.folder.format(provider=provider, rest=rest, path=path)
        return self.web.format(path=quote(found, safe=_SAFE))


@cache
def _read() -> dict[str, Collection]:
    try:
        tree = tomllib.loads(FILE.read_text("utf-8"))
        found = msgspec.convert(tree, dict[str, Collection])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, msgspec.ValidationError) as error:
        msg = f"{FILE} cannot be used: {error}; mend it, or restore it from version control"
        raise CollectionError(msg) from error
    return {name: structs.replace(known, name=name) for name, known in found.items()}


class _Known(Mapping[str, Collection]):
    """All collections by name, read when first asked for. Raises CollectionError."""

    def __getitem__(self, name: str) -> Collection:
        return _read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_read())

    def __len__(self) -> int:
        return len(_read())


COLLECTIONS: Mapping[str, Collection] = _Known()


def collection_of(folders: Sequence[str]) -> str:
    """The name of the collection of a file, by the folders above it, the nearest last; empty where none is named."""
    return next((folder for folder in reversed(folders) if folder in COLLECTIONS or _NAME.match(folder)), "")


def on_the_web(where: str) -> str:
    """The address of "<collection>/<path>"; anything else stays as it is, made fit for a link."""
    name, _, path = where.partition("/")
    known = COLLECTIONS.get(name)
    return known.address(path) if known else quote(where, safe="/@+:,%?&=#~")
