"""GitHub's part in a workflow, as far as ours need it: jobs and their steps, expressions, conditions, outputs, artifacts.

GitHub itself cannot be reached. `gh` is a stand-in that keeps what it was called with; the repository is a bare one on disk, which
`git push` really reaches; an action is what it does with files; what `make setup` would install is there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@t.test", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True).stdout


# The providers on the board of a checkout: one with evidence of others, one with cassettes. The whole board takes its time in each job.
BOARD = ("groq", "llamacpppython")


def _is_of_another(path: Path) -> bool:
    """Whether it is evidence of a provider that is not on the board."""
    if path.parts[0] == "results" and path.suffix == ".json" and len(path.parts) == 2:
        return path.stem not in BOARD
    return path.parts[0] == "cassettes" and len(path.parts) > 2 and path.parts[1] not in BOARD


def checked_out(root: Path, folder: Path) -> Path:
    """A repository in a new folder, with the project as it is, committed or not, but for a smaller board; beside it the clone that
    jobs run in.
    """
    for line in git(root, "ls-files", "-co", "--exclude-standard").splitlines():
        if (root / line).is_file() and not _is_of_another(Path(line)):
            (folder / line).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / line, folder / line)
    render = [sys.executable, "-m", "scoreboard", "render"]
    subprocess.run(render, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, check=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "main")
    clone = folder.parent / "clone"
    git(folder, "clone", "--quiet", str(folder), str(clone))
    # The environment that `make setup` would install: ours, into which nothing is installed.
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\n[ "$2" != pip ] && exec "{sys.executable}" "$@"\n')
    (clone / ".venv" / "bin" / "python").chmod(0o755)
    (clone / ".venv" / ".ready").touch()
    return folder


class Context(dict[str, Any]):
    """Values of an expression; what is missing is empty, as at GitHub's."""

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __missing__(self, name: str) -> str:
        return ""


GH = """#!{python} -IS
import json, os, sys
from pathlib import Path
log, words = Path({log!r}), sys.argv[1:]
body = Path(words[words.index("--body-file") + 1]).read_text() if "--body-file" in words else ""
with log.open("a") as out:
    print(json.dumps({{"words": words, "body": body, "token": os.environ.get("GH_TOKEN", "")}}), file=out)
if words[:2] == ["pr", "list"]:
    print({waiting})
"""


def _may_shut_the_network_off() -> bool:
    there = shutil.which("unshare") and shutil.which("setpriv")
    return (
        bool(there) and subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
    )


