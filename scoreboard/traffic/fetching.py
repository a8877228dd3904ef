"""Public recordings by git: the folders of a collection at its commit, in a folder of its own, whole or not at all.

The repository is fetched beside that folder: the commit alone where it is named in full (else the history of commits,
to find it), and of its files those that are wanted, where the server can leave out others. Of these only plain files
are taken; what a link points to is never looked at.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

from scoreboard.disk import locked
from scoreboard.errors import ScoreboardError
from scoreboard.traffic.collections import COLLECTIONS, Collection

_PATIENCE = 30  # seconds with next to no bytes
_MARK = ".fetched"
_PLAIN_FILES = (b"100644", b"100755")
_FULL = (40, 64)  # digits of a whole commit
# What parts of a stanza are, before any of them becomes a part of a command or of a path.
_NAME = re.compile(r"\w[\w.+-]*")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ADDRESS = re.compile(r"(https?|ssh|git|file)://[\w/\[][^\s]*")
_FOLDER = re.compile(r"(?!(.*/)?\.{1,2}(/|$))[\w.*][\w.*+@-]*(/[\w.*][\w.*+@-]*)*")
# What git says, and what that means; the first that is found counts.
_TROUBLE = (
    (r"could not read (Username|Password)|prompts disabled|Authentication failed|Permission denied \(publickey",
     "asks for a password, or is not there; check its address"),
    (r"not our ref|unadvertised object|unknown revision|Needed a single revision|ambiguous argument|bad object",
     "has no such commit; check it"),
    (r"repository '.*' not found|does not appear to be a git repository", "is not there; check its address"),
)  # fmt: skip
_OFFLINE = re.compile(
    r"could(n't| not) (resolve|connect)|failed to connect|unable to connect|connection (refused|timed out|reset|was)|"
    r"network is unreachable|too slow|timed out|CONNECT tunnel|empty reply",
    re.IGNORECASE,
)
_OFTEN_SET = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE")


class FetchError(ScoreboardError):
    """A collection that cannot be fetched; the message says which, why, and what to do."""


class OfflineError(FetchError):
    """There is no git, or no connection: others cannot be fetched either."""


def chosen(names: list[str]) -> list[Collection]:
    """The collections of these names, all where none is named. Raises FetchError, CollectionError."""
    from difflib import get_close_matches

    for name in names:
        if name not in COLLECTIONS:
            near = get_close_matches(name, COLLECTIONS, 1)
            advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(COLLECTIONS)}"
            msg = f"no collection is called {name!r}; {advice}"
            raise FetchError(msg)
    return [COLLECTIONS[name] for name in names or COLLECTIONS]


def fetch(collection: Collection, root: Path) -> int:
    """Brings a collection into the folder of its name below the root, in place of what is there of another commit;
    returns how many files it has, 0 where it was there. Raises FetchError; what was there then stays.
    """
    _check(collection)
    try:
        return _fetch(collection, root)
    except OSError as error:
        msg = f"{root} cannot be written: {error.strerror}; free some space, or name another folder with --into"
        raise FetchError(msg) from error


def _check(collection: Collection) -> None:
    """What git is to be told is no option of a command, and no path out of the folder."""
    parts = [(_NAME, collection.name), (_COMMIT, collection.commit), (_ADDRESS, collection.git)]
    wrong = [
        text for form, text in [*parts, *((_FOLDER, one) for one in collection.folders)] if not form.fullmatch(text)
    ]
    if wrong or not collection.folders:
        what = f"{wrong[0]!r} is no name, commit, address or folder" if wrong else "it names no folders"
        msg = f"collection {collection.name!r} is not fetched: {what}; mend its stanza in collections.toml"
        raise FetchError(msg)


def _fetch(collection: Collection, root: Path) -> int:
    place, old = root / collection.name, root / f".{collection.name}.old"
    if _is_here(collection, place):
        return 0
    root.mkdir(parents=True, exist_ok=True)
    with locked(root / ".lock", os.O_RDWR):
        if old.exists() and not place.exists():
            old.rename(place)  # whoever was about to replace it was killed
        for left in (old, *root.glob(".part-*")):
            shutil.rmtree(left, ignore_errors=True)
        if _is_here(collection, place):
            return 0
        part = Path(mkdtemp(prefix=".part-", dir=root.absolute()))
        try:
            count = _bring(collection, part, part / "files")
            if place.exists():
                place.rename(old)
            (part / "files").rename(place)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return count


def _is_here(collection: Collection, place: Path) -> bool:
    mark = place / _MARK
    return mark.is_file() and mark.read_bytes() == _mark(collection)


def _mark(collection: Collection) -> bytes:
    return "\n".join((collection.git, collection.commit, collection.folder, *collection.folders, "")).encode()


def _bring(collection: Collection, part: Path, files: Path) -> int:
    """Fetches into a part of the disk that nobody else uses; makes the folder of files, and counts them."""
    repository = part / "repository"
    git = _Git(collection, repository)
    git("init", "--quiet", "--template=", str(repository), within=part)
    git("remote", "add", "origin", collection.git)
    if len(collection.commit) in _FULL:
        git("fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "origin", collection.commit)
    else:
        git("fetch", "--quiet", "--filter=tree:0", "origin", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    commit = git("rev-parse", "--verify", "--end-of-options", f"{collection.commit}^{{commit}}").decode().strip()
    info = repository / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "sparse-checkout").write_text("".join(f"/{folder}/\n" for folder in collection.folders), "utf-8")
    (info / "attributes").write_text("* -text -eol -ident -filter -working-tree-encoding\n")  # bytes as they are
    git("checkout", "--quiet", "--detach", commit)
    count = 0
    for path in _plain_files(git("ls-files", "--stage", "-z")):
        below = _below(collection.folder, path)
        if below and (repository / path).is_file():
            (files / below).parent.mkdir(parents=True, exist_ok=True)
            (repository / path).rename(files / below)
            count += 1
    if not count:
        msg = f"collection {collection.name!r} is not fetched: its folders hold no files at {commit}; mend its stanza"
        raise FetchError(msg)
    (files / _MARK).write_bytes(_mark(collection))
    return count


def _plain_files(listed: bytes) -> Iterator[str]:
    for entry in listed.split(b"\0"):
        mode, _, path = entry.partition(b"\t")
        if mode[:6] in _PLAIN_FILES:
            yield os.fsdecode(path)


def _below(folder: str, path: str) -> str:
    """The path of a file below its collection, by its path in the repository; empty where it is none of it."""
    form = re.escape(folder)
    for name, inner in (("path", ".+"), ("rest", ".+"), ("provider", "[^/]+")):
        form = form.replace(rf"\{{{name}\}}", f"(?P<{name}>{inner})")
    found = re.fullmatch(form, path, re.DOTALL)
    if not found:
        return ""
    parts = found.groupdict()
    return parts["path"] if "path" in parts else f"{parts['provider']}/{parts['rest']}"


class _Git:
    """Runs git in a repository, with nobody to ask. Raises FetchError in words of ours."""

    _SETTINGS = (
        "core.hooksPath=/dev/null", "core.symlinks=false", "core.sparseCheckout=true", "core.sparseCheckoutCone=false",
        "credential.helper=", "submodule.recurse=false", "gc.auto=0", "maintenance.auto=false",
        "http.lowSpeedLimit=1000",
    )  # fmt: skip

    def __init__(self, collection: Collection, repository: Path) -> None:
        self._collection, self._repository = collection, repository
        self._environment = {name: value for name, value in os.environ.items() if name not in _OFTEN_SET} | {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
            "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "LC_ALL": "C",
        }

    def __call__(self, *command: str, within: Path | None = None) -> bytes:
        settings = [part for one in (*self._SETTINGS, f"http.lowSpeedTime={_PATIENCE}") for part in ("-c", one)]
        try:
            done = subprocess.run(  # noqa: S603 (each part of the command was looked at)
                ["git", *settings, *command], cwd=within or self._repository, env=self._environment,  # noqa: S607
                stdin=subprocess.DEVNULL, capture_output=True, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            msg = "there is no git; install it, or bring the recordings yourself and name them to `scoreboard import`"
            raise OfflineError(msg) from None
        if done.returncode:
            raise self._trouble(os.fsdecode(done.stderr))
        return done.stdout

    def _trouble(self, said: str) -> FetchError:
        address = re.sub(r"//[^/@]+@", "//", self._collection.git)
        where = f"collection {self._collection.name!r} is not fetched: {address} at {self._collection.commit}"
        for pattern, what in _TROUBLE:
            if re.search(pattern, said):
                return FetchError(f"{where} {what}")
        found = re.search(r"^(?:fatal|error): (.+)", said, re.MULTILINE)
        why = found[1] if found else said.strip() or "git failed"
        if _OFFLINE.search(said):
            return OfflineError(f"{where} cannot be reached: {why}; check the connection, and fetch again")
        return FetchError(f"{where}: {why}; fetch again, or mend its stanza in collections.toml")
