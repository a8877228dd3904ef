"""What an inference server, or a gateway, is that is installed at a version, started and asked: data."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class Served(Struct, frozen=True):
    """A model as an engine serves it. Its rows are called `name@VERSION`, so that versions are models of one provider:
    tables, comparisons and cassettes need nothing new for them. `options`: what is added to the engine's `serve`.
    `behind`: of a gateway's, the engine and its model behind it, as ENGINE/NAME.
    """

    name: str
    options: tuple[str, ...] = ()
    behind: str = ""


class Engine(Struct, frozen=True, kw_only=True):
    """An engine. Its commands, files and variables may hold words in braces.

        {version}            of the engine
        {python} {bin}       the interpreter, and the folder of programs, of its own environment
        {here}               the folder of the engine's file
        {model} {port}       the name that it serves, and where
        {behind} {upstream}  of a gateway's: the name that the engine behind it serves, and the address where

    provider: the file of providers/ that has its address and wire. package: its name on PyPI. requirements: what is
    installed. instead: by version, requirements that stand in for the package's own of these names, which are not to be
    had. without: packages that came along and are taken out again. versions: oldest first. served: the models.
    build, environment: variables while it is installed, and while it runs. files: what is written into the folder where
    it runs, by name. make: what makes its model there, once. serve: what starts it. port: where it listens, if not
    where its provider has it. patience: seconds until it must answer.
    longest: seconds that asking one model may take.
    """

    provider: str
    package: str
    requirements: tuple[str, ...]
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    versions: tuple[str, ...]
    served: tuple[Served, ...]
    build: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    make: tuple[str, ...] = ()
    serve: tuple[str, ...]
    port: int = 0
    patience: float = 60.0
    longest: float = 1800.0
