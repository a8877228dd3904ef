"""The nightly run without any key: each of its steps as it would run there, with engines of our own, without a network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoreboard.results.outcomes import outcomes
from tests.support import ROOT
from tests.support.actions_runner import Runner, checked_out, git
from tests.support.fake_engine import described, wheel
from tools.engines.__main__ import WORK

pytestmark = pytest.mark.xdist_group("workflows")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose engines are one that is well and one that ends at once."""
    folder = tmp_path_factory.mktemp("github")
    wheels, checkout = folder / "wheels", checked_out(ROOT, folder / "project")
    shutil.rmtree(checkout / "engines")
    shutil.copytree(ROOT / "engines", checkout / "engines", ignore=shutil.ignore_patterns("litellm", "vllm", "llama*"))
    wheels.mkdir()
    wheel(wheels, "1.0")
    wheel(wheels, "2.0")
    described(checkout / "engines", wheels, "ends")
    (checkout / "engines" / "fake").rename(checkout / "engines" / "broken")
    described(checkout / "engines", wheels)
    git(checkout, "add", "--all", "--force")
    git(checkout, "commit", "--quiet", "--message", "engines")
    return checkout


@pytest.fixture
def runner(tmp_path: Path, checkout: Path) -> Iterator[Runner]:
    """Nothing of the engines is there beforehand."""
    yield Runner(tmp_path, checkout)
    for name in ("fake", "broken"):
        shutil.rmtree(WORK / f"{name}-2.0", ignore_errors=True)


def test_a_night_without_keys_proposes_what_the_newest_version_shows_and_that_another_fails(runner: Runner) -> None:
    runner.run("engines.yml", version="newest")
    assert (runner.failed, runner.skipped) == (["record"], []), runner.said
    (call,) = runner.called("pr", "create")
    assert call["words"][call["words"].index("--head") + 1] == "engines"
    assert "llamacpppython/tiny@2.0 🕰️ out.text: absent -> supported" in call["body"]
    runner.git("fetch", "--quiet", "origin", "engines")
    runner.git("checkout", "--quiet", "FETCH_HEAD")
    assert (runner.work / "cassettes" / "llamacpppython" / "tiny@2.0" / "sync").is_dir()
    assert outcomes(runner.work / "engines" / "fake")["2.0"].ready
    assert "no such model" in outcomes(runner.work / "engines" / "broken")["2.0"].failed
    assert "no such model" in (runner.work / "docs" / "engines.md").read_text()


def test_nobody_is_asked_while_an_older_run_waits(runner: Runner) -> None:
    runner.waiting(1)
    runner.run("engines.yml")
    assert (runner.failed, runner.skipped, runner.called("pr", "create")) == ([], ["record", "propose"], [])


def test_an_engine_that_there_is_not_stops_the_run_before_anything_is_installed(runner: Runner) -> None:
    runner.run("engines.yml", engines="fake $(touch${IFS}pwned)")
    assert runner.failed == ["plan"] and not list(runner.folder.rglob("pwned"))
    assert "no engine is named '$(touch${IFS}pwned)'; there are broken, fake" in runner.said
