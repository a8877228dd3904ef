"""The pytest front end: each cell of the matrix is an item, judged again from its evidence and held against the
committed result.

    pytest scoreboard.toml -k 'gemini and json' -m 'stream and thinking'

Items are named <provider>/<model>/<mode>::<cell> and marked with provider, mode parts and cell. What was collected is
judged at once, before the first item runs; an item that fails prints what changed and where the evidence is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from scoreboard.results.model import Cell
    from scoreboard.sources import Evidence

# By row: the cells as the evidence shows them now, and as they were committed.
_JUDGED = pytest.StashKey[dict[str, "tuple[dict[str, Cell], dict[str, Cell]]"]]()


def pytest_configure(config: pytest.Config) -> None:
    """Registers a mark for each provider, cell and mode, so that `-m` can select them and misspelt ones are refused."""
    for name in _marks():
        config.addinivalue_line("markers", f"{name}: cells of the scoreboard")


@cache
def _marks() -> frozenset[str]:
    from probes.base import cell_id
    from providers.plugins import modules

    return frozenset(("sync", "stream", "thinking", *modules("providers"), *map(cell_id, modules("probes"))))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Matrix | None:
    """The project's settings file stands for its matrix."""
    if file_path.name == "scoreboard.toml":
        return Matrix.from_parent(parent, path=file_path)
    return None


class Matrix(pytest.File):
    """All rows that there is evidence of."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item per row and cell; one that is skipped, with the reason, for each kind of evidence that is not
        here.
        """
        from probes.base import probes
        from scoreboard.sources import sources

        folder = self.path.parent
        for source in sources(folder):
            if not source.rows:
                yield Missing.from_parent(self, name=source.name, nodeid=f"{source.name}::all", reason=source.missing)
            for row in source.rows:
                for cell, probe in probes().items():
                    if probe.streams_only and "stream" not in row.mode.split("+"):
                        continue
                    yield CellItem.from_parent(
                        self, name=cell, nodeid=f"{row.id}::{cell}", row=row, results=folder / "results"
                    )


class Missing(pytest.Item):
    """Stands for evidence that is not here."""

    def __init__(self, *, reason: str, **more: Any) -> None:
        super().__init__(**more)
        self._reason = reason

    def runtest(self) -> None:
        """Never silent about what was not checked."""
        pytest.skip(self._reason)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it stands, and its name."""
        return self.path, None, self.nodeid


class CellItem(pytest.Item):
    """One cell, held against the committed result."""

    def __init__(self, *, row: Evidence, results: Path, **more: Any) -> None:
        super().__init__(**more)
        self.row, self._results = row, results
        self.extra_keyword_matches.add(row.id)  # for -k
        for mark in (row.provider, *row.mode.split("+"), self.name):
            if mark in _marks():
                self.add_marker(mark)

    def runtest(self) -> None:
        """Compares verdict, reason and variants."""
        now, before = self._judged()[self.row.id]
        judged, committed = now[self.name], before.get(self.name)
        if committed is None or _essence(committed) != _essence(judged):
            raise Changed(self.nodeid, committed, judged)

    def _judged(self) -> dict[str, tuple[dict[str, Cell], dict[str, Cell]]]:
        """The rows of all selected items: judged at once, when the first of them asks."""
        stash = self.session.stash
        if _JUDGED not in stash:
            stash[_JUDGED] = {}
            for row in {item.row.id: item.row for item in self.session.items if isinstance(item, CellItem)}.values():
                judged = row.judge()
                stash[_JUDGED][row.id] = judged.cells, row.committed(self._results, judged)
        return stash[_JUDGED]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> Any:
        """What changed, in words; a traceback only for what should not happen."""
        return str(excinfo.value) if isinstance(excinfo.value, Changed) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it stands, and a name that pytest does not take for a dotted one."""
        return self.path, None, f"{self.name} of {self.row.id}"


class Changed(AssertionError):
    """The evidence now says something else than the committed result."""

    def __init__(self, name: str, committed: Cell | None, judged: Cell) -> None:
        lines = [f"{name} changed", f"  committed: {_told(committed)}", f"  judged:    {_told(judged)}"]
        lines += [f"  evidence:  {where}" for where in judged.evidence]
        lines.append(
            "  If the new verdict is right, commit the new results; `scoreboard explain` tells what the cell means."
        )
        super().__init__("\n".join(lines))


def _essence(cell: Cell) -> tuple[Any, ...]:
    return cell.verdict, cell.reason, cell.variants


def _told(cell: Cell | None) -> str:
    if cell is None:
        return "nothing"
    variants = "".join(f"; {name}: {verdict}" for name, verdict in sorted(cell.variants.items()))
    return f"{cell.verdict}{f' ({cell.reason})' if cell.reason else ''}: {cell.note}{variants}"
