"""The action, and the recipes that use it: rules that keep them safe, and each of their steps run as it would be there.

What pip would install is there; an artefact is the files that it is made of. GitHub itself cannot be reached.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator import REJECTS, Switchboard, serve
from scoreboard.results.export import read_document
from scoreboard.results.store import save
from tests.support import ROOT
from tests.support.actions_runner import Context, Runner
from tests.support.catalogue_copies import LITELLM, YES, results, row

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
RECIPES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "recipes.md").read_text(), re.DOTALL)
WIRE = "openai_chat"
KEY, OTHER = "canary-test-key-0123456789", "canary-other-key-9876543210"
PINNED = r"actions/(checkout|setup-python|upload-artifact)@v\d+"
PYTHON = """#!/bin/bash
echo "$*" >> {log}
[ "$2" = venv ] && {{ mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; printf '#!/bin/bash\\nexec {python} -m scoreboard "$@"\\n' > "$3/bin/scoreboard"; chmod +x "$3/bin/scoreboard"; }}
exit 0
"""


class Job:
    """A job with the action as its step: the summary, the outputs, the artefact."""

    def __init__(self, folder: Path, **inputs: str) -> None:
        self.folder, self.status, self.said = folder, 0, ""
        self.artefact: dict[str, str] = {}
        (folder / "bin").mkdir()
        (folder / "bin" / "python").write_text(PYTHON.format(log=folder / "python.log", python=sys.executable))
        (folder / "bin" / "python").chmod(0o755)
        values = {name: known.get("default", "") for name, known in ACTION["inputs"].items()} | {
            name.replace("_", "-"): value for name, value in inputs.items()
        }
        # An expression of Python has no name with a hyphen.
        self._contexts = Context(
            inputs=Context({name.replace("-", "_"): value for name, value in values.items()}),
            steps=Context(card=Context(outputs=Context())),
        )
        for step in STEPS:
            if self._value(step.get("if", "${{ success() }}")):
                self._step(step)
        self.outputs = {name: self._value(known["value"]) for name, known in ACTION["outputs"].items()}
        summary = folder / "summary"
        self.summary = summary.read_text() if summary.exists() else ""

    def _value(self, text: str) -> Any:
        plain = re.sub(r"inputs\.([\w-]+)", lambda found: "inputs." + found[1].replace("-", "_"), text)
        return Runner._value(plain, Context(self._contexts, success=lambda: self.status == 0))

    def _step(self, step: dict[str, Any]) -> None:
        if step.get("uses", "").startswith("actions/upload-artifact@"):
            place = Path(self._value(step["with"]["path"]))
            assert re.fullmatch(r"[\w.-]+", self._value(step["with"]["name"]))
            self.artefact = {path.name: path.read_text() for path in place.iterdir()}
        if "run" not in step:
            return
        output = self.folder / "output"
        output.write_text("")
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT),
            "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(self.folder / "summary"), "RUNNER_TEMP": str(self.folder),
            "GITHUB_ACTION_PATH": str(ROOT), **{name: str(self._value(text)) for name, text in step.get("env", {}).items()},
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        self.status, self.said = self.status or done.returncode, self.said + done.stdout + done.stderr
        if "id" in step:
            outputs = Context(re.findall(r"(?m)^(\w+)=(.*)$", output.read_text()))
            self._contexts["steps"][step["id"]] = Context(outputs=outputs)


def test_the_action_follows_the_rules() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in STEPS:
        assert "run" not in step or step["shell"] == "bash"
        assert "${{" not in step.get("run", "")
        assert "uses" not in step or re.fullmatch(PINNED, step["uses"])
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    assert all(known["description"] for known in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


def test_a_card_is_a_summary_and_an_artefact(tmp_path: Path) -> None:
    with serve(Switchboard(), (WIRE,), key=KEY) as server:
        job = Job(
            tmp_path, base_url=server.url(WIRE), model="emulated", only="json\nusage", require="json,usage@stream", api_key=KEY,
            headers="X-One: 1\nX-Two: a b",
        )  # fmt: skip
        sent = [one.headers for one in server.requests]
    assert (job.status, job.outputs["status"]) == (0, "0"), job.said
    assert "emulated" in job.summary and "JSON mode" in job.summary
    assert sorted(job.artefact) == ["card.json", "card.md"]
    (known,) = read_document(job.artefact["card.json"].encode(), "card.json")
    assert {known.rows[0].cells[name].verdict for name in ("json", "usage")} == {"supported"}
    assert Path(job.outputs["json"]).read_text() == job.artefact["card.json"]
    assert KEY not in job.said + job.summary + "".join(job.artefact.values())
    installed = (tmp_path / "python.log").read_text().splitlines()
    assert installed[1] == f"-m pip install --quiet --constraint {ROOT}/constraints.txt {ROOT}"
    assert {(headers["x-one"], headers["x-two"]) for headers in sent} == {("1", "a b")}


def test_what_is_required_and_does_not_hold_fails_the_job_which_still_has_its_card(tmp_path: Path) -> None:
    board = Switchboard()
    board.set("json", REJECTS)
    with serve(board, (WIRE,), key=None) as server:
        job = Job(tmp_path, base_url=server.url(WIRE), model="emulated", only="json", require="json", wire=WIRE)
    assert (job.status, job.outputs["status"]) == (1, "1")
    assert "JSON mode" in job.summary
    assert sorted(job.artefact) == ["card.json", "card.md"]


def test_what_cannot_be_asked_is_a_line_of_code_in_the_summary(tmp_path: Path) -> None:
    job = Job(tmp_path, base_url="http://127.0.0.1:9/v1", model="$(touch owned)`touch owned`<script>")
    assert (job.status, job.outputs["status"], job.artefact) == (2, "2", {})
    assert re.fullmatch(r"    scoreboard: nothing listens at 127\.0\.0\.1 port 9 [^\n]+\n", job.summary)
    assert not list(tmp_path.rglob("owned"))


def test_a_comparison_is_a_summary_and_an_artefact_and_sends_each_side_its_own_key(tmp_path: Path) -> None:
    lacking = Switchboard(models=("behind",))
    lacking.set("json", REJECTS)
    with serve(Switchboard(models=("able",)), (WIRE,), key=OTHER) as able, serve(lacking, (WIRE,), key=KEY) as server:
        job = Job(
            tmp_path, base_url=server.url(WIRE), model="behind", api_key=KEY, only="json\nusage", headers="X-One: 1",
            compare_with=able.url(WIRE), compare_model="able", compare_api_key=OTHER,
        )  # fmt: skip
        seen = {one.headers["authorization"] for one in able.requests}
        assert {one.headers["x-one"] for one in (*able.requests, *server.requests)} == {"1"}
    assert (job.status, job.outputs["status"]) == (1, "1"), job.said
    assert seen == {f"Bearer {OTHER}"}
    assert "| lost " in job.summary and "JSON mode" in job.summary
    assert sorted(job.artefact) == ["comparison.json", "comparison.md"]
    found = {one["cell"]: one["change"] for one in json.loads(job.artefact["comparison.json"])["cells"]}
    assert found == {"json": "lost", "usage": "same"}
    assert Path(job.outputs["json"]).read_text() == job.artefact["comparison.json"]
    assert not [key for key in (KEY, OTHER) if key in job.said + job.summary + "".join(job.artefact.values())]


def test_two_that_are_the_same_pass(tmp_path: Path) -> None:
    with serve(Switchboard(), (WIRE,), key=None) as server:
        url = server.url(WIRE)
        job = Job(tmp_path, base_url=url, model="emulated", only="json", compare_with=url, compare_wire=WIRE)
    assert (job.status, job.outputs["status"]) == (0, "0"), job.said
    assert sorted(job.artefact) == ["comparison.json", "comparison.md"]


@pytest.mark.parametrize(
    ("more", "says"),
    [({}, "nothing listens at 127.0.0.1 port 9 "), ({"require": "json"}, "require is of the card: ")],
    ids=["no such endpoint", "a requirement"],
)
def test_what_cannot_be_compared_is_a_line_of_code_in_the_summary(
    more: dict[str, str], says: str, tmp_path: Path
) -> None:
    hostile, url = "$(touch owned)`touch owned`<script>", "http://127.0.0.1:9/v1"
    job = Job(tmp_path, base_url=url, model=hostile, compare_with=url, compare_model=hostile, **more)
    assert (job.status, job.outputs["status"], job.artefact) == (2, "2", {})
    assert re.fullmatch(rf"    [^\n]*{re.escape(says)}[^\n]+\n", job.summary)
    assert not list(tmp_path.rglob("owned"))


def test_every_script_and_recipe_is_sound(tmp_path: Path) -> None:
    assert len(RECIPES) == 3
    lint = shutil.which("actionlint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    for number, text in enumerate(RECIPES):
        (job,) = yaml.safe_load(text)["jobs"].values()
        assert job["permissions"] == {"contents": "read"}
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("OWNER/"):
                assert set(step["with"]) <= set(ACTION["inputs"])
                assert {name for name, known in ACTION["inputs"].items() if known.get("required")} <= set(step["with"])
            else:
                assert "uses" not in step or re.fullmatch(PINNED, step["uses"])
        (tmp_path / f"{number}.yml").write_text(text)
    if not lint:
        pytest.skip("actionlint is not installed")
    files = sorted(map(str, tmp_path.glob("*.yml")))
    done = subprocess.run([lint, "-no-color", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("number", [0, 1])
def test_the_card_of_a_recipe_is_asked_for(number: int, tmp_path: Path) -> None:
    (job,) = yaml.safe_load(RECIPES[number])["jobs"].values()
    uses = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("OWNER/")]
    assert len(uses) == [2, 1][number]
    models = {given[name] for given in uses for name in ("model", "compare-model") if name in given}
    with serve(Switchboard(models=tuple(sorted(models))), (WIRE,), key=KEY) as server:
        ours = {"base-url": server.url(WIRE), "compare-with": server.url(WIRE), "api-key": KEY, "compare-api-key": KEY}
        for place, given in enumerate(uses):
            inputs = given | {name: value for name, value in ours.items() if name in {*given, "api-key"}}
            folder = tmp_path / str(place)
            folder.mkdir()
            done = Job(folder, **{name.replace("-", "_"): value for name, value in inputs.items()})
            assert done.status == 0, done.said


def test_the_recipe_of_a_catalogue_writes_its_patch(tmp_path: Path) -> None:
    (job,) = yaml.safe_load(RECIPES[2])["jobs"].values()
    (command,) = [step["run"] for step in job["steps"] if step.get("run", "").startswith("scoreboard ")]
    (tmp_path / "model_prices_and_context_window.json").write_text(LITELLM)
    save(tmp_path / "results", results(row({"in.image": YES})))
    words = [sys.executable, "-m", *command.split()]
    done = subprocess.run(
        words, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (path,) = [
        step["with"]["path"] for step in job["steps"] if step.get("uses", "").startswith("actions/upload-artifact@")
    ]
    assert sorted(one.name for one in (tmp_path / path).iterdir()) == ["litellm.md", "litellm.patch"]
    assert '+        "supports_vision": true' in (tmp_path / path / "litellm.patch").read_text()
    shutil.rmtree(tmp_path / "results")  # then those that come with the project are held against it
    done = subprocess.run(
        words, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
