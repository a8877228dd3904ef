"""The wheel, built and installed offline, and used from outside the checkout."""

import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import pytest

from scoreboard import load
from scoreboard.results.store import save
from tests.support import ROOT
from tests.support.catalogue_copies import YES, results, row

pytestmark = [
    pytest.mark.skipif(
        int(version("setuptools").split(".")[0]) < 77, reason="setuptools here is older than the build needs"
    ),
    pytest.mark.xdist_group("wheel"),
]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new environment's programs; our own packages are there but for the project itself."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wanted = ("scoreboard", "providers", "probes", "templates", "assets", "results")
    for line in listed.stdout.splitlines():
        if (line.split("/")[0] in wanted or "/" not in line) and (ROOT / line).is_file():
            (source / line).parent.mkdir(parents=True, exist_ok=True)
            (source / line).write_bytes((ROOT / line).read_bytes())
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(
        *pip,
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
        source,
        cwd=folder,
    )
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    programs = folder / "venv" / "bin"
    (wheel,) = folder.glob("*.whl")
    run(*pip, "--python", programs / "python", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    # A folder that is named so has its packages seen, and its own such files not: the editable project is none of them.
    packages = run(
        programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder
    ).strip()
    Path(packages, "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def test_the_board_is_read_from_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    board = load(ROOT / "results")
    provider = board.providers()[0]
    model = f"{provider}/{board.models(provider)[0]}"
    script = (
        "import scoreboard; from scoreboard import load; b = load(); "
        f"print(scoreboard.__file__); print(b.providers()); print(b.why({model!r}, 'finish'))"
    )
    where, providers, why = run(installed / "python", "-c", script, cwd=tmp_path).splitlines()
    assert where.startswith(str(installed.parent))
    assert providers == str(board.providers())
    assert why == board.why(model, "finish")


def test_pages_the_site_and_media_come_with_it(installed: Path, tmp_path: Path) -> None:
    save(tmp_path / "results", results(row({"tools": YES})))
    run(installed / "scoreboard", "render", cwd=tmp_path)
    assert "groq" in (tmp_path / "SCOREBOARD.md").read_text()
    assert (tmp_path / "site" / "index.html").is_file()
    script = "from scoreboard.evidence.media import FOLDER, manifest; print(all((FOLDER / one.file).is_file() for one in manifest()), len(manifest()) > 5)"
    assert run(installed / "python", "-c", script, cwd=tmp_path) == "True True\n"
    script = "from scoreboard.claims.catalogues import maps; from scoreboard.traffic.collections import COLLECTIONS; print(len(maps().catalogues), len(COLLECTIONS) > 5)"
    assert run(installed / "python", "-c", script, cwd=tmp_path) == "4 True\n"
