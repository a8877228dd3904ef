"""Bad input gives one clear line that names the file, no traceback, and nothing is overwritten."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.base import Request, Response
from tests.support.command import scoreboard
from tests.support.forms import HOSTLESS, WRITERS
from tests.support.made_up import ANSWER, REQUEST, URL, recording


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error."""
    assert "Traceback" not in done.stderr + done.stdout
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good recording: acme's model m."""
    made = tmp_path / "recordings" / "acme" / "m"
    made.mkdir(parents=True)
    (made / "GenSync-Text.yaml").write_text(recording())
    return tmp_path / "recordings"


def verdict(results: Path, cell: str) -> dict[str, str]:
    """A cell of the only row."""
    found: dict[str, str] = json.loads((results / "acme.json").read_text())["rows"][0]["cells"][cell]
    return found


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (recording()[:200].encode(), "no whole YAML file at line"),
        (b"version: 2\ninteractions:\n- request: {method: [", "no whole YAML file at line"),
        (recording(version="3").encode(), "version '3' of go-vcr's format"),
        (b"\x00\x01\x02 no yaml at all", "no whole YAML file"),
        (b"just a text", "of no form that is known"),
        (recording().encode().replace(b"Hello", b"\xff\xfe\xfa"), "no whole YAML file"),
        (b"version: 2\ninteractions: []\n", "holds no exchange"),
        (b"", "is empty"),
        (recording("this is no JSON").encode(), "no JSON"),
        (recording(ANSWER[:-30]).encode(), "no JSON"),
        (recording(request="no json").encode(), "no JSON"),
        (recording().replace("/chat/completions", "/unheard-of").replace("messages", "x").encode(), "no wire format is known"),
    ],
    ids=[
        "cut", "corrupt", "future version", "no YAML", "a text", "invalid UTF-8", "no exchange", "empty", "body no JSON", "body cut", "request no JSON",
        "unknown wire",
    ],
)  # fmt: skip
def test_a_bad_recording_is_named_and_its_cells_are_unknown(
    folder: Path, tmp_path: Path, content: bytes, says: str
) -> None:
    bad = folder / "acme" / "m" / "GenSync-Seed.yaml"
    bad.write_bytes(content)
    done = scoreboard("import", folder, "--results", tmp_path / "results")
    line = complaint(done)
    assert str(bad) in line
    assert says in line
    assert done.returncode == 0
    assert verdict(tmp_path / "results", "seed")["verdict"] == "unknown"
    assert verdict(tmp_path / "results", "out.text")["verdict"] == "supported"


def test_a_stream_that_ends_in_the_middle_is_unknown(folder: Path, tmp_path: Path) -> None:
    chunk = 'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'
    text = recording(chunk, request=REQUEST[:-1] + ', "stream": true, "seed": 42}').replace('application/json]}\n    body: "data', 'text/event-stream]}\n    body: "data')  # fmt: skip
    (folder / "acme" / "m" / "GenStream-Seed.yaml").write_text(text)
    assert scoreboard("import", folder, "--results", tmp_path / "results").returncode == 0
    rows = json.loads((tmp_path / "results" / "acme.json").read_text())["rows"]
    (cell,) = [row["cells"]["seed"] for row in rows if row["stream"]]
    assert (cell["verdict"], cell["reason"]) == ("unknown", "cut")


def test_each_bad_file_of_each_form_costs_its_own_evidence_alone(folder: Path, tmp_path: Path) -> None:
    """All at once beside a good one: a line each, and the good one is judged as if it were alone."""
    assert scoreboard("import", folder, "--results", tmp_path / "alone").returncode == 0
    pair = (
        Request("POST", URL, REQUEST.encode()),
        Response(200, {"content-type": "application/json"}, ANSWER.encode()),
    )
    bad = []
    for name, write in {**WRITERS, **HOSTLESS}.items():
        data = write([pair])
        for how, spoilt in (
            ("cut", data[: len(data) // 3]),
            ("corrupt", data[:20] + b"\0\xff{[" + data[24:]),
            ("empty", b""),
        ):
            path = folder / "acme" / "m" / f"{how}-{name}"
            path.write_bytes(spoilt)
            bad.append(str(path))
    done = scoreboard("import", folder, "--results", tmp_path / "beside")
    lines = done.stderr.splitlines()
    assert done.returncode == 0
    assert sorted(next(path for path in bad if f"{path} " in line or f"{path}:" in line) for line in lines) == sorted(
        bad
    )
    assert (tmp_path / "beside" / "acme.json").read_bytes() == (tmp_path / "alone" / "acme.json").read_bytes()


def test_an_alias_bomb_does_not_go_off(folder: Path, tmp_path: Path) -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30)
    )
    (folder / "acme" / "m" / "GenSync-Seed.yaml").write_text(bomb + "version: 2\ninteractions: *a29\n")
    start = time.monotonic()
    assert "GenSync-Seed.yaml" in complaint(scoreboard("import", folder, "--results", tmp_path / "results"))
    assert time.monotonic() - start < 10


