"""Collections that git brings, from repositories on this machine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import create_server
from threading import Thread

import pytest
from msgspec import structs

from scoreboard.traffic import collections, fetching
from scoreboard.traffic.collections import COLLECTIONS, Collection
from scoreboard.traffic.fetching import FetchError, OfflineError, fetch
from scoreboard.traffic.importer import What, import_traffic
from tests.support import ROOT
from tests.support.made_up import recording

RECORDED = recording().encode()


def git(folder: Path, *command: str) -> str:
    """What git says."""
    settings = ("-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "core.autocrlf=false")
    return subprocess.run(
        ["git", *settings, *command], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(folder: Path, files: dict[str, bytes]) -> str:
    """The commit that has these files too."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "more")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose server may leave out files, and serves any commit."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "collections"


def stanza(repository: Path, whole: str, **more: object) -> Collection:
    """A collection of a repository."""
    known = Collection(
        "acme/tests",
        whole,
        "2026-01-02",
        "MIT",
        f"https://example.com/{whole}/{{path}}",
        name="acme+tests",
        folders=("tests/**/cassettes",),
        remote=repository.as_uri(),
    )
    return structs.replace(known, **more)


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder, the mark left out."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    return {name: path.read_bytes() for name, path in found.items() if name != ".fetched"}


def beside(root: Path) -> list[str]:
    """What else there is."""
    return sorted(path.name for path in root.iterdir() if path.name not in ("acme+tests", ".lock"))


def test_the_wanted_folders_come_as_they_were_at_the_commit(repository: Path, root: Path) -> None:
    wanted = {"tests/a/cassettes/x.yaml": RECORDED, "tests/a/b/cassettes/c d/é.json": b"{}\n$Id$"}
    first = commit(repository, {**wanted, "tests/other.txt": b"no", ".gitattributes": b"* text eol=crlf ident\n"})
    commit(repository, {"tests/a/cassettes/x.yaml": b"newer"})
    assert fetch(stanza(repository, first), root) == 2
    assert files(root / "acme+tests") == wanted
    assert beside(root) == []


def test_a_commit_that_is_named_in_short_is_found(repository: Path, root: Path) -> None:
    first = commit(repository, {"tests/cassettes/x.yaml": b"old"})
    commit(repository, {"tests/cassettes/x.yaml": b"new"})
    assert fetch(stanza(repository, first[:8]), root) == 1
    assert files(root / "acme+tests") == {"tests/cassettes/x.yaml": b"old"}


@pytest.mark.parametrize("short", [False, True], ids=["in full", "in short"])
def test_no_other_files_are_brought(repository: Path, tmp_path: Path, *, short: bool) -> None:
    whole = commit(repository, {"tests/cassettes/x.yaml": b"x", "large.bin": b"y" * 100_000})
    part = tmp_path / "part"
    part.mkdir()
    fetching._bring(stanza(repository, whole[:10] if short else whole), part, part / "files")
    listed = git(part / "repository", "rev-list", "--objects", "--missing=print", "HEAD")
    assert f"?{git(repository, 'rev-parse', 'HEAD:large.bin')}" in listed
    assert f"?{git(repository, 'rev-parse', 'HEAD:tests/cassettes/x.yaml')}" not in listed


def test_a_server_that_leaves_nothing_out_will_do(repository: Path, root: Path) -> None:
    whole = commit(repository, {"tests/cassettes/x.yaml": b"x", "large.bin": b"y"})
    git(repository, "config", "uploadpack.allowFilter", "false")
    assert fetch(stanza(repository, whole), root) == 1
    assert files(root / "acme+tests") == {"tests/cassettes/x.yaml": b"x"}


