"""Sides that are named, and endpoints that are asked."""

import json
from pathlib import Path

import pytest

from scoreboard.comparing import Live, comparison, written
from scoreboard.live.obstacles import Obstacle
from scoreboard.results.comparing import ComparisonError
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import save


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, verdict in (("one", "supported"), ("two", "unsupported")):
        cells = {"json": Cell(verdict, observed_at="2026-01-02"), "seed": Cell("supported")}  # type: ignore[arg-type]
        save(
            tmp_path / name, Results("acme").merged([RowResult("m", False, False, cells, "n" if name == "two" else "")])
        )
    return tmp_path


def live(folder: Path, *urls: str, **more: object) -> Live:
    return Live(urls=urls, folder=folder, **more)  # type: ignore[arg-type]


def test_two_folders_are_compared(folder: Path) -> None:
    made = comparison([str(folder / "one"), str(folder / "two")], live(folder), folder)
    assert made.facts == ("1 row, evidence of up to 2026-01-02", "1 row, evidence of up to 2026-01-02, answered by n")
    assert [(one.cell, one.kind) for one in made.cells] == [("json", "lost"), ("seed", "same")]
    assert json.loads(written(made, ".json"))["counts"]["lost"] == 1
    assert written(made, ".md").startswith(b"# 1 lost")


def test_only_some_cells_are_compared(folder: Path) -> None:
    made = comparison([str(folder / "one"), str(folder / "two")], live(folder), folder, ["seed"])
    assert [one.cell for one in made.cells] == ["seed"]


URL, OTHER = "http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"


@pytest.mark.parametrize(
    ("urls", "more", "says"),
    [
        ((URL, OTHER), {}, "--model is missing"),
        ((URL, OTHER), {"models": ["m", "n", "o"]}, "--model is given 3 times for 2 endpoints"),
        ((URL,), {"models": ["m"], "wires": ["a", "b"]}, "--wire is given 2 times for 1 endpoints"),
        ((URL, OTHER, URL), {"models": ["m"]}, "two sides are compared"),
        ((), {}, "two sides are compared"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    folder: Path, urls: tuple[str, ...], more: dict[str, object], says: str
) -> None:
    words = [str(folder / "one")] if len(urls) == 1 else []
    with pytest.raises(ComparisonError, match=says):
        comparison(words, live(folder, *urls, **more), folder)


def test_options_hold_for_both_or_for_each(folder: Path) -> None:
    asked = live(folder, URL, OTHER, models=["m", "n"], wires=["openai_chat"], keys=["A", "B"]).asked()
    assert [(one.base_url, one.model, one.wire, one.key_env) for one, _ in asked] == [
        (URL, "m", "openai_chat", "A"), (OTHER, "n", "openai_chat", "B"),
    ]  # fmt: skip
    assert [wish.folder.name for _, wish in asked] == ["a", "b"]
    assert [wish.folder.name for _, wish in live(folder, URL, models=["m"]).asked()] == ["b"]


def test_a_bad_header_is_told(folder: Path) -> None:
    with pytest.raises(Obstacle, match="is no header"):
        live(folder, URL, models=["m"], headers=["x"]).asked()
