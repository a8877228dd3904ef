"""The workflows of GitHub Actions: rules that keep them safe, and each of their steps run as it would be there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import structs

from emulator import IGNORES, REJECTS, Server, Switchboard, serve
from providers.base import providers
from scoreboard.results.model import Results
from scoreboard.results.store import load, load_all, save
from tests.support import ROOT
from tests.support.actions_runner import Context, Runner, checked_out
from tests.support.listing import begin, listed

# They share one checkout.
pytestmark = pytest.mark.xdist_group("workflows")

FOLDER = ROOT / ".github"
NAMES = sorted(path.name for path in (FOLDER / "workflows").iterdir())
KEY = "canary-test-key-0123456789"
WIRE = "openai_chat"
ACTIONS = ("actions/checkout", "actions/setup-python", "actions/upload-artifact", "actions/download-artifact")
# The only jobs that may write, and what.
WRITES = {(name, "propose"): {"contents", "pull-requests"} for name in ("nightly.yml", "engines.yml")}
SECRET = re.compile(r"\b(secrets|github\.token)\b")


def text(name: str) -> str:
    return (FOLDER / "workflows" / name).read_text()


def commands(name: str) -> set[str]:
    """The scripts of all steps."""
    jobs = yaml.safe_load(text(name))["jobs"].values()
    return {step["run"].strip() for job in jobs for step in job["steps"] if "run" in step}


def strings(node: Any, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """All texts of a workflow, each with where it stands."""
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from strings(inner, *path, str(key))
    if isinstance(node, str):
        yield path, node


def complaints(name: str, workflow: dict[Any, Any]) -> Iterator[str]:
    """What in a workflow breaks our rules."""
    if (
        workflow["permissions"] != {}
        or not workflow.get("concurrency")
        or workflow["defaults"] != {"run": {"shell": "bash"}}
    ):
        yield "at the top: no permissions, a concurrency group, bash with pipefail"
    if (
        set(workflow[True]) - {"schedule", "workflow_dispatch", "pull_request"} and workflow[True] != "pull_request"
    ):  # YAML's `on` is true
        yield "started by something else"
    for job_name, job in workflow["jobs"].items():
        if not 0 < job.get("timeout-minutes", 0) <= 360:
            yield f"{job_name} has no time-out"
        if {
            scope for scope, access in job.get("permissions", {"all": "write"}).items() if access != "read"
        } != WRITES.get((name, job_name), set()):
            yield f"{job_name} may write"
        for step in job["steps"]:
            action, _, version = step.get("uses", "").partition("@")
            if "uses" in step and not (action in ACTIONS and re.fullmatch(r"v\d+", version)):
                yield f"{step['uses']} is no pinned action of GitHub's own"
            if action == ACTIONS[0] and step["with"].get("persist-credentials") is not False:
                yield "the checkout leaves its credentials behind"
            if "${{" in step.get("run", ""):
                yield f"an expression in a script: {step['run']}"
            if len(step.get("run", "").splitlines()) > 4:
                yield f"a script of its own would be better: {step['run']}"
    for path, value in strings(workflow):
        if SECRET.search(value) and not (path[0] == "jobs" and path[2] == "steps" and path[4] == "env"):
            yield f"a secret outside of a step's environment: {value}"
        if re.search(r"toJSON\(\s*secrets|secrets\s*\.\s*\*", value, re.IGNORECASE):
            yield f"all secrets at once: {value}"


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_follows_the_rules(name: str) -> None:
    assert not list(complaints(name, yaml.safe_load(text(name))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("permissions: {}", "permissions: write-all"),
        ("    permissions:\n      contents: read\n    strategy", "    strategy"),
        (
            "    permissions:\n      contents: read\n    strategy",
            "    permissions:\n      contents: write\n    strategy",
        ),
        ("    timeout-minutes: 330\n", ""),
        ("  workflow_dispatch:", "  pull_request_target:"),
        ("actions/setup-python@v6", "actions/setup-python@main"),
        ("actions/setup-python@v6", "somebody/setup-python@v6"),
        ("          persist-credentials: false\n", "          fetch-depth: 1\n"),
        ("run: make scoreboard", "run: make scoreboard ${{ inputs.targets }}"),
        ("run: make scoreboard", "run: make scoreboard ${{ github.event.inputs.targets }}"),
        ("concurrency:\n  group: nightly\n  cancel-in-progress: false\n", "env:\n  KEY: ${{ secrets.GROQ_API_KEY }}\n"),
        (
            "    runs-on: ubuntu-latest\n    timeout-minutes: 330",
            "    runs-on: a\n    env: {K: '${{ secrets.K }}'}\n    timeout-minutes: 330",
        ),
        ("${{ secrets[matrix.key] }}", "${{ toJSON(secrets) }}"),
        ("    shell: bash", "    shell: sh"),
    ],
)
def test_a_broken_rule_is_noticed(old: str, new: str) -> None:
    assert old in text("nightly.yml")
    assert list(complaints("nightly.yml", yaml.safe_load(text("nightly.yml").replace(old, new))))


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    lint = shutil.which("actionlint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if not lint:
        pytest.skip("actionlint is not installed")
    files = [str(FOLDER / "workflows" / name) for name in NAMES]
    done = subprocess.run([lint, "-no-color", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    broken = tmp_path / "broken.yml"
    broken.write_text(text("nightly.yml").replace("needs.plan.outputs.matrix", "needs.plan.outputs.grid"))
    assert subprocess.run([lint, str(broken)], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("path", sorted((FOLDER / "scripts").glob("*.sh")), ids=lambda path: path.name)
def test_a_script_stops_at_its_first_failure(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0] == "#!/bin/bash" and lines[1].startswith("# ") and "set -euo pipefail" in lines[:5]
    subprocess.run(["bash", "-n", path], check=True)


def test_every_key_of_a_provider_can_be_handed_over_by_its_name() -> None:
    (step,) = [
        step for step in yaml.safe_load(text("nightly.yml"))["jobs"]["plan"]["steps"] if step.get("id") == "matrix"
    ]
    keys = sorted({known.key_env for known in providers().values() if known.key_env})
    assert step["env"]["KEYS"].split(" ${{ ") == [
        f"{'' if i else '${{ '}secrets.{key} && '{key}' }}}}" for i, key in enumerate(keys)
    ]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checked_out(ROOT, tmp_path_factory.mktemp("github") / "project")


@pytest.fixture
def runner(tmp_path: Path, checkout: Path) -> Runner:
    return Runner(tmp_path, checkout)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated-1", "emulated-4")), (WIRE,), key=KEY) as running:
        yield running


def nightly(runner: Runner, server: Server, **inputs: str) -> None:
    secrets = {"OPENAI_COMPATIBLE_API_KEY": KEY, "OTHER_KEY": "another-canary-0123456789"}
    inputs = {"targets": "openaicompatible", "base_url": server.url(WIRE), **inputs}
    runner.run("nightly.yml", secrets=secrets, **inputs)
    assert not runner.failed, runner.said


def test_a_night_proposes_the_cells_that_changed_with_their_reasons(runner: Runner, server: Server) -> None:
    results = runner.work / "results"
    save(
        results, Results("openaicompatible", tuple(f"emulated-{number}" for number in range(1, 42)))
    )  # two jobs, by what is known
    runner.commit("many models")
    runner.git("push", "--quiet", "origin", "main")
    before = load_all(results)
    nightly(runner, server)
    assert sorted(path.name for path in (runner.folder / "artifacts").iterdir()) == [
        "evidence-openaicompatible-1",
        "evidence-openaicompatible-2",
    ]
    assert runner.ran == commands("nightly.yml")
    runner.git("fetch", "--quiet", "origin", "nightly")
    runner.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    first = listed(before, load_all(results))
    (call,) = runner.called("pr", "create")
    assert len({line.split()[0] for line in first}) == 2
    assert call["body"].splitlines()[:2] == [f"Cells changed: {len(first)}", ""]
    assert begin(call["body"]) == first
    assert call["words"][2:-1] == [
        "--head", "nightly", "--base", "main", "--title", f"Nightly evidence. Cells changed: {len(first)}", "--body-file",
    ]  # fmt: skip
    assert call["token"] and runner.called("auth", "setup-git")
    differing = runner.git("diff", "--name-only", "HEAD^").splitlines()
    assert {Path(line).parts[0] for line in differing} >= {"cassettes", "docs", "results"}

    # Merged; the next night one thing is refused, another one ignored.
    runner.git("push", "--quiet", "origin", "FETCH_HEAD:main")
    before = load_all(results)
    server.switchboard.set("json", REJECTS).set("seed", IGNORES)
    nightly(runner, server, targets="openaicompatible/emulated-1/sync openaicompatible/emulated-4/stream", stale="0")
    runner.git("fetch", "--quiet", "origin", "nightly")
    runner.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    body = runner.called("pr", "create")[1]["body"]
    assert begin(body) == listed(before, load_all(results))
    for row in ("emulated-1 🕰️", "emulated-4 📡"):
        assert f"{row} json: supported -> unsupported (rejected): " in body
        assert f"{row} seed: supported -> unsupported (ignored): " in body

    # Merged; nothing is old enough to be asked again.
    runner.git("push", "--quiet", "origin", "FETCH_HEAD:main")
    paid = len(server.requests)
    nightly(runner, server, targets="openaicompatible/emulated-1")
    assert "Nothing changed." in runner.said
    assert (len(runner.called("pr", "create")), len(server.requests)) == (2, paid)

    kept = b"".join(
        path.read_bytes() for path in runner.folder.rglob("*") if path.is_file() and "tests" not in path.parts
    )
    assert KEY.encode() not in kept + runner.said.encode()
    assert b"another-canary" not in kept


def test_only_providers_with_a_key_are_asked_each_with_its_own(runner: Runner) -> None:
    save(
        runner.work / "results",
        structs.replace(load(runner.work / "results", "groq"), models=tuple(f"m{n}" for n in range(100))),
    )
    runner.commit("many models")
    runner.git("push", "--quiet", "origin", "main")
    asked: list[Context] = []
    whole = runner._job

    def planned(job_name: str, job: dict[str, Any], contexts: Context, branch: str) -> None:
        if job_name == "plan":
            whole(job_name, job, contexts, branch)
        elif job_name == "record":
            asked.append(contexts["matrix"])

    runner._job = planned  # type: ignore[method-assign]
    runner.run(
        "nightly.yml",
        secrets={"GROQ_API_KEY": "g", "CLOUDFLARE_API_KEY": "c", "OPENAI_API_KEY": "o", "GITHUB_TOKEN": "t"},
    )
    assert [(one["provider"], one["shard"], one["key"], one["setting"]) for one in asked] == [
        ("cloudflare", "1/1", "CLOUDFLARE_API_KEY", "CLOUDFLARE_ACCOUNT_ID"),
        *(("groq", f"{number}/3", "GROQ_API_KEY", "") for number in (1, 2, 3)),
        ("openaichat", "1/1", "OPENAI_API_KEY", ""),
        ("openairesponses", "1/1", "OPENAI_API_KEY", ""),
    ]
    asked.clear()
    runner.run("nightly.yml", secrets={"GROQ_API_KEY": "g"}, targets="gemini groq/a/b/sync groq/c")
    assert [(one["targets"], one["shard"]) for one in asked] == [("groq/a/b/sync groq/c", "1/1")]


@pytest.mark.parametrize(
    ("secrets", "waiting"), [({}, 0), ({"GROQ_API_KEY": KEY}, 1)], ids=["no key", "an older run still waits"]
)
def test_nobody_is_asked(runner: Runner, secrets: dict[str, str], waiting: int) -> None:
    runner.waiting(waiting)
    runner.run("nightly.yml", secrets=secrets)
    assert (runner.failed, runner.skipped, runner.called("pr", "create")) == ([], ["record", "propose"], [])


def test_what_was_found_is_proposed_though_other_jobs_failed_or_stopped(runner: Runner, server: Server) -> None:
    runner.run(
        "nightly.yml", secrets={"OPENAI_COMPATIBLE_API_KEY": KEY, "GROQ_API_KEY": "wrong-key-0123456789"},
        targets="groq openaicompatible/emulated-1/sync", base_url=server.url(WIRE), max_requests="5",
    )  # fmt: skip
    assert (runner.failed, runner.skipped) == (["record"], [])
    assert 5 <= len(server.requests) < 10
    assert "openaicompatible/emulated-1 🕰️ out.text: absent -> supported" in runner.called("pr", "create")[0]["body"]


def test_what_a_provider_says_is_neither_run_nor_shown_as_markdown(runner: Runner, server: Server) -> None:
    hostile = "$(touch pwned) `touch pwned` '; touch pwned; \" ${{ secrets.OTHER_KEY }} @everyone ``` <img src=x> [a](http://a.test) ::error::x %0A"
    results = load(runner.work / "results", "groq")
    row = structs.replace(results.rows[0], model="::stop-commands::$(touch pwned)")
    many = {
        name: structs.replace(cell, note=hostile * 20, observed_at="2026-11-01T00:00:00+00:00")
        for name, cell in row.cells.items()
    }
    save(
        runner.work / "results",
        structs.replace(
            results, rows=tuple(structs.replace(row, cells=many, model=f"{row.model}{n}") for n in range(20))
        ),
    )
    shutil.copytree(runner.work / "results", runner.folder / "hostile" / "results")
    runner.git("checkout", "--quiet", "results")
    action = runner._action

    def replaced(step: dict[str, Any], contexts: Context) -> None:
        if "download" in step["uses"]:
            shutil.copytree(runner.folder / "hostile", runner.folder / "artifacts" / "evidence-hostile")
        action(step, contexts)

    runner._action = replaced  # type: ignore[method-assign]
    nightly(runner, server, targets="openaicompatible/emulated-1/sync", max_requests="1")
    (call,) = runner.called("pr", "create")
    assert re.fullmatch(r"Nightly evidence\. Cells changed: \d+", call["words"][-3])
    head, blank, *lines = call["body"].splitlines()
    assert (head, blank) == (call["words"][-3].split(". ")[1], "")
    assert "$(touch pwned) `touch pwned`" in call["body"]
    assert all(line.startswith("    ") or re.fullmatch(r"|and \d+ more", line) for line in lines)
    assert lines[-1].startswith("and ") and len(call["body"]) < 65536
    assert not list(runner.folder.rglob("pwned"))


def merged(runner: Runner, change: Callable[[], object]) -> None:
    """A change on a branch as GitHub checks it: merged into the base branch, which is the first parent."""
    runner.git("checkout", "--quiet", "-b", "change")
    change()
    runner.commit("change")
    runner.git("checkout", "--quiet", "-b", "merge", "main")
    runner.git("merge", "--quiet", "--no-ff", "--message", "merge", "change")
    runner.git("push", "--quiet", "origin", "merge")
    runner.run("pull-request.yml", branch="merge")


def changed(folder: Path, provider: str) -> None:
    """Another verdict in a row's first cell."""
    results = load(folder, provider)
    row = results.rows[0]
    cells = {
        **row.cells,
        "seed": structs.replace(row.cells["seed"], verdict="flaky", reason="", note="now and then <b>"),
    }
    save(folder, structs.replace(results, rows=(structs.replace(row, cells=cells), *results.rows[1:])))


