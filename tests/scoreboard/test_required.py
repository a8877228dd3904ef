"""What a caller requires: cells by id or word, in a mode."""

import pytest

from scoreboard.required import Requirement, RequirementError, cell_named, required, unmet
from scoreboard.results.model import Cell, RowResult


@pytest.mark.parametrize(
    ("word", "cell"),
    [
        ("tools", "tools"),
        ("JSON mode", "json"),
        ("forced", "tools.forced"),
        ("tools.forced", "tools.forced"),
        ("Seed", "seed"),
    ],
)
def test_a_cell_by_its_id_or_word(word: str, cell: str) -> None:
    assert cell_named(word) == cell


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tols", "the nearest is tools"),
        ("image", "may be any of in.image, out.image"),
        ("tools@strem", "the nearest is stream"),
        ("tools@", "no mode is named ''"),
        ("@stream", "no cell is named ''"),
    ],
)
def test_a_word_that_is_none_is_told_with_the_nearest(text: str, says: str) -> None:
    with pytest.raises(RequirementError, match=says):
        required([text])


def test_several_in_one_text_or_more() -> None:
    assert required(["tools,schema@stream", "seed@sync,"]) == [
        Requirement("tools"),
        Requirement("schema", "stream"),
        Requirement("seed", "sync"),
    ]


def test_what_does_not_hold_is_told_with_its_row() -> None:
    plain = RowResult("m", False, False, {"tools": Cell("supported", strength="accepted"), "json": Cell("flaky")})
    stream = RowResult("m", False, True, {"tools": Cell("unsupported"), "json": Cell("supported")})
    failed = [(one.name, row.stream) for one, row in unmet(required(["tools,json@sync,tools@sync"]), [plain, stream])]
    assert failed == [("tools", True), ("json@sync", False)]
