"""The command `fetch`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from scoreboard.cli import app
from scoreboard.traffic import fetching
from scoreboard.traffic.collections import COLLECTIONS, Collection
from scoreboard.traffic.fetching import FetchError, OfflineError
from tests.support import ROOT
from tests.support.command import scoreboard

RUN = CliRunner()
FIRST, SECOND, THIRD = list(COLLECTIONS)[:3]


def outcome(
    monkeypatch: pytest.MonkeyPatch, outcomes: dict[str, int | Exception], *names: str
) -> tuple[int, list[str], list[str]]:
    """Exit code, what is printed, and what is complained of, where fetching comes to this."""

    def fetch(collection: Collection, root: Path) -> int:
        assert root == Path("elsewhere")
        came_to = outcomes[collection.name]
        if isinstance(came_to, Exception):
            raise came_to
        return came_to

    monkeypatch.setattr(fetching, "fetch", fetch)
    done = RUN.invoke(app, ["fetch", "--into", "elsewhere", *names])
    return done.exit_code, done.stdout.splitlines(), done.stderr.splitlines()


def test_each_collection_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(monkeypatch, {FIRST: 12, SECOND: 0}, FIRST, SECOND) == (
        0,
        [f"elsewhere/{FIRST}: 12 files", f"elsewhere/{SECOND}: is here already"],
        [],
    )


def test_all_are_fetched_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    code, printed, complaints = outcome(monkeypatch, dict.fromkeys(COLLECTIONS, 1))
    assert (code, len(printed), complaints) == (0, len(COLLECTIONS), [])


def test_what_cannot_be_fetched_is_a_line_and_the_others_come(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: dict[str, int | Exception] = {FIRST: FetchError("no such commit"), SECOND: 3}
    assert outcome(monkeypatch, outcomes, FIRST, SECOND) == (
        2,
        [f"elsewhere/{SECOND}: 3 files"],
        ["scoreboard: no such commit"],
    )


def test_without_a_connection_nothing_else_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: dict[str, int | Exception] = {FIRST: 3, SECOND: OfflineError("offline")}
    assert outcome(monkeypatch, outcomes, FIRST, SECOND, THIRD) == (
        2,
        [f"elsewhere/{FIRST}: 3 files"],
        ["scoreboard: offline"],
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [(FIRST[:-1], f"did you mean {FIRST}?"), ("nobody", "there are "), ("../x", "no collection is called '../x'")],
)
def test_a_name_that_no_stanza_has_is_one_line(tmp_path: Path, name: str, says: str) -> None:
    done = scoreboard("fetch", FIRST, name, cwd=tmp_path)
    (line,) = done.stderr.splitlines()
    assert says in line
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, "", [])


def test_make_evidence_fetches_all_and_imports_them() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nevidence: ")[2].partition("\n\n")[0]
    assert [line.rpartition("scoreboard ")[2] for line in recipe.splitlines()[1:]] == [
        "fetch",
        "import .scoreboard/collections",
    ]
    assert ".scoreboard/" in (ROOT / ".gitignore").read_text().splitlines()