def test_a_pull_request_is_checked_and_its_cells_are_told(runner: Runner) -> None:
    before = load_all(runner.work / "results")
    merged(runner, lambda: changed(runner.work / "results", "groq"))
    assert not runner.failed, runner.said
    after = listed(before, load_all(runner.work / "results"))
    assert len(after) == 1 and "now and then <b>" in runner.summary
    assert runner.summary.splitlines()[:2] == ["Cells changed: 1", ""]
    assert begin(runner.summary) == after
    assert runner.ran == commands("pull-request.yml")
    assert "ruff check" in runner.said and "python -m pytest" in runner.said  # what `make -n` shows of lint and test


def test_what_the_tests_of_the_site_saw_is_kept() -> None:
    steps = yaml.safe_load(text("pull-request.yml"))["jobs"]["check"]["steps"]
    (folder,) = [step["env"]["SCOREBOARD_SCREENSHOTS"] for step in steps if step.get("run") == "make test"]
    (kept,) = [step for step in steps if step.get("uses", "").startswith("actions/upload-artifact@")]
    assert kept["with"]["path"] == folder
    assert "cancelled()" in kept["if"]  # also where a test fails
    assert f"SCOREBOARD_SCREENSHOTS={folder} " in (ROOT / ".ci" / "run").read_text()


