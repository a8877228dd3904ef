"""A live question from a program: what it answers, what it keeps, and what it never raises."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emulator import IGNORES, REJECTS, Server, Switchboard, serve
from scoreboard import ask
from scoreboard.answers import Answers
from scoreboard.judge import revision
from tests.support import ROOT
from tests.support.raw_sockets import hangs, listening

WIRE, KEY = "openai_chat", "test-key"


@pytest.fixture
def server() -> Iterator[Server]:
    board = Switchboard(models=("emulated-1", "emulated-2")).set("tools", REJECTS).set("json", IGNORES)
    with serve(board, (WIRE,)) as running:
        yield running


def asked(server: Server, cache: Path, *cells: str, model: str = "emulated-1", **more: Any) -> Answers:
    return asyncio.run(ask(server.url(WIRE), model, cells, **{"key": KEY, "cache": cache, **more}))


def test_the_answer_is_yes_no_or_not_known_and_says_why(server: Server, tmp_path: Path) -> None:
    answers = asked(server, tmp_path, "tools", "schema", "seed", "batch")
    assert dict(answers) == {"tools": False, "schema": True, "seed": True, "batch": None}
    assert answers.requests == len(server.requests) == 3
    assert answers.why("tools").startswith("unsupported (rejected): 400: ")
    assert answers.why("schema").startswith("supported: answers '{")
    assert answers.why("seed").startswith("supported (accepted): ")
    assert answers.why("batch") == "unknown (not_asked): it takes more than 3 requests; `scoreboard probe` asks for it"
    assert repr(asked(server, tmp_path, "tools")) == "Answers({'tools': False})"


def test_a_cell_may_be_one_word_or_a_title(server: Server, tmp_path: Path) -> None:
    answers = asyncio.run(ask(server.url(WIRE), "emulated-1", "forced", key=KEY, cache=tmp_path, wire=WIRE))
    assert dict(answers) == {"forced": False}
    assert dict(asked(server, tmp_path)) == {}
    assert dict(asked(server, tmp_path, "JSON mode")) == {"JSON mode": False}


def test_what_is_known_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    first = asked(server, tmp_path, "tools", "schema")
    count = len(server.requests)
    again = asked(server, tmp_path, "schema", "tools")
    assert (dict(again), again.requests, len(server.requests)) == (dict(first), 0, count)
    assert again.why("tools") == first.why("tools")
    # Only what is new is asked; another model, mode or age is.
    assert asked(server, tmp_path, "schema", "usage").requests == 1
    assert asked(server, tmp_path, "schema", model="emulated-2").requests == 1
    assert asked(server, tmp_path, "schema", stream=True).requests == 1
    assert asked(server, tmp_path, "schema", days=0).requests == 1
    assert asked(server, tmp_path, "schema", days=1).requests == 0
    assert asked(server, tmp_path, "schema", days=float("inf")).requests == 0


def test_no_key_is_kept(server: Server, tmp_path: Path) -> None:
    key = "canary-key-0123456789"
    server.gate.key = key
    address = server.url(WIRE).replace("//", "//user:canary-password@")
    assert asked(server, tmp_path, "schema", key=key)["schema"] is True
    asyncio.run(ask(address, "emulated-1", "tools", key=key, cache=tmp_path))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"canary" in path.read_bytes() + str(path).encode()]


def test_what_is_not_known_is_asked_again(server: Server, tmp_path: Path) -> None:
    assert asked(server, tmp_path, "schema", key="wrong")["schema"] is None
    assert not list(tmp_path.rglob("*.json"))
    assert asked(server, tmp_path, "schema")["schema"] is True


def test_other_rules_damage_and_a_clock_that_ran_ahead_make_it_ask_again(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(server, tmp_path, "schema").requests == 1
    (path,) = tmp_path.rglob("*.json")
    data = path.read_bytes()
    for damaged in (b"{", b"[]", b"\xff", data.replace(b"observed_at", b"observed"), data.replace(b'"20', b'"30')):
        path.write_bytes(damaged)
        assert asked(server, tmp_path, "schema").requests == 1
    assert asked(server, tmp_path, "schema").requests == 0
    monkeypatch.setattr("scoreboard.answers.REVISION", revision.REVISION + 1)
    assert asked(server, tmp_path, "schema").requests == 1


def test_many_at_once_keep_what_each_found(server: Server, tmp_path: Path) -> None:
    async def all_of_them() -> list[Answers]:
        models = [f"emulated-{number}" for number in range(8)]
        url = server.url(WIRE)
        return list(await asyncio.gather(*(ask(url, model, "schema", key=KEY, cache=tmp_path) for model in models)))

    assert [dict(one) for one in asyncio.run(all_of_them())] == [{"schema": True}] * 8
    assert [one.requests for one in asyncio.run(all_of_them())] == [0] * 8


def test_a_folder_that_cannot_be_written_keeps_nothing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("in the way")
    assert asked(server, tmp_path, "schema")["schema"] is True
    assert asked(server, tmp_path, "schema").requests == 1


def test_the_usual_folder_is_the_users(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert asyncio.run(ask(server.url(WIRE), "emulated-1", "schema", key=KEY)).requests == 1
    (path,) = tmp_path.rglob("*.json")
    assert "llm-scoreboard" in path.parts
    assert msgspec.json.decode(path.read_bytes())["wire"] == WIRE


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cells": ["tools", "tols"]}, "no cell is named 'tols'; the nearest is tools"),
        ({"wire": "nope"}, "no wire is named 'nope'; there are "),
        ({"provider": "nope"}, "no provider is named 'nope'; there are "),
        ({"key": "schlüssel"}, "the key holds characters that no header can carry"),
        ({"key": "a\nb"}, "the key holds characters that no header can carry"),
    ],
)
def test_what_the_caller_misspells_is_a_clear_error(wrong: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        asyncio.run(ask("http://127.0.0.1:9/v1", "m", **{"cells": ["tools"], "cache": tmp_path, **wrong}))


@pytest.mark.parametrize("url", ["nope", "http://[::1", "http://127.0.0.1:0/v1", "http://h:x/v1", "http://a b/", ""])
def test_an_address_that_is_none_is_a_none(url: str, tmp_path: Path) -> None:
    answers = asyncio.run(ask(url, "m", ["tools"], cache=tmp_path))
    assert dict(answers) == {"tools": None}
    assert answers.why("tools").startswith("unknown (network): base_url ")


def test_a_server_that_hangs_is_a_none(tmp_path: Path) -> None:
    with listening(hangs) as url:
        answers = asyncio.run(ask(url, "m", ["tools"], key=KEY, seconds=1, cache=tmp_path))
    assert dict(answers) == {"tools": None}
    assert answers.why("tools") == "unknown (timeout): no answer in the time that there was"


def test_the_name_alone_loads_nothing_heavy() -> None:
    script = "import sys; from scoreboard import ask, judged; print(sorted(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"msgspec", "httpx", "anyio", "yaml", "jinja2", "typer", "rich", "platformdirs", "providers", "probes"}
    assert not [name for name in heavy if f"'{name}'" in done.stdout]
