"""The card as lines: never wider than they may be, whatever a provider says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from probes.base import probes
from scoreboard.pages.card import Card, card
from scoreboard.pages.card_lines import cut, lines, padded, width, wrapped
from scoreboard.results.model import Cell, RowResult
from tests.scoreboard.pages.test_card import FACTS, rows

HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202eright to left\u202c <script>\r\n\t| 漢字漢字漢字 👩‍👩‍👧 " + "x" * 5000


def hostile() -> Card:
    bad = Cell("unsupported", "rejected", HOSTILE)
    facts = structs.replace(FACTS, model=HOSTILE, endpoint=HOSTILE)
    return card(
        [RowResult("m", False, row.stream, dict.fromkeys(row.cells, bad)) for row in rows()], facts, list(probes())
    )


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_line_is_wider_and_none_does_anything_to_a_terminal(columns: int) -> None:
    for line in lines(hostile(), columns):
        assert width(line.plain) <= columns, line.plain
        assert line.plain.isprintable()


def test_a_mark_stands_apart_from_its_title() -> None:
    shown = [line.plain for line in lines(card(rows(), FACTS, list(probes())), 80)]
    marked = [line for line in shown if line.endswith("✅")]
    assert len(marked) == len(probes())
    assert all(" ✅" in line for line in marked)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.integers(20, 100), st.integers(0, 8))
def test_any_text_is_wrapped(text: str, columns: int, indent: int) -> None:
    made = list(wrapped(text, columns, indent))
    assert all(width(line) <= columns for line in made)
    assert all(line.strip() for line in made)


def test_width_is_that_of_a_terminal() -> None:
    assert (width("漢字"), width("abc"), width("🕸️")) == (4, 3, 2)
    assert cut("漢字漢字", 5) == "漢字"
    assert padded("漢", 4) == "漢  "
