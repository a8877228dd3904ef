"""What a word of a command names as one side of a comparison: a folder of results, a file of them, an exported
document, the rows of one model, or the results of a git revision.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path, PurePosixPath

import msgspec

from scoreboard.results.comparing import Side
from scoreboard.results.export import read_document
from scoreboard.results.model import Results
from scoreboard.results.store import ResultsError, decoded, load, load_all, parse

_NAME = "results"


def side(word: str, results: Path) -> Side:
    """The rows that a word names; `results` is the folder of the checkout. Raises ResultsError."""
    path = Path(word)
    if path.is_dir():
        return Side.of(word, _folder(path))
    if path.exists():
        return Side.of(word, _file(path))
    provider, _, model = word.partition("/")
    if model and any(row.model == model for row in load(results, provider).rows):
        return Side.of(word, [load(results, provider)], model)
    return Side.of(word, _revision(word, results))


def sides(words: tuple[str, str], results: Path) -> tuple[Side, Side]:
    """Both of two; where one is of one provider alone, the other's rows of it. Raises ResultsError."""
    a, b = (side(word, results) for word in words)
    owners = [{one.provider for one in found.rows} for found in (a, b)]
    if len(owners[0]) == 1 < len(owners[1]):
        b = Side(b.name, tuple(one for one in b.rows if one.provider in owners[0]))
    if len(owners[1]) == 1 < len(owners[0]):
        a = Side(a.name, tuple(one for one in a.rows if one.provider in owners[1]))
    return a, b


def _folder(path: Path) -> list[Results]:
    """Of a folder of results, or of one that holds such a folder, as `--keep` leaves it."""
    inner = path / _NAME
    found = load_all(inner if inner.is_dir() else path)
    if not found:
        msg = f"{path} holds no results; name a folder with one JSON file per provider"
        raise ResultsError(msg)
    return found


def _file(path: Path) -> list[Results]:
    """Of a file of results, under whatever name, or of an exported document."""
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise ResultsError(msg) from error
    try:
        is_document = "generated_at" in msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        msg = f"{path} is neither a results file nor an exported document: {error}; name one that is"
        raise ResultsError(msg) from error
    return read_document(data, str(path)) if is_document else [decoded(data, path, Results)]


def _revision(word: str, results: Path) -> list[Results]:
    """Of the commit that git knows by that name, in the folder where a command runs."""
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}")
    if commit is None:
        known = f"no folder, no file, no provider/model of {results}/, and no git revision here"
        msg = f"{word!r} is {known}; name one of these"
        raise ResultsError(msg)
    folder = _NAME if results.is_absolute() else results.as_posix()
    archive = _git("archive", "--format=tar", commit.decode().strip(), "--", folder)
    if archive is None:
        msg = f"the git revision {word} has no folder {folder}; name one that has"
        raise ResultsError(msg)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        names = {one: PurePosixPath(one.name) for one in tar.getmembers() if one.isfile()}
        files = [one for one, name in names.items() if name.suffix == ".json" and name.parent == PurePosixPath(folder)]
        return [parse(held.read(), Path(one.name)) for one in files if (held := tar.extractfile(one))]


def _git(*arguments: str) -> bytes | None:
    """What git prints; None where it fails, or is not here."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout  # noqa: S603, S607 - no shell
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
