"""What a provider says, made fit for pages."""

from urllib.parse import unquote

import jinja2
import pytest

from scoreboard.pages.looks import drawn, permalink, shown, title_of
from tests.support.boards import HOSTILE, a_provider


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_a_text_is_one_short_line_without_marks_that_turn_it_around(text: str) -> None:
    line = shown(text)
    assert line.isprintable()
    assert len(line) <= 201


def test_a_text_that_is_cut_says_so() -> None:
    assert shown("abc", 3) == "abc"
    assert shown("abcd", 3) == "abc…"


def test_a_permalink_keeps_what_can_be_read_and_escapes_what_would_end_it() -> None:
    assert permalink("acme", "v/m-2.5:free", "stream+thinking", cell="json") == "acme/v/m-2.5:free/stream+thinking:json"
    link = permalink("acme", "a?b#c&<d>\"'", "sync")
    assert not set(link) & set("?#&<>\"'")
    assert unquote(link) == "acme/a?b#c&<d>\"'/sync"


def test_a_stranger_is_called_by_its_name() -> None:
    assert title_of("nobody\nknows") == "nobody knows"
    assert title_of(a_provider()) != a_provider()


def test_a_template_is_not_drawn_without_all_that_it_names() -> None:
    with pytest.raises(jinja2.UndefinedError):
        drawn("badge.svg.j2")
