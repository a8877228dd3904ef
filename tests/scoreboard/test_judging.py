"""One exchange of one's own tests, judged by its httpx response: over emulators, mocks, streams, and what is none."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import IGNORES, REJECTS, Server, Switchboard, serve
from scoreboard import judged
from scoreboard.judging import JudgingError
from tests.support import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "test_own_gateway.py"
CHAT = {"model": "emulated-1", "messages": [{"role": "user", "content": "Is a banana a fruit? Reply in JSON."}]}
JSON = {**CHAT, "response_format": {"type": "json_object"}}
KEYED = {"authorization": "Bearer test-key", "x-api-key": "test-key", "anthropic-version": "2023-06-01"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture
def server() -> Iterator[Server]:
    board = Switchboard(models=("emulated-1",)).set("tools", REJECTS).set("usage", IGNORES, mode="stream")
    with serve(board, ("openai_chat", "anthropic", "gemini"), chunk_delay=0.01) as running:
        yield running


def posted(server: Server, body: dict[str, Any], wire: str = "openai_chat", path: str = "/chat/completions") -> Any:
    return httpx.post(server.url(wire) + path, json=body, headers=KEYED)


def kinds(response: httpx.Response) -> dict[str, str]:
    return {cell: finding.kind for cell, finding in judged(response).items()}


def test_each_cell_that_an_exchange_concerns_has_its_finding(server: Server) -> None:
    shown = judged(posted(server, {**JSON, "seed": 3}))
    assert {cell: finding.kind for cell, finding in shown.items()} == {
        "in.text": "seen", "out.text": "seen", "json": "seen", "seed": "accepted", "limits": "seen", "usage": "seen",
        "finish": "seen",
    }  # fmt: skip
    assert shown["json"].note.startswith("answers '{")
    assert shown["seed"].note == "accepted; one answer, or such short ones, cannot show an effect"
    assert "exchanges=()" in repr(shown["json"])  # short where an assertion fails


def test_what_is_refused_missed_or_lost_says_so(server: Server) -> None:
    shown = judged(posted(server, {**CHAT, "tools": [TOOL]}))
    assert (shown["tools"].kind, shown["tools"].reason) == ("refused", "rejected")
    assert shown["tools"].note.startswith("400: Unsupported parameter: 'tools'")
    assert (shown["usage"].kind, shown["usage"].reason) == ("nothing", "unsure")
    shown = judged(httpx.post(f"{server.url('openai_chat')}/chat/completions", json=JSON))
    assert (shown["json"].kind, shown["json"].reason) == ("nothing", "auth")


def test_a_stream_that_was_read_is_judged_and_any_other_is_told(server: Server) -> None:
    url = f"{server.url('openai_chat')}/chat/completions"
    body = {**JSON, "stream": True, "stream_options": {"include_usage": True}}
    with httpx.stream("POST", url, json=body, headers=KEYED) as response:
        with pytest.raises(JudgingError, match="was not read; call its read"):
            judged(response)
        response.read()
    shown = judged(response)
    assert (shown["json"].kind, shown["stream.ends"].kind) == ("seen", "seen")
    assert (shown["usage"].kind, shown["usage"].reason) == ("missed", "ignored")

    async def read() -> httpx.Response:
        async with httpx.AsyncClient() as client, client.stream("POST", url, json=body, headers=KEYED) as response:
            await response.aread()
        return response

    assert kinds(asyncio.run(read())) == {cell: finding.kind for cell, finding in shown.items()}
    with httpx.stream("POST", url, json=body, headers=KEYED) as response:
        list(response.iter_lines())
    with pytest.raises(JudgingError, match="in place of iterating"):
        judged(response)


@pytest.mark.parametrize(
    ("wire", "path", "body"),
    [
        ("anthropic", "/messages", {**CHAT, "max_tokens": 500}),
        ("gemini", "/models/emulated-1:generateContent?key=test-key", {"contents": [{"parts": [{"text": "Hi"}]}]}),
    ],
)
def test_the_wire_is_told_by_the_request(server: Server, wire: str, path: str, body: dict[str, Any]) -> None:
    assert kinds(posted(server, body, wire, path))["out.text"] == "seen"


def test_a_packed_answer_is_read() -> None:
    import gzip

    answer = b'{"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}'
    packed = httpx.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(answer))
    with httpx.Client(transport=httpx.MockTransport(lambda _: packed)) as client:
        assert kinds(client.post("https://api.openai.com/v1/chat/completions", json=JSON))["json"] == "seen"


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff", b"[]", b'{"choices": 7}', b"[" * 100_000])
def test_whatever_a_server_answers_is_no_exception(body: bytes) -> None:
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body))) as client:
        shown = judged(client.post("http://localhost/v1/chat/completions", json=JSON))
    assert (shown["json"].kind, shown["json"].reason) in [("nothing", "unreadable"), ("missed", "malformed")]


def test_what_asks_nothing_of_a_model_is_an_error_of_one_line_without_secrets(server: Server) -> None:
    listed = httpx.get(f"{server.url('openai_chat')}/models?key=canary-key", headers=KEYED)
    with pytest.raises(ValueError, match="asks nothing of a model that could be judged: lists of models") as error:
        judged(listed)
    assert "canary" not in str(error.value)
    with pytest.raises(ValueError, match="has no request with it"):
        judged(httpx.Response(200))
    with pytest.raises(JudgingError, match="the request's body was streamed"):
        judged(
            httpx.Response(
                200, request=httpx.Request("POST", "http://localhost/v1/chat/completions", content=iter([b"{}"]))
            )
        )


def test_the_example_of_the_recipes_runs(tmp_path: Path) -> None:
    recipes = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    assert EXAMPLE.read_text("utf-8") in re.findall(r"```python\n(.*?)```", recipes, re.DOTALL)
    (tmp_path / EXAMPLE.name).write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", EXAMPLE.name]
    environ = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    # It can fail: an answer that is no JSON.
    broken = EXAMPLE.read_text("utf-8").replace("""'{"fruit": true}'""", "'Yes.'")
    (tmp_path / EXAMPLE.name).write_text(broken, "utf-8")
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, "the text is no JSON: 'Yes.'" in done.stdout) == (1, True)