def test_a_huge_file_is_left_out(folder: Path, tmp_path: Path) -> None:
    huge = folder / "acme" / "m" / "GenSync-Seed.yaml"
    with huge.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    line = complaint(scoreboard("import", folder, "--results", tmp_path / "results"))
    assert "200 MB" in line
    assert verdict(tmp_path / "results", "seed")["verdict"] == "unknown"


@pytest.mark.parametrize("name", ["empty", "absent"])
def test_a_folder_without_recordings_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    done = scoreboard("import", tmp_path / name, "--results", tmp_path / "results")
    assert str(tmp_path / name) in complaint(done)
    assert done.returncode == 1
    assert not (tmp_path / "results").exists()


def test_a_results_folder_that_cannot_be_written_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = scoreboard("import", folder, "--results", tmp_path / "file" / "results")
    assert "results" in complaint(done)
    assert done.returncode == 1
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB, where one can be had."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode:
        pytest.skip("no small disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=False)


def test_a_full_disk_leaves_the_old_results_whole(folder: Path, small_disk: Path) -> None:
    assert scoreboard("import", folder, "--results", small_disk).returncode == 0
    before = (small_disk / "acme.json").read_bytes()
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    (folder / "acme" / "m" / "GenSync-JSON.yaml").write_text(recording())
    done = scoreboard("import", folder, "--results", small_disk)
    assert "acme.json" in complaint(done)
    assert "space" in done.stderr
    assert done.returncode == 1
    assert (small_disk / "acme.json").read_bytes() == before
    assert sorted(path.name for path in small_disk.iterdir()) == ["acme.json", "filler"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"schema": 3, "provider": "acme"}', "schema 3"),
        ('{"schema": 2, "provi', "no results file"),
        ('{"schema": 2, "provider": "other"}', "rename"),
    ],
    ids=["another schema", "damaged", "another provider's"],
)
def test_results_that_cannot_be_read_are_not_overwritten(folder: Path, tmp_path: Path, content: str, says: str) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (results / "acme.json").write_text(content)
    for command in (
        ("import", folder),
        ("export",),
        ("render", "--output", tmp_path / "pages"),
        ("explain", "acme/m", "seed"),
    ):
        done = scoreboard(*command, "--results", results)
        assert says in complaint(done)
        assert "acme.json" in done.stderr
        assert done.returncode == 1
    assert (results / "acme.json").read_text() == content
    assert not (tmp_path / "pages").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("gemini/gemini-2.5-flahs", "json"), "did you mean gemini-2.5-flash"),
        (("gemini/gemini-2.5-flash", "tools.unbaised"), "did you mean tools.unbiased"),
        (("nobody/nothing",), "no model 'nothing'"),
        (("../../etc/passwd",), "has no model"),
    ],
)
def test_a_misspelt_name_gets_a_hint(arguments: tuple[str, ...], says: str) -> None:
    done = scoreboard("explain", *arguments)
    assert says in complaint(done)
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [("samples = 'many'", "samples"), ("[pace", "scoreboard.toml"), ("sample = 3", "sample")],
    ids=["type", "syntax", "unknown"],
)
def test_bad_settings_are_named(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "scoreboard.toml").write_text(content)
    done = scoreboard("record", cwd=tmp_path)
    assert says in complaint(done)
    assert "scoreboard.toml" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"version: 1\ninteractions:\n- request: {", "no whole YAML"),
        (b"version: 7\ninteractions: []", "version '7'"),
        (b"text", "corrupt"),
    ],
    ids=["cut", "future", "text"],
)
def test_a_bad_cassette_is_named_and_says_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    cassette = tmp_path / "cassettes" / "gemini" / "m" / "sync" / "json.yaml"
    cassette.parent.mkdir(parents=True)
    cassette.write_bytes(content)
    done = scoreboard("replay", cwd=tmp_path)
    assert says in complaint(done)
    assert "json.yaml" in done.stderr
    assert done.returncode == 1
    assert not (tmp_path / "results").exists()


def test_hostile_names_and_texts_stay_text(tmp_path: Path) -> None:
    made = tmp_path / "recordings" / "acme" / "<script>|x](https:"
    made.mkdir(parents=True)
    (made / "GenSync-Text.yaml").write_text(
        recording(ANSWER.replace("Hello", "Hello<img src=x onerror=y>\\u001b[31m|`"))
    )
    assert scoreboard("import", tmp_path / "recordings", "--results", tmp_path / "results").returncode == 0
    assert (
        scoreboard("render", "--results", tmp_path / "results", "--output", tmp_path / "out", cwd=tmp_path).returncode
        == 0
    )
    page = (tmp_path / "out" / "docs" / "acme.md").read_text()
    assert "<script>" not in page.replace("%3Cscript%3E", "")
    assert "<img" not in page
    assert "\x1b" not in page
