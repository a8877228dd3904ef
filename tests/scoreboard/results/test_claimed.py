"""Counts of claims, kept beside the results."""

from pathlib import Path

import pytest

from scoreboard.results.claimed import Claimed, claimed, keep
from scoreboard.results.store import ResultsError, load_all

ONE, TWO = Claimed("A", "a-1", 1, 2, 3, 4, 5), Claimed("B", "b-1")


def test_what_is_kept_takes_the_place_of_the_same_catalogue_alone(tmp_path: Path) -> None:
    assert claimed(tmp_path) == {}
    assert keep(tmp_path, {"a": ONE, "b": TWO})
    assert not keep(tmp_path, {"a": ONE})
    newer = Claimed("A", "a-2", 7)
    assert keep(tmp_path, {"a": newer})
    assert claimed(tmp_path) == {"a": newer, "b": TWO}
    assert load_all(tmp_path) == []


@pytest.mark.parametrize("text", ["", "[]", '{"a": 3}', '{"a": {"title": "A"}}', '{"a": "\xff'])
def test_what_is_no_such_file_is_told_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "claims" / "counts.json"
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ResultsError, match=r"counts\.json cannot be read: .*; delete it, or write it anew by"):
        claimed(tmp_path)
    with pytest.raises(ResultsError):
        keep(tmp_path, {"a": ONE})
    assert path.read_bytes() == text.encode("latin-1")
