"""The board for programs: three-valued, with reasons, without what it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from scoreboard import load
from scoreboard.board import Board, BoardError
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import ResultsError, save
from tests.support import ROOT
from tests.support.catalogue_copies import NO, YES, row


@pytest.fixture
def board(tmp_path: Path) -> Board:
    cells = {
        "tools": YES,
        "in.image": NO,
        "schema": structs.replace(YES, verdict="flaky"),
        "json": structs.replace(YES, strength="accepted"),
        "seed": Cell("unsupported", "not_expressible", "no field"),
        "stop": Cell("unknown", "timeout", "no answer in time"),
        "cite": YES,
    }
    thinking = RowResult("a/plain", True, False, {"tools": YES, "cite": NO, "stop": YES})
    rows = [row(cells, "a/plain"), row({"tools": NO}, "a/plain", stream=True), thinking]
    save(tmp_path, Results("groq").merged(rows, ["listed"]))
    return load(tmp_path)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("tools", True),
        ("in.image", False),
        ("schema", None),
        ("json", True),
        ("seed", False),
        ("stop", True),
        ("cite", None),
        ("batch", None),
    ],
)
def test_a_cell_is_yes_no_or_not_known(board: Board, cell: str, says: bool | None) -> None:
    assert board.supports("groq/a/plain", cell) is says


def test_modes_are_told_apart(board: Board) -> None:
    assert board.supports("groq/a/plain", "tools", stream=True) is False
    assert board.supports("groq/a/plain", "cite", thinking=False) is True
    assert board.supports("groq/a/plain", "cite", thinking=True) is False
    assert board.supports("groq/a/plain", "stop", thinking=False) is None
    assert board.supports("groq/a/plain", "tools", stream=True, thinking=True) is None


def test_why_says_it_in_words(board: Board) -> None:
    assert board.why("groq/a/plain", "in.image") == (
        "sync: unsupported (rejected): 400: image input is not supported by this model, 2026-12-01 [a.yaml]"
    )
    assert "(accepted)" in board.why("groq/a/plain", "json")
    assert board.why("groq/a/plain", "stop", thinking=False) == "sync: unknown (timeout): no answer in time"
    assert board.why("groq/listed", "tools") == "unknown: nobody asked in this mode"
    assert board.supports("groq/listed", "tools") is None
    assert board.models("groq") == ["a/plain"]


@pytest.mark.parametrize(
    ("model", "cell", "message"),
    [
        ("grok/a/plain", "tools", "no provider is named 'grok'; did you mean groq?"),
        ("groq/a/plane", "tools", "groq has no model 'a/plane'; did you mean a/plain?"),
        ("groq/a/plain", "tool", "no cell is named 'tool'; did you mean tools?"),
        ("groq", "tools", "'groq' names no model; write PROVIDER/MODEL"),
        ("../x/y", "tools", "no provider is named '..'"),
    ],
)
def test_a_name_that_is_not_known_is_one_clear_error(board: Board, model: str, cell: str, message: str) -> None:
    for ask in (board.supports, board.why):
        with pytest.raises(BoardError) as error:
            ask(model, cell)
        assert str(error.value) == message


def test_a_folder_that_is_none_and_a_damaged_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="is no folder of results"):
        load(tmp_path / "none")
    (tmp_path / "groq.json").write_text("{")
    with pytest.raises(ResultsError, match=r"groq\.json is no results file"):
        load(tmp_path).supports("groq/m", "tools")


@pytest.mark.usefixtures("board")
def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    script = (
        "import sys; from scoreboard import load; "
        f"b = load({str(tmp_path)!r}); b.supports('groq/a/plain', 'tools'); b.why('groq/a/plain', 'tools'); "
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "'msgspec'" in done.stdout
    heavy = {"yaml", "httpx", "jinja2", "typer", "click", "rich", "anyio", "vcr", "jsonschema", "tabulate"}
    assert not [name for name in heavy if f"'{name}'" in done.stdout]
