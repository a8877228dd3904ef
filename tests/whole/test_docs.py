"""What is written by hand names what exists, and what is generated documents all that there is."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from typing import cast

import click
import pytest
import typer

from probes.base import probes
from probes.reasons import REASONS
from scoreboard.cli import app
from scoreboard.settings import Pace, Settings
from tests.support import ROOT
from tests.whole.test_ladder import LADDER
from tools.reference import section

FLOORS = ("providers", "probes", "scoreboard")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
PAGES = [
    *(ROOT / name for name in ("ARCHITECTURE.md", "CHANGELOG.md", "README.md", "docs/reference.md")),
    *sorted((ROOT / "docs").glob("adding-*.md")),
]
REFERENCE = (ROOT / "docs" / "reference.md").read_text()
COMMANDS = list(cast("click.Group", typer.main.get_command(app)).commands)
SETTINGS = [
    *(name for name in Settings.__struct_fields__ if name != "pace"),
    *(f"pace.PROVIDER.{name}" for name in Pace.__struct_fields__),
]


def _rows(title: str) -> dict[str, list[str]]:
    """The cells of a table of the reference, by the name that begins each row."""
    part = REFERENCE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| `([^`]+)` \| (.+) \|$", part, re.MULTILINE)
    return {name: re.split(r" (?<!\\)\| ", rest) for name, rest in lines}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_reference_has_the_help_of_every_command(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        app([name, "--help"], prog_name="scoreboard")
    assert capsys.readouterr().out.strip() in REFERENCE


@pytest.mark.parametrize(
    ("title", "names"),
    [("Settings", SETTINGS), ("Reasons", list(REASONS)), ("Cells", list(probes()))],
    ids=["settings", "reasons", "cells"],
)
def test_the_reference_tells_of_every_setting_reason_and_cell(title: str, names: list[str]) -> None:
    told = _rows(title)
    assert list(told) == names
    assert not [name for name, cells in told.items() if not all(cells)]


def test_the_readme_counts_what_the_board_holds() -> None:
    every = re.search(r"^\| \*\*all\*\* +(.*)$", (ROOT / "docs" / "coverage.md").read_text(), re.MULTILINE)
    assert every
    models, rows, cells = (figure.strip() for figure in every[1].split("|")[1:4])
    told = f"On the board stand {models} models, in {rows} rows with evidence; {cells} cells are known"
    assert told in (ROOT / "README.md").read_text()


def test_a_section_of_a_docstring_goes_on_in_indented_lines() -> None:
    assert section("Head.\n\nAsks:   this,\n        and that.\nSeen:   so.\n", "Asks") == "this, and that."
    assert section("Head.\n\nSeen:   so.\n", "Asks") == ""


@cache
def _defined() -> frozenset[str]:
    """The names of all modules, classes, functions, fields and commands."""
    found = set(COMMANDS)
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            found |= {path.stem, path.parent.name}
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    found.add(node.name)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found.add(node.target.id)
    return frozenset(found)


def _exists(name: str) -> bool:
    """Whether a name in backticks is a command, a path, dotted within a floor, or what some module defines."""
    if name.startswith("scoreboard "):
        return name.split()[1] in COMMANDS
    if name.split(".", maxsplit=1)[0] in FLOORS and not name.endswith(".py") and "/" not in name:
        return _resolves(name.split("."))
    return (ROOT / name).exists() or name in _defined()


def _resolves(parts: list[str]) -> bool:
    for end in range(len(parts), 0, -1):
        try:
            thing: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(thing, part) and part not in getattr(thing, "__struct_fields__", ()):
                return False
            thing = getattr(thing, part, None)
        return True
    return False


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([^`\n]+)`", ARCHITECTURE))))
def test_what_the_architecture_names_exists(name: str) -> None:
    assert _exists(name)


def test_names_that_do_not_exist_are_told() -> None:
    gone = ("probes.row.Rows", "scoreboard.judge.engine.judges", "scoreboard ask", "probes/judge.py", "Exchanges")
    assert not any(map(_exists, gone))


def test_the_architecture_draws_the_ladder_as_it_is() -> None:
    drawn = ARCHITECTURE.partition("\n## The ladder\n")[2].partition("\n## ")[0]
    rooms = re.findall(r"^    ([a-z]+) +(.+)$", drawn, re.MULTILINE)
    assert [room for room, _ in rooms] == [room for room, _ in LADDER]
    assert set(rooms[-1][1].split()) == LADDER[-1][1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())
    assert not [link for link in links if not (page.parent / link).exists()]
