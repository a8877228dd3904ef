"""`scoreboard explain`, typed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.command import scoreboard
from tests.support.made_up import ANSWER, REQUEST, recording

CANARY = "canary-secret-0123456789"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Recordings with a medium and a secret, and the results that follow."""
    made = tmp_path / "recordings" / "acme" / "m"
    made.mkdir(parents=True)
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{'iVBORw0KGgoA' * 100}"}}
    asked = REQUEST.replace(
        '"Say hello. Use only one word."',
        f'[{{"type": "text", "text": "What? {CANARY}"}}, {str(picture).replace(chr(39), chr(34))}]',
    )
    (made / "a.yaml").write_text(recording(ANSWER, request=asked))
    assert scoreboard("import", tmp_path / "recordings", "--results", tmp_path / "results").returncode == 0
    return tmp_path


def explain(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "SCOREBOARD_RECORDINGS": "recordings", "SOME_API_KEY": CANARY, **environment}
    return scoreboard("explain", "acme/m", *arguments, cwd=checkout, environ=environ)


def test_media_are_written_where_the_commands_name_them_and_the_page_beside(checkout: Path) -> None:
    done = explain(checkout, "in.image")
    assert done.returncode == 0, done.stderr
    assert "The commands name 1 files in media/: --media media writes them." in done.stdout
    assert not (checkout / "media").exists()
    done = explain(checkout, "in.image", "--media", "m", "--html", "p/e.html")
    (medium,) = (checkout / "m").iterdir()
    assert f"$(base64 < m/{medium.name} | tr -d '\\n')" in done.stdout
    page = (checkout / "p" / "e.html").read_text()
    assert "Content-Security-Policy" in page
    for text in (done.stdout, page):
        assert CANARY not in text
        assert "REDACTED" in text


def test_without_the_bytes_each_exchange_is_its_address_and_how_to_get_it(checkout: Path) -> None:
    shutil.rmtree(checkout / "recordings")
    done = explain(checkout, "in.image")
    assert done.returncode == 0
    assert "    evidence: acme/m/a.yaml" in done.stdout
    assert "      not here: name the folder that holds it in SCOREBOARD_RECORDINGS" in done.stdout
    assert "again" not in done.stdout


def test_a_name_that_is_not_known_is_one_line(checkout: Path) -> None:
    done = explain(checkout, "in.imag")
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["scoreboard: no cell is named 'in.imag'; did you mean in.image?"]
