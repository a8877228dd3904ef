"""The claims on a catalogue as a patch of its repository: the lines that differ, and nothing else.

Each text is parsed before and after: whatever else would differ, or could not be read any more, is left out and said.
"""

from __future__ import annotations

import json
import os
import posixpath
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from msgspec import Struct

from scoreboard.claims.catalogues import value_of
from scoreboard.claims.editing import Misfit, Value, json_set, toml_set
from scoreboard.claims.rules import Claim
from scoreboard.claims.snapshots import Entry, Snapshot
from scoreboard.errors import ScoreboardError


class Patch(Struct, frozen=True):
    """A patch, empty where nothing is changed; the claims that are in it, and those that are not, each with why."""

    diff: bytes
    taken: tuple[Claim, ...]
    left: tuple[tuple[Claim, str], ...]


def patch(found: Iterable[Claim], snapshot: Snapshot) -> Patch:
    """What contradictions and gaps come to. Raises SnapshotError, ScoreboardError."""
    bench = _Bench(snapshot)
    taken, left = [], []
    for claim in found:
        if claim.kind not in ("contradicted", "gap"):
            continue
        if why := _in_the_way(claim, snapshot):
            left.append((claim, why))
            continue
        try:
            bench.change(claim)
            taken.append(claim)
        except Misfit as error:
            left.append((claim, f"to be written by hand: {error}"))
    return Patch(bench.diff(), tuple(taken), tuple(left))


def _in_the_way(claim: Claim, snapshot: Snapshot) -> str:
    catalogue, flag = snapshot.catalogue, claim.flag
    if not snapshot.texts:
        return "there is no text here to patch"
    if catalogue.overwrites(claim.entry.owner, flag.field):
        return f"written again by {catalogue.overwritten_by}"
    if catalogue.absent_is_false and flag.may != "false" and claim.said is None and not claim.measured.says:
        return "absent counts as false already"
    return ""


class _Bench:
    """The texts of a copy while claims change them. Each change is checked: the text then says the same as before, but
    for the field.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._catalogue, self._old = snapshot.catalogue, snapshot.texts
        self._texts: dict[str, Any] = dict(self._old)
        self._parsed: dict[str, Any] = {}

    def change(self, claim: Claim) -> None:
        """Changes what a claim says. Raises Misfit, and leaves the texts as they were."""
        entry, field = claim.entry, claim.flag.field
        if self._catalogue.layout == "providers":
            path = _target(entry.path, self._texts)
            before = value_of(self._said(path), field)
            # What the file does not say is inherited, and as the catalogue merged it.
            value = _value(claim, value_of(entry.fields, field) if before is None else before)
            text = toml_set(self._texts[path], field, value, [flag.field for flag in self._catalogue.flags])
            self._keep((path,), text, lambda whole: whole, field, value)
            return
        files = self._catalogue.files or (entry.path,)
        is_keyed = bool(self._catalogue.files)

        def own(whole: Any) -> Any:
            return whole[entry.key] if is_keyed else next(one for one in whole["models"] if one["id"] == entry.key)

        value = _value(claim, value_of(own(self._said(files[0])), field))
        text = json_set(self._texts[files[0]], _opening(entry, is_keyed=is_keyed), field, value)
        self._keep(files, text, own, field, value)

    def _said(self, path: str) -> Any:
        """What a text says. Raises Misfit."""
        if path not in self._parsed:
            self._parsed[path] = _parsed(path, self._texts[path])
        return self._parsed[path]

    def _keep(self, paths: Sequence[str], text: str, own: Callable[[Any], Any], field: str, value: Value) -> None:
        """Takes a text over for files that are alike. Raises Misfit."""
        expected = self._parsed.pop(paths[0])  # changed in place: a copy of the largest takes longer than all else
        *tables, name = field.split(".")
        place = own(expected)
        for table in tables:
            place = place.setdefault(table, {})
        place[name] = value
        if _parsed(paths[0], text) != expected:
            msg = "its text is written in a way that one line does not change"
            raise Misfit(msg)
        self._parsed[paths[0]] = expected
        self._texts |= dict.fromkeys(paths, text)

    def diff(self) -> bytes:
        """The patch so far, empty where nothing changed. Raises ScoreboardError."""
        differ = {path: (old, self._texts[path]) for path, old in self._old.items() if old != self._texts[path]}
        return _diff(differ) if differ else b""


def _opening(entry: Entry, *, is_keyed: bool) -> Callable[[str], bool]:
    """What recognises a line of the entry."""
    spelled = {json.dumps(entry.key), json.dumps(entry.key, ensure_ascii=False)}
    lines = {f"{one}: {{" for one in spelled} if is_keyed else {f'"id": {one},' for one in spelled}
    return lambda line: line.strip() in lines


def _value(claim: Claim, before: Any) -> Value:
    """The new value; of a list, the old one with the member or without."""
    member, says = claim.flag.member, bool(claim.measured.says)
    if not member:
        return says
    kept = [one for one in before or () if one != member]
    return [*kept, member] if says else kept


def _parsed(path: str, text: str) -> Any:
    """What a text says. Raises Misfit."""
    try:
        return tomllib.loads(text) if path.endswith(".toml") else msgspec.json.decode(text)
    except ValueError as error:  # of both
        msg = f"its file cannot be read: {error}"
        raise Misfit(msg) from error


def _target(path: str, texts: Mapping[str, Any]) -> str:
    """The file behind links. Raises Misfit."""
    for _ in range(4):
        match texts.get(path):
            case str():
                return path
            case {"symlink": str(link)}:
                path = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    msg = "its file is not in this copy"
    raise Misfit(msg)


def _diff(texts: Mapping[str, tuple[str, str]]) -> bytes:
    """A patch as git writes it. Raises ScoreboardError where there is no git."""
    with TemporaryDirectory() as folder:
        for path, sides in texts.items():
            for side, text in zip("ab", sides, strict=True):
                place = Path(folder, side, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode())
        command = ["git", "diff", "--no-index", "--no-prefix", "--no-color", "--no-ext-diff", "--no-textconv", "a", "b"]
        plain = {
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH": os.environ.get("PATH", os.defpath),
        }
        try:
            done = subprocess.run(command, cwd=folder, env=plain, capture_output=True, check=False)  # noqa: S603 (no word of others is in it)
        except FileNotFoundError:
            msg = "there is no git to write a patch with; install it"
            raise ScoreboardError(msg) from None
    if done.returncode != 1:
        msg = f"git wrote no patch: {done.stderr.decode(errors='replace')}"
        raise ScoreboardError(msg)
    return done.stdout