def test_links_are_not_taken_and_what_they_point_to_is_not_read(repository: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    cassettes = repository / "tests" / "cassettes"
    cassettes.mkdir(parents=True)
    (cassettes / "file.yaml").symlink_to(tmp_path / "secret")
    (cassettes / "folder").symlink_to(tmp_path)
    (cassettes / "relative.yaml").symlink_to("../../../secret")
    git(repository, "init", "-q", "-b", "main", str(tmp_path / "inner"))
    whole = commit(repository, {"tests/cassettes/x.yaml": b"x"})
    assert fetch(stanza(repository, whole), root) == 1
    assert files(root / "acme+tests") == {"tests/cassettes/x.yaml": b"x"}


def test_files_of_a_snapshot_lie_as_its_recordings_are_read(repository: Path, root: Path) -> None:
    whole = commit(
        repository, {"providers/acme/testdata/Board/m_thinking/a.yaml": b"a", "providers/acme/client.go": b"no"}
    )
    folder = "providers/{provider}/testdata/Board/{rest}"
    assert fetch(stanza(repository, whole, folder=folder, folders=("providers/*/testdata/Board",)), root) == 1
    assert files(root / "acme+tests") == {"acme/m_thinking/a.yaml": b"a"}


def test_what_is_there_is_not_fetched_again(repository: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = commit(repository, {"tests/cassettes/x.yaml": b"x"})
    assert fetch(stanza(repository, whole), root) == 1
    monkeypatch.setenv("PATH", "")
    assert fetch(stanza(repository, whole), root) == 0


def test_another_commit_takes_its_place_and_a_failure_leaves_it(repository: Path, root: Path) -> None:
    first = commit(repository, {"tests/cassettes/x.yaml": b"x", "tests/cassettes/gone.yaml": b"x"})
    git(repository, "rm", "-q", "tests/cassettes/gone.yaml")
    second = commit(repository, {"tests/cassettes/y.yaml": b"y"})
    assert fetch(stanza(repository, first), root) == 2
    assert fetch(stanza(repository, second), root) == 2
    there = files(root / "acme+tests")
    assert there == {"tests/cassettes/x.yaml": b"x", "tests/cassettes/y.yaml": b"y"}
    with pytest.raises(FetchError):
        fetch(stanza(repository, "f" * 40), root)
    assert files(root / "acme+tests") == there
    assert beside(root) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../x"},
        {"name": ".."},
        {"name": "a/b"},
        {"name": ""},
        {"commit": "--upload-pack=touch pwned"},
        {"commit": "-f"},
        {"commit": "main"},
        {"remote": "--upload-pack=touch pwned"},
        {"remote": "ext::sh -c touch% pwned"},
        {"remote": "https://-oProxyCommand=x/y"},
        {"folders": ("../x",)},
        {"folders": ("tests", "a/../../b")},
        {"folders": ("/etc",)},
        {"folders": ("!tests",)},
        {"folders": ("a\nb",)},
        {"folders": ()},
    ],
    ids=repr,
)  # fmt: skip
def test_a_stanza_that_would_lead_elsewhere_is_refused(repository: Path, root: Path, wrong: dict[str, object]) -> None:
    whole = commit(repository, {"tests/cassettes/x.yaml": b"x"})
    with pytest.raises(FetchError, match=r"mend its stanza in collections\.toml"):
        fetch(stanza(repository, whole, **wrong), root)
    assert not root.exists()
    assert not list(root.parent.rglob("pwned"))


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_stanza_may_be_fetched(name: str) -> None:
    fetching._check(COLLECTIONS[name])


@pytest.mark.parametrize("commit_", ["f" * 40, "f" * 8], ids=["in full", "in short"])
def test_no_such_commit_is_told(repository: Path, root: Path, commit_: str) -> None:
    commit(repository, {"tests/cassettes/x.yaml": b"x"})
    with pytest.raises(FetchError, match=f"at {commit_} has no such commit; check it"):
        fetch(stanza(repository, commit_), root)
    assert beside(root) == []


def test_a_commit_without_such_files_is_told(repository: Path, root: Path) -> None:
    whole = commit(repository, {"spec/x.yaml": b"x"})
    with pytest.raises(FetchError, match="its folders hold no files"):
        fetch(stanza(repository, whole), root)
    assert not (root / "acme+tests").exists()


def test_no_such_repository_is_told(tmp_path: Path, root: Path) -> None:
    with pytest.raises(FetchError, match="is not there; check its address"):
        fetch(stanza(tmp_path / "nothing", "f" * 40), root)


def test_no_git_is_told(repository: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OfflineError, match="there is no git; install it"):
        fetch(stanza(repository, "f" * 40), root)


def test_no_connection_is_told(repository: Path, root: Path) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/x.git"
    with pytest.raises(OfflineError, match=r"cannot be reached: .*; check the connection"):
        fetch(stanza(repository, "f" * 40, remote=address), root)


