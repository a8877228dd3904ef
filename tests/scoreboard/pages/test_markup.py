"""Hostile text in Markdown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.pages.markup import brief, brief_html, escape, grid


@given(st.text(max_size=80))
def test_hostile_text_stays_one_line_of_plain_text(text: str) -> None:
    line = escape(text)
    assert "\n" not in line
    assert "<" not in line
    assert not re.search(r"(?<!\\)(?:\\\\)*[|`\[\]*~]", line)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tool_calls _a_ __b", r"tool_calls \_a\_ \_\_b"),
        ("a@b.c http://x WWW.x", "a&#64;b.c http:&#47;&#47;x WWW&#46;x"),
        ("1 < 2 & 3 > 2 ~~x~~", r"1 &lt; 2 &amp; 3 &gt; 2 \~\~x\~\~"),
    ],
)
def test_what_would_mean_something_is_escaped(text: str, expected: str) -> None:
    assert escape(text) == expected


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    assert brief("|" * 400) == r"\|" * 300 + "…"
    assert brief_html("<" * 400) == "&lt;" * 300 + "…"
    assert brief("|" * 300) == r"\|" * 300


def test_a_table_is_padded_by_the_width_that_a_terminal_shows() -> None:
    assert grid(("a", "b"), [("📡", "1"), ("xy", "2")]) == "| a   | b   |\n|-----|-----|\n| 📡  | 1   |\n| xy  | 2   |"