class Runner:
    """Runs workflows: a clean clone for each job, its steps in order, expressions, conditions, outputs and artifacts.

    `work` is a working copy of the tests' own. `ran` holds the scripts that were run, `said` what they printed. Without the right to
    shut the network off (`private`), the stand-in of `sudo` leaves it on.
    """

    def __init__(self, folder: Path, checkout: Path) -> None:
        self.folder, self.work, self.origin, self.log = (
            folder,
            folder / "work",
            folder / "origin.git",
            folder / "gh.log",
        )
        self.said, self.summary = "", ""
        self.ran: set[str] = set()
        self.skipped: list[str] = []
        self.failed: list[str] = []
        self.jobs: dict[str, Context] = {}
        self.clone = checkout.parent / "clone"
        self.waiting(0)
        self.private = _may_shut_the_network_off()
        self._stand_in(
            "sudo",
            "#!/bin/bash\n"
            + ("" if self.private else 'while [ "$1" != --clear-groups ]; do shift; done; shift\n')
            + 'exec "$@"\n',
        )
        shutil.copytree(checkout, self.work)
        self.git("clone", "--quiet", "--bare", ".", str(self.origin))
        self.git("remote", "add", "origin", str(self.origin))

    def git(self, *words: str) -> str:
        return git(self.work, *words)

    def commit(self, message: str) -> None:
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--message", message)

    def _stand_in(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)

    def waiting(self, count: int) -> None:
        """How many pull requests `gh pr list` shows."""
        self._stand_in("gh", GH.format(python=sys.executable, log=str(self.log), waiting=count))

    def called(self, *words: str) -> list[dict[str, Any]]:
        """The calls of `gh` that begin so."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [call for call in map(json.loads, lines) if call["words"][: len(words)] == list(words)]

    def run(self, name: str, *, secrets: dict[str, str] | None = None, branch: str = "main", **inputs: str) -> None:
        """Runs a workflow, jobs in the order in which they stand."""
        self.skipped, self.failed, self.jobs, self.summary = [], [], {}, ""
        shutil.rmtree(self.folder / "artifacts", ignore_errors=True)
        for job_name, job in yaml.safe_load((self.work / ".github" / "workflows" / name).read_text())["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            contexts = Context(
                secrets=Context(secrets or {}), inputs=Context(inputs), needs=Context({need: self.jobs[need] for need in needs}),
                github=Context(token="made-up-token"), runner=Context(), matrix=Context(),
                steps=Context({step["id"]: Context(outputs=Context()) for step in job["steps"] if "id" in step}),
            )  # fmt: skip
            self.jobs[job_name] = Context(outputs=Context())
            condition = job.get("if", "${{ success() }}")
            good = not any(need in self.failed or need in self.skipped for need in needs)
            if not self._holds(condition, contexts, good=good):
                self.skipped.append(job_name)
                continue
            for entry in self._value(job["strategy"]["matrix"]["include"], contexts) if "strategy" in job else [{}]:
                self._job(job_name, job, Context(contexts, matrix=Context(entry)), branch)
            self.jobs[job_name] = Context(
                outputs=Context({key: self._value(value, self._last) for key, value in job.get("outputs", {}).items()})
            )

    @classmethod
    def _value(cls, template: str, contexts: Context) -> Any:
        """A text with its expressions evaluated: these have Python's meaning once their operators are written as its."""
        names = Context(contexts, fromJSON=json.loads, always=lambda: True, cancelled=lambda: False)

        def one(match: re.Match[str]) -> Any:
            python = re.sub(r"!(?!=)", " not ", match[1]).replace("&&", " and ").replace("||", " or ")
            return eval(python.strip(), {"__builtins__": {}}, names)  # noqa: S307 - the workflows are ours

        whole = re.fullmatch(r"\s*\${{((?:(?!}}).)*)}}\s*", template)
        return one(whole) if whole else re.sub(r"\${{(.*?)}}", lambda match: str(one(match)), template)

    @classmethod
    def _holds(cls, condition: str, contexts: Context, *, good: bool) -> bool:
        own = re.search(r"\b(always|cancelled|success)\(\)", condition)
        return (good or (own is not None and own[1] != "success")) and bool(
            cls._value(condition, Context(contexts, success=lambda: good))
        )

    def _job(self, job_name: str, job: dict[str, Any], contexts: Context, branch: str) -> None:
        git(self.clone, "fetch", "--quiet", str(self.origin), branch)
        git(self.clone, "checkout", "--quiet", "--force", "-B", branch, "FETCH_HEAD")
        git(self.clone, "clean", "-ffdqx", "--exclude", ".venv", "--exclude", "__pycache__")
        git(self.clone, "remote", "set-url", "origin", str(self.origin))
        self.temporary = Path(mkdtemp(dir=self.folder))
        contexts = Context(contexts, runner=Context(temp=str(self.temporary)))
        good = True
        for step in job["steps"]:
            if not self._holds(step.get("if", "${{ success() }}"), contexts, good=good):
                continue
            if "run" in step:
                good &= self._step(step, contexts)
            else:
                self._action(step, contexts)
        if not good:
            self.failed.append(job_name)
        self._last = contexts

    def _step(self, step: dict[str, Any], contexts: Context) -> bool:
        command = step["run"].strip()
        self.ran.add(command)
        if command in ("make lint", "make test"):  # this test is a part of the latter
            command = command.replace("make", "make -n")
        output, summary = self.temporary / "output", self.temporary / "summary"
        output.write_text("")
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.temporary), "LANG": "C.UTF-8", "CI": "true",
            "PYTHONPATH": str(self.clone), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(self.temporary),
            "GITHUB_REF_NAME": "main",
            **{key: str(self._value(value, contexts)) for key, value in step.get("env", {}).items()},
        }  # fmt: skip
        (self.temporary / "step.sh").write_text(command)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", self.temporary / "step.sh"],
            cwd=self.clone, env=environment, capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        self.said += f"$ {command}\n{done.stdout}{done.stderr}"
        with suppress(FileNotFoundError):
            self.summary = summary.read_text()
        if "id" in step:
            contexts["steps"][step["id"]] = Context(
                outputs=Context(re.findall(r"(?m)^(\w+)=(.*)$", output.read_text()))
            )
        return done.returncode == 0

    def _action(self, step: dict[str, Any], contexts: Context) -> None:
        options = {key: self._value(str(value), contexts) for key, value in step["with"].items()}
        kept = self.folder / "artifacts"
        if step["uses"].startswith("actions/upload-artifact@"):
            assert re.fullmatch(r"[\w.-]+", options["name"]) and not (kept / options["name"]).exists()
            for name in options["path"].split():
                if options.get("if-no-files-found") == "ignore" and not (self.clone / name).exists():
                    continue
                shutil.copytree(self.clone / name, kept / options["name"] / name, ignore=shutil.ignore_patterns(".*"))
        elif step["uses"].startswith("actions/download-artifact@"):
            for path in kept.glob(options["pattern"]):
                shutil.copytree(path, Path(options["path"]) / path.name)
