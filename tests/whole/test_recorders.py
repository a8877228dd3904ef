"""Archives that recorders themselves wrote of a chat with an emulator, from the recorder to known cells."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Server, Switchboard, serve
from emulator.server import KEY
from tests.support.command import scoreboard
from tools.browser import NoBrowser, chromium

MITMDUMP = os.environ.get("SCOREBOARD_MITMDUMP") or shutil.which("mitmdump")
MODEL = "emulated-1"
TOOL = {
    "type": "function",
    "function": {
        "name": "square_root",
        "description": "The square root of a number.",
        "parameters": {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]},
    },
}
# What a page asks, as any chat would.
CHAT: list[dict[str, Any]] = [
    {"messages": [{"role": "user", "content": "Say hello. Use only one word."}]},
    {
        "messages": [{"role": "user", "content": "Say hello. Use only one word."}],
        "stream": True,
        "stream_options": {"include_usage": True},
    },
    {"messages": [{"role": "user", "content": "Calculate the square root of 132413 with the tool."}], "tools": [TOOL]},
    {
        "messages": [{"role": "user", "content": "Is a banana a fruit? Answer in JSON."}],
        "response_format": {"type": "json_object"},
    },
]
ASK = """async ([url, key, body]) => {
    const headers = {"content-type": "application/json", authorization: `Bearer ${key}`};
    const answer = await fetch(url, {method: "POST", headers, body: JSON.stringify(body)});
    return [answer.status, await answer.text()];
}"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(), ["openai_chat"]) as running:
        yield running


def bodies() -> list[dict[str, Any]]:
    return [{"model": MODEL, **body} for body in CHAT]


def judged(archive: Path, results: Path) -> dict[bool, dict[str, str]]:
    """The verdict of each cell, plain and streamed, of what the archive holds."""
    done = scoreboard("import", archive, "--results", results)
    assert (done.returncode, done.stderr) == (0, "")
    assert KEY not in "".join(path.read_text() for path in results.iterdir())
    (written,) = results.iterdir()
    rows = json.loads(written.read_text())["rows"]
    assert {row["model"] for row in rows} == {MODEL}
    return {row["stream"]: {name: cell["verdict"] for name, cell in row["cells"].items()} for row in rows}


def known(archive: Path, results: Path) -> None:
    """The chat is told whole: nothing of it got lost in the archive."""
    found = judged(archive, results)
    plain = ["in.text", "out.text", "usage", "finish", "tools", "json", "limits"]
    assert {name: found[False][name] for name in plain} == dict.fromkeys(plain, "supported")
    streamed = ["in.text", "out.text", "usage", "finish", "stream.ends", "stream.finish", "stream.role", "stream.usage"]
    assert {name: found[True][name] for name in streamed} == dict.fromkeys(streamed, "supported")


@pytest.mark.xdist_group("browser")
def test_a_chat_that_chromium_recorded_is_judged(server: Server, tmp_path: Path) -> None:
    archive = tmp_path / "acme" / "chat.har"
    try:
        with chromium() as browser:
            context = browser.new_context(record_har_path=archive, record_har_content="embed")
            page = context.new_page()
            page.goto(f"{server.url('openai_chat')}/models")  # of the same origin, so that it may ask there
            for body in bodies():
                status, answer = page.evaluate(ASK, [f"{server.url('openai_chat')}/chat/completions", KEY, body])
                assert status == 200, answer
            context.close()
    except NoBrowser as missing:
        pytest.skip(str(missing))
    known(archive, tmp_path / "results")


@pytest.mark.skipif(
    MITMDUMP is None,
    reason="no mitmdump here: install mitmproxy in an environment of its own, and name it in SCOREBOARD_MITMDUMP",
)
def test_a_chat_that_mitmproxy_recorded_is_judged(server: Server, tmp_path: Path) -> None:
    archive = tmp_path / "acme" / "chat.har"
    archive.parent.mkdir()
    command = [
        str(MITMDUMP), "--mode", f"reverse:{server.origin}", "--listen-host", "127.0.0.1", "--listen-port", "0",
        "--set", f"hardump={archive}", "--set", f"confdir={tmp_path / 'conf'}",
    ]  # fmt: skip
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as proxy:
        assert proxy.stdout
        told = next(line for line in proxy.stdout if "listening at" in line)
        address = told.split()[-1].strip(".").replace("http://", "").rpartition("*")[2]
        url = f"http://{address}/openai_chat/v1/chat/completions"
        for body in bodies():
            answer = httpx.post(url, json=body, headers={"authorization": f"Bearer {KEY}"}, timeout=30)
            assert answer.status_code == 200, answer.text
        proxy.terminate()
        proxy.stdout.read()
    known(archive, tmp_path / "results")
