"""Our own cassettes to results: loaded, decoded, judged. Nothing is asked again."""

from __future__ import annotations

from pathlib import Path

from scoreboard.evidence.cassettes import rows_in
from scoreboard.judge.kept import judged_cassettes
from scoreboard.results.model import Results, RowResult, with_reasons
from scoreboard.results.store import load


def replayed(root: Path, results: Path) -> list[tuple[Results, Results]]:
    """Per provider that has cassettes: the results at hand, and those that follow from the cassettes. Writes nothing.

    Raises CassetteError, ResultsError.
    """
    rows: dict[str, list[RowResult]] = {}
    for row in rows_in(root):
        rows.setdefault(row.provider, []).append(judged_cassettes(root, row))
    pairs = []
    for provider, judged in rows.items():
        old = load(results, provider)
        before = {row.key: row for row in old.rows}
        pairs.append((old, old.merged(with_reasons(row, before.get(row.key)) for row in judged)))
    return pairs
