"""What holds for the whole tree: directions, names, documentation, size, secrets."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from probes.base import COLUMNS, MORE_COLUMNS, probes
from providers.base import names, providers, wires
from scoreboard.sources import recordings_folder
from tests.support import ROOT

RECORDINGS = recordings_folder(ROOT)
FLOORS = ("providers", "probes", "scoreboard")
SOURCES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
ALL = [
    path for path in sorted(ROOT.rglob("*.py")) if not {".venv", "build", "site"} & set(path.relative_to(ROOT).parts)
]


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@cache
def _strings(path: Path) -> set[str]:
    """Words within string constants, docstrings left out, and identifiers."""
    tree = ast.parse(path.read_text())
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            found |= set(re.findall(r"[a-z0-9_.]+", node.value.lower()))
        elif isinstance(node, ast.Name):
            found.add(node.id.lower())
    return found


def _floor(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def test_imports_go_down_only() -> None:
    for path in SOURCES:
        above = FLOORS[FLOORS.index(_floor(path)) + 1 :]
        assert not [name for name in _imports(path) if name.split(".")[0] in above], path


def test_no_provider_is_named_above_its_floor() -> None:
    for path in (path for path in SOURCES if _floor(path) != "providers"):
        assert not _strings(path) & set(names()), path
        below = {name.split(".")[1] for name in _imports(path) if name.startswith("providers.")}
        assert below <= {"base", "chat", "errors", "jobs", "plugins"}, path


def test_no_capability_is_named_where_rows_are_run_kept_and_shown() -> None:
    # Ids that are ordinary words as well ("json", "file", "seed") are looked for as keys of cells only.
    ordinary = {name for name in probes() if "." not in name and "_" not in name}
    for path in (path for path in SOURCES if _floor(path) == "scoreboard"):
        assert not _strings(path) & (set(probes()) - ordinary), path
        assert not re.findall(r"cells(?:\[|\.get\()[\"']([a-z_.]+)[\"']", path.read_text()), path


def test_no_file_is_longer_than_400_lines() -> None:
    long = [path for path in ALL if _floor(path) != "emulator" and len(path.read_text().splitlines()) > 400]
    assert not long


@pytest.mark.parametrize("name", probes())
def test_every_probe_says_what_it_asks_and_what_decides(name: str) -> None:
    probe = probes()[name]
    first, _, rest = probe.doc.partition("\n")
    assert first.endswith(".")
    sections = re.findall(r"^([A-Z][a-z]+):", rest, re.MULTILINE)
    assert {"Asks", "Seen", "Missed"} <= set(sections)
    assert set(sections) <= {"Asks", "Seen", "Accepted", "Missed", "Refused"}
    assert probe.requires or "Refused" not in sections
    assert probe.column in (*COLUMNS, *MORE_COLUMNS)


@pytest.mark.parametrize("name", providers())
def test_every_fact_about_a_provider_has_a_source(name: str) -> None:
    known = providers()[name]
    assert re.fullmatch(r"|local|[A-Z]{2}", known.country)
    for note in (*known.notes, *known.warnings):
        assert note.text.endswith(".")
        assert re.match(r"https://|\d{4}-\d{2}/", note.source)
        if RECORDINGS.is_dir() and not note.source.startswith("https:"):
            assert (RECORDINGS / note.source).exists()
    assert known.title


@pytest.mark.parametrize("name", wires())
def test_every_wire_has_both_directions(name: str) -> None:
    wire = wires()[name]
    assert wire.__doc__
    assert all(callable(getattr(wire, part)) for part in ("fields", "matches", "ask", "read", "models"))


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


# Split, so that this file does not match itself.
_KEYS = re.compile(
    rb"(?<![A-Za-z0-9])(sk-(?:ant-|proj-)?[A-Za-z0-9]{20}|AI"
    rb"za[A-Za-z0-9_-]{35}|gs"
    rb"k_[A-Za-z0-9]{40}|h"
    rb"f_[A-Za-z0-9]{30})"
)


def test_no_kept_file_holds_a_key_or_a_path_of_somebodys_machine() -> None:
    kept = [path for path in _tracked() if path.relative_to(ROOT).parts[0] in ("cassettes", "results", "docs")]
    assert len(kept) > 10
    for path in kept:
        assert not _KEYS.search(path.read_bytes()), path
    paths = re.compile(rb"(?<![\w.])/(?:ho" rb"me|ro" rb"ot|Use" rb"rs|wo" rb"rk)/[a-z]")
    assert not [
        path
        for path in _tracked()
        if path.suffix not in (".png", ".webp", ".mp4", ".webm") and paths.search(path.read_bytes())
    ]


def test_pinned_versions_name_no_host_and_no_hash() -> None:
    assert not re.search(r"://|sha256|--", (ROOT / "constraints.txt").read_text())
