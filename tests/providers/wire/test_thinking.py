"""Thinking that stands in the text, between tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.wire._thinking import split_thinking


@pytest.mark.parametrize(
    ("text", "thinking", "answer"),
    [
        ("Yes.", "", "Yes."),
        ("<think>\nHm.\n</think>\n\nYes.", "Hm.", "Yes."),
        ("<think></think>\n\nYes.", "", "Yes."),
        ("Hm.</think>Yes.", "Hm.", "Yes."),
        ("<think>Hm. And so", "Hm. And so", ""),
        ("<think>a</think>Yes. <think>b</think>No.", "a\nb", "Yes. No."),
        ("[THINK]Hm.[/THINK]Yes.", "Hm.", "Yes."),
        ("<thought>Hm.</thought>Yes.", "Hm.", "Yes."),
        ("<thinking>Hm.</thinking>Yes.", "Hm.", "Yes."),
        ("the tag <think> begins it", "", "the tag <think> begins it"),
        ("  spaces stay  ", "", "  spaces stay  "),
    ],
)
def test_thinking_is_set_apart(text: str, thinking: str, answer: str) -> None:
    assert split_thinking(text) == (thinking, answer)


@given(st.text(alphabet="a \n<>/think[]THINK"))
def test_nothing_is_made_up_and_no_pair_of_tags_is_left(text: str) -> None:
    thinking, answer = split_thinking(text)
    assert len(thinking) + len(answer) <= len(text)
    assert "<think>" not in answer or "</think>" not in answer.partition("<think>")[2]
