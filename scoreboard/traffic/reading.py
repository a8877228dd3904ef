"""A file's bytes to what was kept: its form is told by its content, and there is one."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Protocol

from msgspec import Struct, structs

from providers.base import Request, Response
from providers.plugins import modules
from scoreboard.traffic.formats._document import Document, parsed
from scoreboard.traffic.formats._packed import LIMIT, unpacked_as_said
from scoreboard.traffic.kept import BadRecording, Kept

# How names of files end that are recordings wherever they lie; of others it is told only where they are one.
_NAMED = (".yaml", ".yml", ".json", ".har", ".sse", ".txt", ".gz", ".zst", ".jsonl", ".ndjson")


class Form(Protocol):
    """A file of formats/."""

    def claims(self, document: Document) -> bool:
        """Whether a document is of this form."""

    def read(self, document: Document) -> Iterator[Kept]:
        """What was kept. Raises ValueError, worded to follow the file's name."""


class NoForm(BadRecording):
    """A whole file of another kind."""


class Foreign(ValueError):
    """A whole document of no form; worded to follow the file's name."""


class Content(Struct, frozen=True):
    """What a file holds."""

    form: str
    kept: list[Kept]


@cache
def forms() -> dict[str, Form]:
    """All forms by name. Raises BadRecording for a file that is none: the file is the registration."""
    package, found = "scoreboard.traffic.formats", {}
    for name in modules(package):
        module = importlib.import_module(f"{package}.{name}")
        if not all(callable(getattr(module, part, None)) for part in ("claims", "read")) or not module.__doc__:
            msg = (
                f"formats/{name}.py is no form: it needs a docstring, `claims` and `read`, or a name that begins with _"
            )
            raise BadRecording(msg)
        found[name] = module
    return found  # type: ignore[return-value]


def may_be_recording(path: Path) -> bool:
    """Whether the name of a file says that it is a recording; any other is none where its content is none."""
    return path.name.lower().endswith(_NAMED)


def parse(data: bytes) -> Content:
    """What a document holds. Raises ValueError, worded to follow the file's name."""
    document = parsed(data)
    try:
        found = [name for name, form in forms().items() if form.claims(document)]
        if len(found) > 1:
            msg = f"is of two forms at once, {' and '.join(found)}; split it"
            raise ValueError(msg)
        if not found:
            msg = f"is of no form that is known ({', '.join(forms())}); leave it out, or add its form"
            raise Foreign(msg)
        kept = [_unpacked(one) for one in forms()[found[0]].read(document)]
    except RecursionError:
        msg = "is nested beyond all bounds; leave it out"
        raise ValueError(msg) from None
    if not kept:
        msg = "holds no exchange; leave it out, or record it again"
        raise ValueError(msg)
    if all(one.broken for one in kept):
        raise ValueError(kept[0].broken)
    return Content(found[0], kept)


def _unpacked(kept: Kept) -> Kept:
    request, response = kept.request and unpacked_as_said(kept.request), unpacked_as_said(kept.response)
    if request is kept.request and response is kept.response:
        return kept
    return structs.replace(kept, request=request, response=response)


def read_file(path: Path) -> Content:
    """What a file holds. Raises BadRecording with one line that names the file."""
    try:
        if path.stat().st_size > LIMIT:
            msg = f"{path} has {path.stat().st_size >> 20} MB, more than any recording; it was left out"
            raise BadRecording(msg)
        return parse(path.read_bytes())
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions, or leave it out"
        raise BadRecording(msg) from error
    except Foreign as error:
        msg = f"{path} {error}"
        raise NoForm(msg) from error
    except ValueError as error:
        msg = f"{path} {error}"
        raise BadRecording(msg) from error


def pairs(content: Content) -> list[tuple[Request, Response]]:
    """The requests and responses of a file that have both."""
    return [(one.request, one.response) for one in content.kept if one.request and not one.passed]
