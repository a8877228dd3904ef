"""One file adds a provider, one file adds a probe; an API that nobody wrote a file for is understood all the same."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.made_up import ANSWER, REQUEST, recording

POLITE = REQUEST.replace("Say hello.", "Say please.")
HALF = """from probes.base import probe
from probes.row import Exchange, Finding, Row, seen


@probe("Text", "🙏")
def half(x: Exchange, row: Row) -> Finding:
    return seen(x.reply.text)
"""
EXAMPLES = ROOT / "docs" / "examples"


def run(tree: Path, *arguments: str | Path) -> str:
    """The command line of a copy of the project."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "scoreboard", *map(str, arguments)]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project, and recordings of one who is new."""
    for name in ("providers", "probes", "scoreboard", "templates", "assets"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    made = tmp_path / "recordings" / "newcomer" / "large"
    made.mkdir(parents=True)
    (made / "GenSync-Text.yaml").write_text(recording())
    (made / "GenSync-Seed.yaml").write_text(recording())
    (made / "GenSync-politeness.yaml").write_text(recording(ANSWER.replace("Hello", "Please"), request=POLITE))
    return tmp_path


def cells(tree: Path) -> dict[str, dict[str, str]]:
    """The cells of the newcomer's only row."""
    run(tree, "import", "recordings")
    (row,) = json.loads((tree / "results" / "newcomer.json").read_text())["rows"]
    found: dict[str, dict[str, str]] = row["cells"]
    return found


def test_recordings_of_an_unknown_provider_need_no_file(tree: Path) -> None:
    found = cells(tree)
    assert found["out.text"]["verdict"] == "supported"
    # The plain wire has the field; it was not sent.
    assert found["seed"] == {**found["seed"], "verdict": "unknown", "reason": "not_asked"}


def test_one_file_of_at_most_15_lines_adds_a_provider(tree: Path) -> None:
    assert len((EXAMPLES / "newcomer.py").read_text().splitlines()) <= 15
    shutil.copy(EXAMPLES / "newcomer.py", tree / "providers" / "newcomer.py")
    found = cells(tree)
    assert found["seed"] == {
        **found["seed"],
        "verdict": "unsupported",
        "reason": "not_expressible",
    }  # its quirks say so
    run(tree, "render")
    assert "[newcomer](docs/newcomer.md) " in (tree / "SCOREBOARD.md").read_text()
    assert "🇨🇭" in (tree / "docs" / "newcomer.md").read_text()


def test_one_file_adds_a_probe(tree: Path) -> None:
    shutil.copy(EXAMPLES / "politeness.py", tree / "probes" / "politeness.py")
    assert cells(tree)["politeness"]["verdict"] == "supported"
    run(tree, "render")
    page = (tree / "docs" / "newcomer.md").read_text()
    assert "💬🙏" in page
    assert "🙏: Politeness: the model says please when it is told to." in page
    assert "says 'Please'" in run(tree, "explain", "newcomer/m", "politeness")


def test_it_asks_a_live_model_too_and_what_was_kept_is_judged_again(tree: Path) -> None:
    from emulator import Switchboard, serve

    shutil.copy(EXAMPLES / "politeness.py", tree / "probes" / "politeness.py")
    with serve(Switchboard(models=("m",)), ("openai_chat",), key="made-up-key") as server:
        row, url = "openaicompatible/m/sync", server.url("openai_chat")
        os.environ["OPENAI_COMPATIBLE_API_KEY"] = "made-up-key"
        try:
            run(tree, "record", row, "--only", "politeness", "--base-url", url)
        finally:
            del os.environ["OPENAI_COMPATIBLE_API_KEY"]
        asked = [request.json for request in server.requests if "word please" in str(request.json)]
    assert asked
    results = tree / "results" / "openaicompatible.json"
    (kept,) = json.loads(results.read_text())["rows"]
    assert kept["cells"]["politeness"]["verdict"] in ("supported", "unsupported")
    run(tree, "replay", "--check")


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("providers/empty.py", "", "providers/empty.py has no `provider`"),
        ("probes/none.py", "", "probes/none.py holds 0 probes"),
        ("probes/half.py", HALF, "probes/half.py has no questions; a probe has two halves"),
        (
            "probes/two.py",
            "from probes.json import json_mode\nfrom probes.seed import seed\n",
            "probes/two.py holds 2 probes",
        ),
    ],
)
def test_a_file_that_registers_nothing_is_one_clear_error(tree: Path, path: str, content: str, says: str) -> None:
    (tree / path).write_text(content)
    # A provider that nobody asked for is met where all are shown.
    command = ["render"] if path.startswith("providers") else ["import", "recordings"]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    run_it = [sys.executable, "-m", "scoreboard", *command]
    done = subprocess.run(run_it, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


SHAPES = {
    "/v1/responses": {
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
    },
    "/v1/messages": {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
    "/v1beta/models/m:generateContent": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]},
    "/v1/chat/completions": json.loads(REQUEST),
    "/api/chat": {"model": "m", "messages": [{"role": "user", "content": "Hi"}]},
    "/v2/chat": {"model": "m", "messages": [{"role": "user", "content": "Hi"}]},
}
ANSWERS = {
    "/v1/responses": {
        "status": "completed",
        "output": [
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Hello", "annotations": []}],
            }
        ],
    },
    "/v1/messages": {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
    },
    "/v1beta/models/m:generateContent": {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finishReason": "STOP"}]
    },
    "/v1/chat/completions": json.loads(ANSWER),
    "/api/chat": {
        "model": "m",
        "message": {"role": "assistant", "content": "Hello"},
        "done": True,
        "done_reason": "stop",
    },
    "/v2/chat": {
        "id": "1",
        "finish_reason": "COMPLETE",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]},
    },
}


@pytest.mark.parametrize("path", SHAPES)
def test_an_api_that_nobody_knows_is_understood_by_its_path_and_shape(tmp_path: Path, path: str) -> None:
    from scoreboard.traffic.importer import drift, judged, read_rows

    made = tmp_path / "somebody" / "m"
    made.mkdir(parents=True)
    text = recording(json.dumps({**ANSWERS[path], "brand_new": 1}), request=json.dumps(SHAPES[path])).replace(
        "/v1/chat/completions", path
    )
    (made / "GenSync-Text.yaml").write_text(text)
    (row,), complaints = read_rows(tmp_path)
    assert judged(row).cells["out.text"].verdict == "supported", complaints
    assert "brand_new" in drift(row)


@pytest.mark.parametrize("name", ["newcomer.py", "politeness.py"])
def test_the_guides_show_the_files_that_are_run(name: str) -> None:
    guides = "".join(path.read_text() for path in (ROOT / "docs").glob("adding-*.md"))
    assert (EXAMPLES / name).read_text() in guides
