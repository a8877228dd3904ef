"""The generated parts of docs/reference.md: commands, settings, reasons and cells, each as the code itself has them.

`make docs` writes them anew; `make lint` says where they differ from the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import click
import msgspec
import typer
from msgspec import inspect

from probes.base import Probe, probes
from probes.reasons import REASONS
from scoreboard.cli import app
from scoreboard.settings import NAME, Pace, Settings

ROOT = Path(__file__).resolve().parent.parent
# What click takes of a terminal of 80 columns.
_WIDTH = 78
_TYPES = {"int": "whole number", "float": "number", "bool": "true or false", "str": "text"}


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def commands() -> str:
    """What `scoreboard COMMAND --help` prints in a terminal of 80 columns, for each command."""
    group = cast("click.Group", typer.main.get_command(app))
    above = click.Context(group, info_name="scoreboard", terminal_width=_WIDTH, color=False)
    parts = []
    for name in group.list_commands(above):
        command = group.commands[name]
        context = click.Context(command, above, info_name=name, terminal_width=_WIDTH, color=False)
        parts.append(f"### scoreboard {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    """The table of settings, with what the comments of the settings file say of each."""
    told = _comments((ROOT / NAME).read_text())
    rows = [_setting(field, field.name, told) for field in _fields(Settings) if field.name != "pace"]
    rows += [_setting(field, f"pace.PROVIDER.{field.name}", told) for field in _fields(Pace)]
    return _table(("setting", "what it holds", "default", "what it does"), rows)


def _fields(struct: type[msgspec.Struct]) -> Sequence[inspect.Field]:
    return cast("inspect.StructType", inspect.type_info(struct)).fields


def _setting(field: inspect.Field, name: str, told: dict[str, str]) -> list[str]:
    kind = _TYPES[type(field.type).__name__.removesuffix("Type").lower()]
    for limit, words in (("ge", "from {} up"), ("gt", "above {}")):
        if (least := getattr(field.type, limit, None)) is not None:
            kind += f", {words.format(f'{least:g}')}"
    return [f"`{name}`", kind, f"`{msgspec.json.encode(field.default).decode()}`", told.get(field.name, "")]


def _comments(text: str) -> dict[str, str]:
    """By setting, the comment before it, or behind it; one without takes that of the line above, as a reader does."""
    told: dict[str, str] = {}
    before = behind = ""
    for line in text.splitlines():
        if found := re.match(r"(# )?([a-z_]+) = [^\s#]+\s*(?:# (.*))?$", line):
            behind = found[3] or behind
            told.setdefault(found[2], behind if found[1] else before)
        before = f"{before} {line[2:]}".strip() if line.startswith("# ") else ""
    return told


def reasons() -> str:
    """The table of reasons, by family."""
    rows = [(f"`{reason}`", family.replace("_", " "), says) for reason, (family, says) in REASONS.items()]
    return _table(("reason", "family", "what it says"), rows)


def cells() -> str:
    """The table of cells, in the order of the columns."""
    rows = [
        (f"`{name}`", probe.column, _marks(probe), section(probe.doc, "Asks"), section(probe.doc, "Seen"))
        for name, probe in probes().items()
    ]
    return _table(("cell", "column", "mark", "what is asked", "seen where"), rows)


def _marks(probe: Probe) -> str:
    shown = {when: mark for when, mark in probe.marks.items() if when != "flaky"}
    told = (mark if when == "supported" else f"{mark} ({when.replace(':', ', ')})" for when, mark in shown.items())
    return " ".join(told)


def section(doc: str, title: str) -> str:
    """The paragraph of a probe's docstring that begins with a title; empty where there is none."""
    found = re.search(rf"^{title}:(.*(?:\n +.*)*)", doc, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""
