"""An engine at a version in an environment of its own, outside of the checkout, whose place would stand in the server's
own error messages, and so in the cassettes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Collection, Sequence
from importlib.metadata import distributions
from pathlib import Path

from msgspec import Struct

from engines.base import Engine
from tools.engines.processes import Clock, EngineError, Fault, environment, finished, last_line

_SAYS_NOTHING = ("[notice]", "[end of output]", "note:", "note: This", "╰", "hint:")
_OFFERED = r"satisfies the requirement {}(?:\[\w+\])?==\S* \(from versions: ([^)]*)\)"
_CONFLICT = re.compile(r"The conflict is caused by:\s+([^;\n]+)")
_FULL = re.compile(r"No space left on device")
_FEW = 1 << 20  # bytes


class Environment(Struct, frozen=True):
    """Where an engine is installed. `seconds`: what that took; 0 where it was there."""

    engine: Engine
    name: str
    version: str
    folder: Path
    here: Path
    seconds: float = 0.0

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    @property
    def run(self) -> Path:
        """The folder where it runs."""
        return self.folder / "run"

    @property
    def megabytes(self) -> int:
        """What it takes on disk."""
        return sum(path.lstat().st_size for path in self.folder.rglob("*")) // 10**6

    def words(self, **more: str) -> dict[str, str]:
        """What the words in braces stand for."""
        return {
            "version": self.version, "python": self.python, "bin": str(self.folder / "bin"), "here": str(self.here),
            **more,
        }  # fmt: skip


def newest(engine: Engine) -> str:
    """The newest version that the registry has. Raises EngineError."""
    command = [sys.executable, "-m", "pip", "index", "versions", engine.package]
    done = subprocess.run(command, env=environment(engine.build), capture_output=True, text=True, check=False)
    if found := re.search(r"\(([^()\s]+)\)", done.stdout.partition("\n")[0]):
        return found[1]
    said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
    msg = f"the newest version of {engine.package} is not to be had: {said}; is the package index reached?"
    raise EngineError(msg)


def installed(engine: Engine, here: Path, version: str, work: Path) -> Environment:
    """The engine's environment, made where it is not there; what fails leaves none. Raises EngineError."""
    found = Environment(engine, here.name, version, work / f"{here.name}-{version}", here)
    ready = found.folder / ".ready"
    if ready.exists():
        return found
    if not re.fullmatch(r"\w[\w.+!-]*", version):
        msg = f"{version!r} is no version; give one such as {engine.versions[-1]}"
        raise EngineError(msg)
    clock = Clock()
    try:
        shutil.rmtree(found.folder, ignore_errors=True)  # what a kill left half made
        found.run.mkdir(parents=True)
        _install(found, work / f"{found.folder.name}.log")
        ready.touch()
    except BaseException as error:
        shutil.rmtree(found.folder, ignore_errors=True)
        if isinstance(error, OSError):
            msg = f"{work} cannot be used: {error.strerror}; free some space, or name another folder by --work"
            raise EngineError(msg) from error
        raise
    return Environment(engine, found.name, version, found.folder, here, clock.seconds)


def _install(found: Environment, log: Path) -> None:
    engine = found.engine
    pip = [sys.executable, "-m", "pip", "--python", found.python, "--disable-pip-version-check"]
    _step(found, [sys.executable, "-m", "venv", "--without-pip", str(found.folder)], log)  # ours serves, and sooner
    wanted = [text.format_map(found.words()) for text in engine.requirements]
    if instead := engine.instead.get(found.version):
        _step(found, [*pip, "install", "--no-deps", *wanted], log)
        wanted = [*_needed(found, set(map(_name, instead))), *instead]
    _step(found, [*pip, "install", *wanted], log)
    if engine.without:
        _step(found, [*pip, "uninstall", "--yes", *engine.without], log)
    if engine.make:
        _step(found, [text.format_map(found.words()) for text in engine.make], log)


def _needed(found: Environment, but: Collection[str]) -> list[str]:
    """What the installed package says that it needs, without packages of those names."""
    bases = {"base": str(found.folder), "platbase": str(found.folder)}
    place = sysconfig.get_path("purelib", "venv", bases)
    package = next(iter(distributions(name=found.engine.package, path=[place])))
    return [one for one in package.requires or () if _name(one) not in but]


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower()


def _step(found: Environment, command: Sequence[str], log: Path) -> None:
    if not finished(command, found.run, found.engine.build, log):
        return
    what, said = f"{found.engine.package} {found.version}", log.read_text("utf-8", "replace")
    if _FULL.search(said) or shutil.disk_usage(log.parent).free < _FEW:  # then the log may tell nothing
        msg = f"{what} cannot be installed: no space left on {log.parent}; free some, or name another folder by --work"
    elif offered := re.search(_OFFERED.format(re.escape(found.engine.package)), said):
        last = ", ".join(offered[1].split(", ")[-5:])
        msg = f"there is no {what} to be had for this Python; the last versions there are: {last}"
    else:
        conflict = _CONFLICT.search(said)
        why = f"{conflict[1]}, which is not to be had" if conflict else last_line(log, _SAYS_NOTHING)
        msg = f"{what} cannot be installed: {why}; {log} has the rest"
        raise Fault(msg)
    raise EngineError(msg)