def test_a_server_that_says_nothing_is_left(repository: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PATIENCE", 1)
    with create_server(("127.0.0.1", 0)) as silent, pytest.raises(OfflineError, match="cannot be reached"):
        fetch(stanza(repository, "f" * 40, remote=f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"), root)


class _Asks(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def asking() -> Iterator[str]:
    """The address of a server that asks for a password."""
    server = HTTPServer(("127.0.0.1", 0), _Asks)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_repository_that_asks_for_a_password_is_told_and_nobody_is_asked(
    repository: Path, root: Path, asking: str
) -> None:
    with pytest.raises(FetchError, match="asks for a password") as caught:
        fetch(stanza(repository, "f" * 40, remote=f"{asking.replace('//', '//me:secret@')}/x.git"), root)
    assert "secret" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_told(repository: Path, tmp_path: Path) -> None:
    whole = commit(repository, {"tests/cassettes/x.yaml": b"x"})
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FetchError, match="file/collections cannot be written"):
        fetch(stanza(repository, whole), tmp_path / "file" / "collections")


# A git that stands still before its n-th command, and says so.
SHIM = """#!/bin/sh
echo x >> {counted}
if [ "$(wc -l < {counted})" = {stops} ]; then echo > {told}; exec sleep 600; fi
exec {git} "$@"
"""
KILLED = """
import sys
from pathlib import Path
from scoreboard.traffic.collections import Collection
from scoreboard.traffic.fetching import fetch
remote, commit, root = sys.argv[1:]
fetch(Collection("acme/tests", commit, "2026-01-02", "MIT", "", name="acme+tests", folders=("tests/cassettes",), remote=remote), Path(root))
"""


@pytest.mark.parametrize("stops", range(1, 7))
def test_a_fetch_that_is_killed_leaves_nothing_half(repository: Path, root: Path, tmp_path: Path, stops: int) -> None:
    whole = commit(repository, {f"tests/cassettes/{number}.yaml": b"x" for number in range(20)})
    told = tmp_path / "told"
    os.mkfifo(told)
    real = subprocess.run(["which", "git"], check=True, capture_output=True, text=True).stdout.strip()
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(SHIM.format(counted=tmp_path / "counted", stops=stops, told=told, git=real))
    shim.chmod(0o755)
    environment = {**os.environ, "PATH": f"{shim.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, repository.as_uri(), whole, str(root)]
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        told.read_text()
        os.killpg(process.pid, 9)
    assert not (root / "acme+tests").exists()
    assert len(beside(root)) == 1
    assert fetch(stanza(repository, whole), root) == 20
    assert beside(root) == []


def test_what_a_kill_between_two_steps_put_aside_comes_back(repository: Path, root: Path) -> None:
    whole = commit(repository, {"tests/cassettes/x.yaml": b"x"})
    assert fetch(stanza(repository, whole), root) == 1
    (root / "acme+tests").rename(root / ".acme+tests.old")
    with pytest.raises(FetchError):
        fetch(stanza(repository, "f" * 40), root)
    assert files(root / "acme+tests") == {"tests/cassettes/x.yaml": b"x"}


def test_what_is_fetched_is_imported_with_its_address_on_the_web(
    repository: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = commit(repository, {"tests/cassettes/acme/m/x.yaml": RECORDED})
    (tmp_path / "collections.toml").write_text(
        f'["acme+tests"]\nrepository = "acme/tests"\ncommit = "{whole}"\nday = "2026-01-02"\nlicence = "MIT"\n'
        f'web = "https://example.com/{{path}}"\nfolders = ["tests/**/cassettes"]\nprovider_at = 2\nremote = "{repository.as_uri()}"\n'
    )
    monkeypatch.setattr(collections, "FILE", tmp_path / "collections.toml")
    collections._read.cache_clear()
    try:
        (known,) = fetching.chosen([])
        assert fetch(known, root) == 1
        (found,) = import_traffic(What((root,)), tmp_path / "results").results
    finally:
        collections._read.cache_clear()
    cell = found.rows[0].cells["out.text"]
    assert (cell.verdict, cell.evidence, cell.observed_at) == (
        "supported",
        ("https://example.com/tests/cassettes/acme/m/x.yaml",),
        "≤2026-01-02",
    )
