"""Text from strangers."""

from hypothesis import given
from hypothesis import strategies as st

from scoreboard.text import one_line, printable


@given(st.text())
def test_nothing_reaches_a_terminal_that_would_do_something_there(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)
    assert one_line(text).split() == printable(text).split()
    assert "  " not in one_line(text)


def test_lines_may_be_kept() -> None:
    assert printable("a\x1b[2J\nb\u202e", "?", "\n") == "a?[2J\nb?"
