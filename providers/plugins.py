"""How the modules of a package are found that are its registrations: the files in it, and what other packages bring by
entry points (https://packaging.python.org/en/latest/specifications/entry-points/).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import pkgutil
import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

# By package of ours, the group under which others name modules of theirs.
GROUPS = {"providers": "llm_scoreboard.providers", "probes": "llm_scoreboard.probes"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@cache
def modules(package: str) -> list[str]:
    """Names of the modules of a package, and of those that others bring beside them, sorted; those that begin with an
    underscore are helpers.
    """
    return sorted(_own(package) | _plugged(package).keys())


@cache
def _own(package: str) -> frozenset[str]:
    where = importlib.import_module(package).__path__
    return frozenset(m.name for m in pkgutil.iter_modules(where) if not m.name.startswith("_") and not m.ispkg)


@cache
def _plugged(package: str) -> dict[str, list[EntryPoint]]:
    if package not in GROUPS or not _are_any():
        return {}
    from importlib.metadata import entry_points

    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=GROUPS[package]):
        found.setdefault(entry.name, []).append(entry)
    return found


@cache
def _are_any() -> bool:
    """Whether any installed package names a group: to read their metadata as one should takes longer than to judge a
    provider.
    """
    for folder in sys.path:
        with contextlib.suppress(OSError):
            for name in os.listdir(folder or "."):
                if name.endswith("-info") and _names_a_group(Path(folder, name, "entry_points.txt")):
                    return True
    return False


def _names_a_group(path: Path) -> bool:
    try:
        return b"llm_scoreboard." in path.read_bytes()
    except OSError:
        return False


def load(package: str, name: str, problem: type[Exception]) -> ModuleType:
    """One of these modules. Raises the problem, which names the package, where another one brings it and it cannot be
    loaded, or its name is taken.
    """
    entries = _plugged(package).get(name)
    if not entries:
        return importlib.import_module(f"{package}.{name}")
    entry = entries[0]
    if why := _clash(package, name, entries[1:]):
        msg = f"{_told(entry)}, which {why}; rename the entry point, or uninstall the package"
        raise problem(msg)
    try:
        module = entry.load()
    except Exception as error:  # another's module may raise anything
        why = " ".join(f"{type(error).__name__}: {error}".split())
        msg = f"{_told(entry)}, which cannot be loaded: {why}; mend it, or uninstall the package"
        raise problem(msg) from error
    if not isinstance(module, ModuleType):
        msg = f"{_told(entry)}, which is no module; name a module that is as a file of {package}/"
        raise problem(msg)
    return module


def _clash(package: str, name: str, others: Sequence[EntryPoint]) -> str:
    """What is wrong with the name of an entry point; empty where nothing is."""
    if others:
        return f"the package {_owner(others[0])} brings, too"
    if name in _own(package):
        return f"there is in {package}/ already"
    return "" if _NAME.fullmatch(name) else "is no name of lower-case letters, digits and _"


def origin(package: str, name: str) -> str:
    """Where the module of that name is, for a message: the file, or whose it is."""
    entries = _plugged(package).get(name)
    return f"{entries[0].value} of the package {_owner(entries[0])}" if entries else f"{package}/{name}.py"


def files() -> list[Path]:
    """The files of all modules that others bring, as far as they are found."""
    found = []
    for package in GROUPS:
        for entry, *_ in _plugged(package).values():
            with contextlib.suppress(Exception):  # to look for it loads what it is in
                spec = importlib.util.find_spec(entry.module)
                found += [Path(spec.origin)] if spec and spec.origin else []
    return found


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "that has no name"


def _told(entry: EntryPoint) -> str:
    return f"the package {_owner(entry)} brings {entry.name!r} ({entry.value})"
