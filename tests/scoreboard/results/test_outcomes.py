"""What became of versions is read from beside the engines; what cannot be read is one line."""

from pathlib import Path

import pytest

from scoreboard.results.outcomes import all_outcomes, outcomes
from scoreboard.results.store import ResultsError


def test_an_engine_of_which_nothing_is_known_is_there_and_a_folder_that_is_none_is_not(tmp_path: Path) -> None:
    for name in ("b", "a", "none"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "engine.py").touch()
    (tmp_path / "b" / "engine.py").touch()
    (tmp_path / "b" / "outcomes.json").write_text('{"1.0": {"day": "2026-11-27", "python": "3.11", "failed": "why"}}')
    found = all_outcomes(tmp_path)
    assert list(found) == ["a", "b"] and found["a"] == {} and found["b"]["1.0"].failed == "why"


@pytest.mark.parametrize("text", ["", "[]", '{"1.0": 3}', '{"1.0": {"day": 1}}', '{"1.0": {"d\xff'])
def test_what_is_no_such_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "outcomes.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ResultsError, match=r"outcomes\.json cannot be read: .*; mend it, or delete it"):
        outcomes(tmp_path)
