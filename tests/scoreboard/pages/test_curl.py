"""A request as a command of the shell: what it sends is what was sent, and nothing of it is run."""

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Server, Switchboard, serve
from providers.base import Provider, Request, find_provider, wires
from providers.chat import Ask, Media
from scoreboard.evidence.media import media
from scoreboard.pages.curl import Files, curl, quote
from tests.support import ROOT

KEY = "test-key"
HOSTILE = 'it\'s "$HOME" `touch pwned` $(touch pwned); touch pwned #\n\t\x1b[31m\u202e\\ {{x}} ${HOME} !x é 🕰️'
SPEAKERS = {"openai_chat": "openaicompatible", "anthropic": "anthropic", "gemini": "gemini"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated-1",))) as running:
        yield running


def provider(name: str) -> Provider:
    found = find_provider(name)
    assert found
    return found


def run(command: str, folder: Path, **environment: str) -> str:
    """What a shell makes of it, in a folder that has the assets."""
    if not (folder / "assets").exists():
        (folder / "assets").symlink_to(ROOT / "assets")
    clean = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env={**clean, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (folder / "pwned").exists()
    return done.stdout


def requests(wire: str, ask: Ask, server: Server) -> Request:
    return next(wires()[wire].ask(ask, "emulated-1", server.url(wire), provider(SPEAKERS[wire]).quirks))


@pytest.mark.parametrize("wire", SPEAKERS)
@pytest.mark.parametrize(
    "ask",
    [Ask.text(HOSTILE), Ask.text("What is it?", media()["png"]), Ask.text(f"{HOSTILE} {'long ' * 1000}")],
    ids=["hostile", "picture", "long"],
)
def test_the_command_sends_what_was_sent(wire: str, ask: Ask, server: Server, tmp_path: Path) -> None:
    request, files = requests(wire, ask, server), Files()
    command = curl(request, provider(SPEAKERS[wire]), files)
    assert command.isprintable()
    assert len(command) < 3500
    for name, data in files.others.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    name = "OPENAI_COMPATIBLE_API_KEY" if wire == "openai_chat" else "API_KEY"  # the emulator is no host of the others
    assert f"${name}" in command
    said = run(command, tmp_path, **{name: KEY})
    assert "error" not in said[:30]
    (seen,) = server.requests[-1:]
    assert seen.body == request.body
    assert seen.path == request.path.removeprefix(f"/{wire}")
    assert ("assets/" in command) == bool(ask.media())
    assert bool(files.others) == ("long" in ask.messages[0].parts[0].text)  # type: ignore[union-attr]


def test_a_file_goes_up_as_it_did(server: Server, tmp_path: Path) -> None:
    data = media()["pdf"].data
    ask = Ask.text("What is it?", Media("document", "application/pdf", data, upload=True))
    known = provider("openaichat")  # of all that speak this wire, one that has files
    asked = next(known.wire.ask(ask, "emulated-1", server.url("openai_chat"), known.quirks))
    assert asked.headers["content-type"].startswith("multipart/")
    files = Files()
    command = curl(asked, provider("openaicompatible"), files)
    assert "=@assets/" in command and "--form-string" in command and not files.others
    said = run(command, tmp_path, OPENAI_COMPATIBLE_API_KEY=KEY)
    assert '"bytes":' in said.replace(" ", "")
    assert data in server.requests[-1].body


def test_a_strange_medium_is_a_file_of_its_own() -> None:
    files = Files("there")
    body = b'{"data": "' + base64.b64encode(os.urandom(3000)) + b'"}'
    command = curl(Request("POST", "https://x.test/v1", body), None, files)
    (name,) = files.others
    assert name.startswith("there/") and f"base64 < {name}" in command
    raw = Files()
    command = curl(Request("POST", "https://x.test", b"\xff\x00"), None, raw)
    assert list(raw.others.values()) == [b"\xff\x00"]
    assert f"--data-binary @{next(iter(raw.others))}" in command


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("anthropic", "https://api.anthropic.com/v1/messages", '"x-api-key: $ANTHROPIC_API_KEY"'),
        ("anthropic", "https://evil.test/v1/messages", '"x-api-key: $API_KEY"'),
        ("azure", "https://me.openai.azure.com/openai/v1/x", '"api-key: $AZURE_OPENAI_API_KEY"'),
        ("openaicompatible", "https://anywhere.test/v1/x", '"authorization: Bearer $OPENAI_COMPATIBLE_API_KEY"'),
        (
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta/m?alt=sse&key=REDACTED",
            '/v1beta/m?alt=sse&key=${GEMINI_API_KEY}"',
        ),
        ("gemini", "https://evil.test/m?key=REDACTED", '"https://evil.test/m?key=${API_KEY}"'),
        (
            "cloudflare",
            "https://api.cloudflare.com/client/v4/accounts/{CLOUDFLARE_ACCOUNT_ID}/ai",
            '/accounts/${CLOUDFLARE_ACCOUNT_ID}/ai"',
        ),
    ],
)
def test_a_key_is_named_for_its_own_hosts_alone(name: str, url: str, expected: str) -> None:
    command = curl(Request("POST", url, b"{}"), provider(name), Files())
    assert expected in command
    assert "REDACTED" not in command
    assert command.count("KEY") == 1


@pytest.mark.parametrize(
    "url", ["https://x.test/{HOME}", "https://x.test/$HOME", "https://x.test/`id`", "https://x.test/a?b={HOME}&token=x"]
)
def test_nothing_of_an_address_is_expanded_but_our_own_variables(url: str, tmp_path: Path) -> None:
    command = curl(Request("GET", url), provider("cloudflare"), Files())
    told = run(f"curl() {{ printf '%s\\n' \"$@\"; }}; {command}", tmp_path, HOME="secret-home", API_KEY="k")
    assert "secret-home" not in told and "uid=" not in told


@pytest.mark.parametrize("url", ["file:///etc/passwd", "-o/tmp/x", ""])
def test_what_is_no_address_of_http_is_no_command(url: str) -> None:
    assert curl(Request("POST", url, b"{}"), None, Files()) == ""


def test_a_local_engine_without_a_key_is_sent_none() -> None:
    assert "-H" not in curl(Request("GET", "http://127.0.0.1:8802/v1/models"), provider("llamacpppython"), Files())


@pytest.mark.parametrize("text", ["plain", "", "it's", "a\nb", "\x1b[31m'\\", HOSTILE])
def test_a_quoted_text_is_one_printable_word_that_means_the_same(text: str, tmp_path: Path) -> None:
    assert quote(text).isprintable()
    assert run(f"printf '%s' {quote(text)}", tmp_path) == text
