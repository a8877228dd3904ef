"""The pytest front end and `explain`: on real rows where recordings are here, on a made-up one everywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from probes.base import probes
from tests.support import ROOT
from tests.support.command import scoreboard
from tests.support.made_up import ANSWER, REQUEST, recording

ASKED = REQUEST[:-1] + ', "response_format": {"type": "json_object"}}'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with settings, results, and the recordings they came from beside it."""
    made = tmp_path / "recordings" / "acme" / "m"
    made.mkdir(parents=True)
    said = ANSWER.replace("Hello", '{\\"is_fruit\\": true}')
    streamed = f"data: {said.replace('message', 'delta')}\n\ndata: [DONE]\n\n"
    for name, body, request in (
        ("GenSync-Text", ANSWER, REQUEST),
        ("GenSync-JSON", said, ASKED),
        ("GenStream-Text", streamed, ASKED[:-1] + ', "stream": true}'),
    ):
        (made / f"{name}.yaml").write_text(recording(body, request=request))
    (tmp_path / "scoreboard.toml").write_text("samples = 3\n")
    assert scoreboard("import", tmp_path / "recordings", "--results", tmp_path / "results").returncode == 0
    return tmp_path


def pytest_in(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A real run of pytest."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "scoreboard.toml", "-v", *arguments]
    inherited = {
        **os.environ,
        "SCOREBOARD_RECORDINGS": str(checkout / "recordings"),
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    return subprocess.run(command, cwd=checkout, env=inherited, capture_output=True, text=True, check=False)


def test_each_cell_is_an_item_with_a_readable_id(checkout: Path) -> None:
    done = pytest_in(checkout)
    assert done.returncode == 0, done.stdout
    assert "acme/m/sync::json PASSED" in done.stdout
    assert "acme/m/stream::tools.forced PASSED" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "selected"),
    [
        (("-k", "json"), 2),
        (("-k", "acme and sync and json"), 1),
        (("-m", "stream"), len(probes())),
        (("-m", "json and not stream"), 1),
    ],
)
def test_items_are_selected_by_name_and_mark(checkout: Path, arguments: tuple[str, ...], selected: int) -> None:
    done = pytest_in(checkout, *arguments)
    assert f"{selected} passed" in done.stdout, done.stdout[-800:]


def test_a_change_is_told_with_its_evidence(checkout: Path) -> None:
    (checkout / "recordings" / "acme" / "m" / "GenSync-JSON.yaml").write_text(recording(ANSWER, request=ASKED))
    done = pytest_in(checkout)
    assert done.returncode == 1
    assert "acme/m/sync::json changed" in done.stdout
    assert "committed: supported: answers" in done.stdout
    assert "judged:    unsupported (malformed): the text is no JSON: 'Hello'" in done.stdout
    assert "evidence:  acme/m/GenSync-JSON.yaml" in done.stdout
    assert "Traceback" not in done.stdout


def test_what_is_not_here_is_skipped_with_its_reason(checkout: Path) -> None:
    done = pytest_in(checkout, "-rs", SCOREBOARD_RECORDINGS=str(checkout / "nowhere"))
    assert done.returncode == 0
    assert "set SCOREBOARD_RECORDINGS" in done.stdout
    assert "2 skipped" in done.stdout


def test_explain_tells_a_person_why() -> None:
    done = scoreboard("explain", "gemini/gemini-2.5-flash", "tools.unbiased")
    assert "Enum bias: whether the order in which an enum lists its values decides what a model calls." in done.stdout
    assert "unsupported (wrong): the first of the enum (Canada before USA: Canada) (in 2 of 2)" in done.stdout
    assert "evidence: https://github.com/maruel/genai/blob/a3d5d616/" in done.stdout
    assert "📡🧠" in done.stdout


@pytest.mark.parametrize(
    ("row", "cell", "told"),
    [
        ("openaichat/gpt-audio", "stream.finish", "flaky: seen in 2 of 12: 'stop'; else: no reason is given"),
        (
            "perplexity/sonar",
            "stream.ends",
            "unsupported (ignored): the stream just stops, with no mark that it is done",
        ),
        ("mistral/mistral-large-latest", "stream.calls", "whole when joined, without their type, which its API lets"),
        ("groq/qwen/qwen3-32b", "stream.usage", "told in x_groq.usage, not in usage, which was not asked for"),
        (
            "llamacpp/ggml-org/Qwen3-ASR-0.6B-GGUF/Qwen3-ASR-0.6B-Q8_0.gguf",
            "stream.usage",
            "told in timings, not in usage",
        ),
    ],
)
def test_explain_tells_in_words_what_is_odd_in_streams(row: str, cell: str, told: str) -> None:
    """At which clients break, each read from recordings that asked something else."""
    assert told in scoreboard("explain", row, cell).stdout


def test_the_exported_document_names_the_provider_and_evidence() -> None:
    rows = json.loads(scoreboard("export").stdout)["rows"]
    wanted = "gemini", "gemini-2.5-flash", True, True
    (row,) = [row for row in rows if (row["provider"], row["model"], row["stream"], row["thinking"]) == wanted]
    assert row["cells"]["json"]["evidence"][0].startswith("https://github.com/")


def test_the_network_is_blocked_but_for_this_machine() -> None:
    import socket

    from pytest_socket import SocketConnectBlockedError

    with pytest.raises(SocketConnectBlockedError), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_drift_lists_the_fields_that_nobody_knew_and_where(tmp_path: Path) -> None:
    made = tmp_path / "recordings" / "acme" / "m"
    made.mkdir(parents=True)
    (made / "GenSync-Text.yaml").write_text(recording(ANSWER[:-1] + ', "brand_new": {"a": 1}}'))
    done = scoreboard("drift", tmp_path / "recordings")
    assert done.stdout.split() == ["acme", "brand_new", "acme/m/GenSync-Text.yaml"]


def test_diff_tells_changed_cells_with_their_reason_and_models_marks_the_probed(checkout: Path) -> None:
    (checkout / "recordings" / "acme" / "m" / "GenSync-JSON.yaml").write_text(recording(ANSWER, request=ASKED))
    assert scoreboard("import", checkout / "recordings", "--results", checkout / "new").returncode == 0
    done = scoreboard("diff", checkout / "results", checkout / "new")
    assert done.returncode == 1
    assert "acme/m 🕰️ json: supported -> unsupported (malformed): answers " in done.stdout
    assert "-> the text is no JSON: 'Hello' [" in done.stdout
    assert scoreboard("diff", checkout / "new", checkout / "new").returncode == 0
    assert scoreboard("models", "acme", "--results", checkout / "new").stdout == "* m\n"
