"""Why a verdict is what it is."""

import re

import pytest

from probes.reasons import REASONS, is_lost
from providers import errors
from tests.support import ROOT


@pytest.mark.parametrize(
    "reason", ["auth", "billing", "rate", "server", "timeout", "network", "cut", "unreadable", "own"]
)
def test_a_question_whose_answer_got_lost_is_told(reason: str) -> None:
    assert is_lost(reason)


@pytest.mark.parametrize(
    "reason", ["rejected", "ignored", "unsure", "capped", "filtered", "form", "not_asked", "gated", "", "unheard of"]
)
def test_from_one_that_was_answered_or_never_put(reason: str) -> None:
    assert not is_lost(reason)


def test_each_reason_says_what_it_means_in_few_words() -> None:
    for family, says in REASONS.values():
        assert family
        assert 3 < len(says) < 80


def test_each_reason_that_a_probe_gives_is_in_the_table() -> None:
    given = set()
    for path in (ROOT / "probes").glob("*.py"):
        given |= set(re.findall(r"\b(?:missed|nothing)\(\"(\w+)\"", path.read_text()))
    assert given
    assert given <= set(REASONS)


@pytest.mark.parametrize("kind", [*(kind for kind, *_ in errors._WORDS), *errors._STATUS.values(), errors.FORM])
def test_each_kind_of_error_that_refuses_nothing_is_a_reason(kind: str) -> None:
    assert kind in REASONS
