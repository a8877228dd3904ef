"""What a caller requires of an endpoint: cells by name, in one mode or in all, and which of them do not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from msgspec import Struct

from probes.base import Probe, probes
from scoreboard.errors import ScoreboardError
from scoreboard.mode import MODES
from scoreboard.results.model import RowResult

_MODES = {mode.name: mode for mode in MODES if not mode.thinking}


class RequirementError(ScoreboardError, ValueError):
    """A word that names no cell or mode; the message says which is near."""


class Requirement(Struct, frozen=True):
    """A cell that has to hold, in one mode, or in all where `mode` is empty."""

    cell: str
    mode: str = ""

    @property
    def name(self) -> str:
        """As the caller may have written it."""
        return f"{self.cell}@{self.mode}" if self.mode else self.cell


def cell_named(word: str) -> str:
    """The id of the cell that a word names: its id, its title, or the last part of either where only one has it. Raises
    RequirementError.
    """
    wanted = word.strip().casefold()
    known = probes()
    if wanted in known:
        return wanted
    by_word: dict[str, list[str]] = {}
    for name, probe in known.items():
        for one in _words(name, probe):
            by_word.setdefault(one, []).append(name)
    if len(found := by_word.get(wanted, [])) == 1:
        return found[0]
    if found:
        msg = f"{word!r} may be any of {', '.join(found)}; name one of them"
        raise RequirementError(msg)
    near = get_close_matches(wanted, [*known, *by_word], 1, 0.0)
    msg = f"no cell is named {word!r}; the nearest is {by_word.get(near[0], near)[0]}"
    raise RequirementError(msg)


def _words(name: str, probe: Probe) -> set[str]:
    return {probe.title.casefold(), name.rpartition(".")[2]}


def required(words: Iterable[str]) -> list[Requirement]:
    """The requirements of texts such as "tools,schema@stream". Raises RequirementError."""
    found = []
    for word in (one.strip() for text in words for one in text.split(",") if one.strip()):
        cell, at, mode = word.partition("@")
        if at and mode not in _MODES:
            near = get_close_matches(mode, list(_MODES), 1, 0.0)[0]
            msg = f"no mode is named {mode!r} in {word!r}; the nearest is {near}, and all are {', '.join(_MODES)}"
            raise RequirementError(msg)
        found.append(Requirement(cell_named(cell), mode))
    return found


def unmet(requirements: Sequence[Requirement], rows: Sequence[RowResult]) -> Iterator[tuple[Requirement, RowResult]]:
    """Each requirement with each row in which it does not hold."""
    for one in requirements:
        wanted = _MODES.get(one.mode)
        for row in rows:
            cell = row.cells.get(one.cell)
            if (wanted is None or wanted.stream == row.stream) and (cell is None or cell.verdict != "supported"):
                yield one, row
