"""`scoreboard compare`, typed; live against two emulators that are set differently."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from emulator import IGNORES, REJECTS, Server, Switchboard, serve
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import save
from tests.support.command import scoreboard

WIRE = "openai_chat"
ONLY = ("--only", "json", "--only", "seed", "--only", "logprobs")


def board() -> Switchboard:
    return Switchboard(models=("emulated-1",))


def compared(folder: Path, *arguments: str, key: str = "test-key") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "OPENAI_COMPATIBLE_API_KEY": key, "MINE": "test-key"}
    return scoreboard("compare", *arguments, cwd=folder, environ=environ)


def urls(*servers: Server) -> list[str]:
    return [word for server in servers for word in ("--base-url", server.url(WIRE))]


def test_two_endpoints_that_differ(tmp_path: Path) -> None:
    other = board().set("json", IGNORES).set("seed", REJECTS, mode="stream")
    with serve(board().set("logprobs", REJECTS), (WIRE,)) as one, serve(other, (WIRE,)) as two:
        done = compared(tmp_path, *urls(one, two), "--model", "emulated-1", *ONLY, "-o", "pr.md", "--keep", "kept")
        assert done.returncode == 1, done.stderr
        assert done.stdout.splitlines()[-1] == "3 lost, 0 altered, 2 gained, 0 not comparable, 1 same"
        assert "- JSON mode (json), plain and stream" in done.stdout
        assert "- Seed (seed), stream" in done.stdout
        assert f"emulated-1 at {two.url(WIRE)}" in done.stderr
        asked = two.count("/chat/completions")
        again = compared(tmp_path, "kept/a", *urls(two), "--model", "emulated-1", *ONLY, "--keep", "kept", "--json")
        assert two.count("/chat/completions") == asked + 1  # all but the first question was kept
    assert again.returncode == 1
    document = json.loads(again.stdout)
    assert document["counts"] == {"lost": 3, "altered": 0, "gained": 2, "not comparable": 0, "same": 1}
    assert document["b"]["name"].startswith("emulated-1 at http://127.0.0.1:")
    assert (tmp_path / "pr.md").read_text().startswith("# 3 lost, 0 altered, 2 gained")
    kept = scoreboard("compare", "kept/a", "kept/b", cwd=tmp_path)
    assert kept.returncode == 1
    assert "3 lost" in kept.stdout


def test_two_endpoints_that_are_the_same_end_with_0(tmp_path: Path) -> None:
    with serve(board(), (WIRE,)) as one, serve(board(), (WIRE,)) as two:
        done = compared(
            tmp_path, *urls(one, two), "--model", "emulated-1", "--only", "json", "--only", "tools", key="no"
        )
        assert done.returncode == 2 and "OPENAI_COMPATIBLE_API_KEY" in done.stderr  # a key that is wrong is one line
        done = compared(
            tmp_path,
            *urls(one, two),
            "--model",
            "emulated-1",
            "--only",
            "json",
            "--api-key-env",
            "MINE",
            "--markdown",
            key="",
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# 0 lost, 0 altered, 0 gained, 0 not comparable, 2 same\n")
    assert not list(tmp_path.iterdir())


def test_the_wire_of_each_may_be_another(tmp_path: Path) -> None:
    with serve(board(), (WIRE, "anthropic")) as server:
        more = ["--base-url", server.url("anthropic"), "--model", "emulated-1", "--only", "json", "--only", "tools"]
        done = compared(tmp_path, *urls(server), *more, "--wire", WIRE, "--wire", "anthropic", "--api-key-env", "MINE")
    assert done.returncode == 1, done.stderr
    assert "    B unsupported (not_expressible): the wire has no field for json" in done.stdout


def test_what_stands_in_the_way_of_the_second_is_told_before_the_first_is_asked_all(tmp_path: Path) -> None:
    with serve(board(), (WIRE,)) as server:
        nobody = server.refused_url(WIRE)
        done = compared(tmp_path, *urls(server), "--base-url", nobody, "--model", "emulated-1")
        assert server.count("/chat/completions") == 1
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    port = nobody.split(":")[2].partition("/")[0]
    assert line.startswith(f"scoreboard: nothing listens at 127.0.0.1 port {port}")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a",), "two sides are compared; name two, or give --base-url"),
        (("a", "b", "c"), "two sides are compared"),
        (("one", "nope"), "'nope' is no folder, no file, no provider/model"),
        (("one", "other"), "one and other have no model in common"),
        (("one", "two", "-o", "x.pdf"), "name a file in .md, .json"),
        (("one", "two", "--only", "jsn"), "the nearest is json"),
        (("one", "two", "--only", "seed"), "no cell is known of both one and two"),
        (("one", "--base-url", "http://127.0.0.1:1/v1"), "--model is missing"),
    ],
)
def test_trouble_is_one_line_and_exit_code_2(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    for folder, models in (("one", "m"), ("two", "m"), ("other", "xy")):
        rows = [RowResult(model, False, False, {"json": Cell("supported")}) for model in models]
        save(tmp_path / folder, Results("acme").merged(rows))
    done = scoreboard("compare", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
