"""The rooms of scoreboard/ stand on a ladder: what imports goes down, or stays in its room; also where an import waits in a function."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

# From the top. A room is a folder of scoreboard/, or the modules that are named.
LADDER = (
    (
        "front",
        {
            "__main__",
            "cli",
            "console",
            "answers",
            "board",
            "claims_command",
            "compare_command",
            "comparing",
            "difference_commands",
            "explain_command",
            "fetch_command",
            "judging",
            "probe_command",
            "probing",
            "replay",
            "required",
            "merge",
            "sources",
            "pytest_plugin",
            "stamp",
        },
    ),
    ("claims", {"claims"}),
    ("pages", {"pages"}),
    ("live", {"live"}),
    ("net", {"net"}),
    ("traffic", {"traffic"}),
    ("judge", {"judge"}),
    ("results", {"results"}),
    ("evidence", {"evidence"}),
    ("ground", {"settings", "bundled", "disk", "errors", "text", "mode"}),
)
STEPS = {name: step for step, (_, members) in enumerate(LADDER) for name in members}
# Imports that go up, as "importer -> imported". This list may only shrink.
KNOWN: set[str] = set()


def imported(source: str, package: str) -> Iterator[str]:
    """The modules of scoreboard/ that a source imports, wherever in it, relative ones too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # What is imported from the package itself, or from a room as a whole, is a module.
            names = [f"{base}.{alias.name}" for alias in node.names] if base.count(".") < 1 else [base]
        else:
            continue
        yield from (name for name in names if name.startswith("scoreboard."))


def step(module: str) -> int:
    """How far from the top a module stands. An unknown one is told where it has to be listed."""
    room = module.split(".")[1]
    assert room in STEPS, f"{module}: give it a step of LADDER"
    return STEPS[room]


def violations(sources: dict[str, str]) -> set[str]:
    """The imports that go up."""
    return {
        f"{module} -> {name}"
        for module, source in sources.items()
        for name in imported(source, module.rpartition(".")[0])
        if step(name) < step(module)
    }


def scoreboard() -> dict[str, str]:
    """The source of each module by name; a room's own docstring is no module."""
    paths = [path for path in (ROOT / "scoreboard").rglob("*.py") if path != ROOT / "scoreboard" / "__init__.py"]
    return {name_of(path): path.read_text("utf-8") for path in paths}


def name_of(path: Path) -> str:
    """scoreboard.net.pool; that of a room for its __init__."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_what_imports_goes_down() -> None:
    up = violations(scoreboard()) - KNOWN
    assert not up, "these imports go up: " + "; ".join(sorted(up))


def test_no_import_is_excused_that_is_gone() -> None:
    gone = KNOWN - violations(scoreboard())
    assert not gone, "take out of KNOWN: " + "; ".join(sorted(gone))


def test_every_step_is_there() -> None:
    there = {name.split(".")[1] for name in scoreboard()}
    assert there == set(STEPS)


@pytest.mark.parametrize(
    ("source", "upward"),
    [
        ("from scoreboard.pages.table import lines", "scoreboard.pages.table"),
        ("import scoreboard.cli", "scoreboard.cli"),
        ("from scoreboard import cli", "scoreboard.cli"),
        ("from .. import cli", "scoreboard.cli"),
        ("from ..pages import table", "scoreboard.pages"),
        ("def f():\n    from scoreboard.live.run import run", "scoreboard.live.run"),
        ("if TYPE_CHECKING:\n    from scoreboard.live.run import run", "scoreboard.live.run"),
        ("from scoreboard.net.pool import Lanes\nfrom . import pool\nfrom scoreboard import disk\nimport probes", None),
    ],
)
def test_an_import_that_goes_up_is_seen_however_it_is_written(source: str, upward: str | None) -> None:
    expected = {f"scoreboard.net.session -> {upward}"} if upward else set()
    assert violations({"scoreboard.net.session": source}) == expected
