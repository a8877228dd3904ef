"""The committed results follow from the evidence that is here: our cassettes, and everybody's recordings."""

from collections.abc import Sequence

import pytest

from scoreboard.sources import Evidence, sources
from tests.support import ROOT
from tests.support.recorded import in_words


def _changed(rows: Sequence[Evidence]) -> dict[str, tuple[str | None, str]]:
    """The cells that are judged otherwise than they were committed: as they were, and as they are."""
    changed: dict[str, tuple[str | None, str]] = {}
    for row in rows:
        judged = row.judge()
        now, then = in_words(judged.cells), in_words(row.committed(ROOT / "results", judged))
        changed |= {f"{row.id}::{cell}": (then.get(cell), now[cell]) for cell in now if now[cell] != then.get(cell)}
    return changed


def test_each_row_is_judged_as_it_was_committed() -> None:
    missing = []
    for source in sources(ROOT):
        assert not _changed(source.rows)
        missing += [] if source.rows else [source.missing]
    if missing:
        pytest.skip("; ".join(missing))