def test_results_that_do_not_follow_from_the_cassettes_fail_and_are_told_all_the_same(runner: Runner) -> None:
    merged(runner, lambda: changed(runner.work / "results", "llamacpppython"))
    assert runner.failed == ["check"]
    assert "do not follow from the cassettes" in runner.said
    assert "now and then" in runner.summary


def test_the_replay_has_no_network(runner: Runner, server: Server) -> None:
    if not runner.private:
        pytest.skip("shutting the network off is not permitted here")
    reach = f"import urllib.request; print(urllib.request.urlopen({server.origin!r} + '/none').status)"
    environment = {**os.environ, "PATH": f"{runner.folder / 'bin'}:{os.environ['PATH']}"}
    command = ["bash", str(FOLDER / "scripts" / "offline.sh"), sys.executable, "-c", reach]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Network is unreachable" in done.stderr or "Cannot assign requested address" in done.stderr
    assert not server.requests


def test_every_script_is_used() -> None:
    scripts = {path.name: path.read_text() for path in (FOLDER / "scripts").iterdir() if path.is_file()}
    used = "".join(map(text, NAMES)) + (ROOT / "action.yml").read_text()
    assert set(re.findall(r"scripts/([\w.]+)", used)) == set(scripts)


def test_every_option_that_is_passed_exists() -> None:
    command = [sys.executable, "-m", "scoreboard", "record", "--help"]
    shown = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True, check=True
    ).stdout
    options = set(re.findall(r"(?m)^ +(--[a-z-]+)", shown))
    passed = set(re.findall(r"--[a-z-]+", (FOLDER / "scripts" / "record.sh").read_text()))
    assert {"--stale", "--shard", "--json", "--max-usd"} <= passed <= options
