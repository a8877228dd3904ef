"""What is said of cells in words."""

import pytest

from scoreboard.pages.explain import differences, explained
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import ResultsError

ENDS = Cell("unsupported", "ignored", "it just stops")
PLAIN = RowResult("m", False, False, {"json": Cell("supported", note="{}")})
STREAM = RowResult("m", False, True, {"json": Cell("unsupported", "rejected", "no JSON"), "stream.ends": ENDS})
ACME = Results("acme", ("m", "n"), (PLAIN, STREAM))


def test_a_cell_is_explained_in_each_mode() -> None:
    lines = list(explained(ACME, "m", "stream.ends"))
    assert lines[0].startswith("stream.ends: Streams end")
    assert "    unknown: no such cell in the results" in lines
    assert any("it just stops" in line for line in lines)


@pytest.mark.parametrize(
    ("model", "cell", "says"),
    [("m", "jsn", "did you mean json"), ("n", None, "nobody probed it"), ("mm", None, "did you mean m")],
)
def test_a_name_that_is_not_known_is_told_with_what_may_be_meant(model: str, cell: str | None, says: str) -> None:
    with pytest.raises(ResultsError, match=says):
        list(explained(ACME, model, cell))


def test_what_differs_is_a_line_per_cell() -> None:
    less = Results("acme", (), (PLAIN,))
    assert list(differences([ACME], [ACME])) == []
    assert list(differences([less], [ACME])) == [
        "acme/m 📡 json: absent -> unsupported (rejected): no JSON",
        "acme/m 📡 stream.ends: absent -> unsupported (ignored): it just stops",
    ]
