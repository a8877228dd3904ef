"""Providers and probes of other packages, by entry points: a folder on the path that looks as pip leaves it; nothing is installed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from providers.plugins import files, load, modules, origin
from tests.support import ROOT
from tests.support.made_up import ANSWER, REQUEST, recording

EXAMPLES = ROOT / "docs" / "examples"
GROUPS = """[llm_scoreboard.providers]
newcomer = acme_llm.newcomer
[llm_scoreboard.probes]
style__politeness = acme_llm.politeness
"""


def package(place: Path, name: str, entry_points: str) -> Path:
    """Makes a package that is installed there; its folder of modules, where there is an example of each kind."""
    folder, info = place / name, place / f"{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    info.mkdir()
    (folder / "__init__.py").touch()
    for example in ("newcomer.py", "politeness.py"):
        shutil.copy(EXAMPLES / example, folder)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entry_points)
    return folder


def run(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(place / "site")))}
    return subprocess.run(
        [sys.executable, *command], cwd=place, env=environ, capture_output=True, text=True, check=False, timeout=120
    )


def command(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(place, "-m", "scoreboard", *words)


def test_another_package_brings_a_provider_and_a_probe(tmp_path: Path) -> None:
    package(tmp_path / "site", "acme_llm", GROUPS)
    made = tmp_path / "recordings" / "newcomer" / "large"
    made.mkdir(parents=True)
    polite = REQUEST.replace("Say hello.", "Say please.")
    (made / "GenSync-Text.yaml").write_text(recording(ANSWER.replace("Hello", "Please"), request=polite))
    assert command(tmp_path, "import", "recordings").returncode == 0
    (row,) = json.loads((tmp_path / "results" / "newcomer.json").read_text())["rows"]
    assert row["cells"]["style.politeness"]["verdict"] == "supported"
    assert row["cells"]["seed"]["reason"] == "not_expressible"  # as the provider's quirks say
    told = command(tmp_path, "explain", "newcomer/m", "style.politeness")
    assert "Politeness: the model says please when it is told to." in told.stdout
    assert "newcomer/*" not in told.stderr
    unset = command(tmp_path, "record", "newcomer/m")
    assert "newcomer: skipped, NEWCOMER_API_KEY is not set" in unset.stdout


@pytest.mark.parametrize(
    ("entry_points", "code", "says"),
    [
        (
            "[llm_scoreboard.providers]\nnewcomer = acme_llm.gone\n", "",
            "the package acme-llm brings 'newcomer' (acme_llm.gone), which cannot be loaded: ModuleNotFoundError: No module named "
            "'acme_llm.gone'; mend it, or uninstall the package",
        ),
        (
            "[llm_scoreboard.providers]\nnewcomer = acme_llm.broken\n", "raise RuntimeError('two\\nlines')",
            "the package acme-llm brings 'newcomer' (acme_llm.broken), which cannot be loaded: RuntimeError: two lines; mend it, or",
        ),
        ("[llm_scoreboard.providers]\nnewcomer = acme_llm.broken\n", "", "acme_llm.broken of the package acme-llm has no `provider`"),
        ("[llm_scoreboard.providers]\nnewcomer = acme_llm.newcomer:provider\n", "", "which is no module; name a module that is as a file of"),
        ("[llm_scoreboard.providers]\nopenaichat = acme_llm.newcomer\n", "", "which there is in providers/ already; rename the entry point"),
        ("[llm_scoreboard.providers]\n../x = acme_llm.newcomer\n", "", "which is no name of lower-case letters, digits and _"),
        ("[llm_scoreboard.probes]\nnice = acme_llm.broken\n", "", "acme_llm.broken of the package acme-llm holds 0 probes"),
        ("[llm_scoreboard.probes]\nnice = acme_llm.broken\n", "1/0", "cannot be loaded: ZeroDivisionError: division by zero"),
        (
            "[llm_scoreboard.probes]\nnice = acme_llm.broken\n", (EXAMPLES / "politeness.py").read_text().replace("Out➛", "Nope"),
            "acme_llm.broken of the package acme-llm stands in the column 'Nope'; there are ➛In, ",
        ),
    ],
)  # fmt: skip
def test_a_broken_package_is_one_line_that_names_it(tmp_path: Path, entry_points: str, code: str, says: str) -> None:
    (package(tmp_path / "site", "acme_llm", entry_points) / "broken.py").write_text(code)
    done = (
        command(tmp_path, "record", "nobody")
        if "providers" in entry_points
        else command(tmp_path, "probe", "--base-url", "x", "--model", "m")
    )
    assert done.returncode in (1, 2)
    (line,) = done.stderr.splitlines()
    assert line.startswith("scoreboard: ") and says in line


def test_two_packages_of_one_name_are_told(tmp_path: Path) -> None:
    for name in ("acme_llm", "bcme_llm"):
        package(tmp_path / "site", name, f"[llm_scoreboard.providers]\nnewcomer = {name}.newcomer\n")
    done = command(tmp_path, "record", "nobody")
    assert done.returncode == 1
    assert "cme-llm brings 'newcomer'" in done.stderr and "cme-llm brings, too; rename the entry point" in done.stderr


def test_what_changes_in_another_package_makes_a_step_run_again(tmp_path: Path) -> None:
    folder = package(tmp_path / "site", "acme_llm", GROUPS)
    stamp = ("-c", "from scoreboard.stamp import code; print(code())")
    before = run(tmp_path, *stamp).stdout
    assert before == run(tmp_path, *stamp).stdout != ""
    (folder / "politeness.py").write_text((folder / "politeness.py").read_text() + "\n")
    assert run(tmp_path, *stamp).stdout != before


def test_where_no_package_brings_any_their_metadata_are_not_read(tmp_path: Path) -> None:
    script = (
        "import sys, providers.base as b; b.names(); print(len(b.providers()), 'importlib.metadata' in sys.modules)"
    )
    count, is_read = run(tmp_path, "-c", script).stdout.split()
    assert (int(count) > 30, is_read) == (True, "False")


def test_the_files_of_a_package_of_ours_are_its_modules() -> None:
    assert "base" in modules("probes") and "_media" not in modules("probes")
    assert load("probes", "json", ValueError).__name__ == "probes.json"
    assert origin("probes", "json") == "probes/json.py"
    assert files() == []
