"""Cassettes: written whole or not at all, without secrets, and played by a stock vcrpy."""

import base64
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from providers.base import Request, Response
from providers.chat import Chunk
from scoreboard.disk import DiskError
from scoreboard.evidence.cassettes import CassetteError, cassette_of, folder_of, load, rows_in, save
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.media import FOLDER, manifest
from scoreboard.evidence.redaction import Redactor
from scoreboard.mode import MODES, Mode, RowId
from tests.support import ROOT

CANARY = "canary/key+with=odd&signs-0123456789"
NOTHING = Redactor()


def recording(body: bytes = b'{"q": 1}', answer: bytes = b'{"a": 2}', *expects: str) -> Interaction:
    request = Request(
        "POST",
        "https://api.example.com/v1/chat",
        body,
        {"content-type": "application/json", "authorization": f"Bearer {CANARY}"},
    )
    response = Response(
        200, {"content-type": "application/json", "x-ratelimit-remaining": "9"}, answer, (Chunk(3, 0.1), Chunk(5, 0.25))
    )
    return Interaction(request, response, "json", 1, "2026-11-24T00:00:00+00:00", expects)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a" / "json.yaml"
    save(path, [recording(), recording(b"{}", "né\n\n  two lines: #".encode())], NOTHING)
    first, second = load(path)
    assert first.request.body == b'{"q": 1}'
    assert first.request.headers == {"content-type": "application/json"}
    assert (first.response, first.question, first.sample, first.observed_at) == (
        recording().response,
        "json",
        1,
        recording().observed_at,
    )
    assert second.response.body.decode() == "né\n\n  two lines: #"


@given(st.binary(max_size=300))
def test_any_body_survives(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = tmp_path_factory.mktemp("c") / "x.yaml"
    save(path, [recording(body, body)], NOTHING)
    assert load(path)[0].response.body == body
    assert load(path)[0].request.body == body


def test_media_are_kept_as_their_digest(tmp_path: Path) -> None:
    asset = next(asset for asset in manifest() if asset.format == "png")
    data = (FOLDER / asset.file).read_bytes()
    body = b'{"image": "data:image/png;base64,' + base64.b64encode(data) + b'"}'
    path = tmp_path / "image.yaml"
    save(path, [recording(body)], NOTHING)
    assert asset.sha256 in path.read_text()
    assert len(path.read_bytes()) < len(data) // 2
    assert load(path)[0].request.body == body


def test_a_failure_in_the_middle_of_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "json.yaml"
    save(path, [recording()], NOTHING)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match=r"json\.yaml cannot be written: No space left on device"):
        save(path, [recording(b"[]")], NOTHING)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["json.yaml"]


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "json.yaml"
    save(path, [recording()], NOTHING)
    before = path.read_bytes()
    script = (
        "import os, signal, sys; sys.path[:0] = [sys.argv[2]]\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from pathlib import Path; from tests.scoreboard.evidence.test_cassettes import NOTHING, recording\n"
        "from scoreboard.evidence.cassettes import save\n"
        "save(Path(sys.argv[1]), [recording(b'[]')], NOTHING)"
    )
    done = subprocess.run([sys.executable, "-c", script, path, ROOT], capture_output=True, check=False)
    assert done.returncode == -9
    assert path.read_bytes() == before


def test_no_form_of_a_secret_reaches_a_file(tmp_path: Path) -> None:
    redactor = Redactor([CANARY])
    forms = [
        CANARY,
        quote(CANARY, safe=""),
        base64.b64encode(CANARY.encode()).decode(),
        base64.b64encode(b"x:" + CANARY.encode()).decode(),
    ]
    echo = " ".join(forms)
    request = Request(
        "POST",
        f"https://u:{quote(CANARY, safe='')}@api.example.com/v1?key={quote(CANARY)}&x=1",
        echo.encode(),
        {"x-api-key": CANARY, "accept": CANARY},
    )
    headers = {
        "set-cookie": CANARY,
        "location": f"https://example.com/?token={quote(CANARY)}",
        "x-echo": CANARY,
        "openai-organization": "org-me",
    }
    path = tmp_path / "leaky.yaml"
    save(
        path,
        [Interaction(request, Response(401, headers, f'{{"error": "bad key {echo}"}}'.encode()), f"question {CANARY}")],
        redactor,
    )
    data = path.read_bytes()
    for form in forms:
        assert form.encode() not in data
    assert b"org-me" not in data
    assert data.count(b"REDACTED") >= 8
    assert load(path)[0].request.url == "https://api.example.com/v1?key=REDACTED&x=1"


NAMES = st.text(min_size=1, max_size=40)


@given(NAMES, NAMES, st.sampled_from(MODES))
def test_hostile_names_never_leave_the_folder_and_are_read_back(provider: str, model: str, mode: Mode) -> None:
    folder = folder_of(RowId(provider, model, mode))
    assert len(folder.parts) == 3
    assert not any(part.startswith(".") or set(part) & set('/\\:*?"<>|\0') for part in folder.parts)


def test_what_the_asker_expects_is_kept_beside_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    save(path, [recording(b"{}", b"{}", "tools", "root"), recording()], NOTHING)
    assert [exchange.expects for exchange in load(path)] == [("tools", "root"), ()]
    assert path.read_bytes().count(b"expects: 'tools root'") == path.read_bytes().count(b"expects") == 1


def test_a_folder_of_no_mode_is_named(tmp_path: Path) -> None:
    save(tmp_path / "acme" / "m" / "aloud" / "a.yaml", [recording()], NOTHING)
    with pytest.raises(CassetteError, match=r"m/aloud is no row's folder: no mode is named 'aloud'; there are sync, "):
        list(rows_in(tmp_path))


def test_rows_are_found_by_their_names(tmp_path: Path) -> None:
    named = (("acme", "a/b:c", "sync"), ("acme", "../..", "stream+thinking"), ("x", "@cf/Llama 4", "stream"))
    rows = [RowId(provider, model, Mode.parse(mode)) for provider, model, mode in named]
    for row in rows:
        save(tmp_path / cassette_of(row, "tools.forced"), [recording()], NOTHING)
    assert sorted(rows_in(tmp_path)) == sorted(rows)


def test_the_stock_vcrpy_plays_our_cassettes(tmp_path: Path) -> None:
    import httpx
    import vcr  # type: ignore[import-untyped]

    path = tmp_path / "json.yaml"
    save(path, [recording(answer="né".encode()), recording(b'{"q": 2}', b"\xff\x00binary")], NOTHING)
    with vcr.use_cassette(str(path), record_mode="none") as played:
        first = httpx.post("https://api.example.com/v1/chat", json={"q": 1})
        second = httpx.post("https://api.example.com/v1/chat", json={"q": 2})
        assert played.all_played
    assert (first.text, first.headers["x-ratelimit-remaining"]) == ("né", "9")
    assert second.content == b"\xff\x00binary"


@pytest.mark.parametrize("name", ["null", "yes", "on", "~", "123", "1e3", "- x", "a: b", "x#y", "", "=", "<<", "date"])
def test_hostile_names_of_headers_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    path = tmp_path / "c.yaml"
    kept = Interaction(Request("POST", "https://example.com/"), Response(200, {name: "null"}, b"true"))
    save(path, [kept], NOTHING)
    assert load(path)[0].response.headers == {name: "null"}
    (stock,) = yaml.safe_load(path.read_text())["interactions"]
    assert stock["response"]["headers"] == {name: ["null"]}
    assert stock["response"]["body"]["string"] == "true"
