"""Which model answered."""

from collections.abc import Sequence

import pytest

from probes.row import Exchange
from providers.chat import Reply
from scoreboard.judge.served import same_model, served_as
from tests.support.judging import RATE, exchange


def by(*names: str) -> list[Exchange]:
    """Answers of models of these names."""
    return [exchange("Hi", Reply(text="Hello", model=name)) for name in names]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o", "GPT-4o"),
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("gpt-4", "gpt-4-0613"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku-20241022"),
        ("gemini-2.5-flash", "models/gemini-2.5-flash"),
        ("gemini-2.5-flash-preview", "gemini-2.5-flash-preview-05-20"),
        ("gemini-2.0-flash", "gemini-2.0-flash-001"),
        ("anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-20250514"),
        ("eu.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4-20250514"),
        ("llama-v3p1-8b-instruct", "accounts/fireworks/models/llama-v3p1-8b-instruct"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b-instruct"),
        ("meta-llama/llama-3.1-8b-instruct:free", "meta-llama/llama-3.1-8b-instruct"),
        ("Qwen/Qwen3-8B", "qwen3_8b"),
        ("tiny-random", "/models/tiny-random.gguf"),
        ("mistral-large-latest", "mistral-large-2411"),
    ],
)
def test_names_of_one_model_differ_in_day_region_and_vendor(asked: str, named: str) -> None:
    assert same_model(asked, named) and same_model(named, asked)
    assert served_as(asked, by(named)) == ""


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("gpt-4o", "gpt-4o-mini"),
        ("gpt-4o", "gpt-4"),
        ("gpt-4.1", "gpt-4.5"),
        ("gemini-2.5-pro", "gemini-2.5-flash"),
        ("llama-3.1-8b-instruct", "llama-3.1-70b-instruct"),
        ("qwen/qwen3-8b", "qwen/qwen3-14b"),
        ("grok-4", "grok-4-fast"),
        ("auto", "mistral-small"),
    ],
)
def test_another_size_version_or_kind_is_another_model(asked: str, named: str) -> None:
    assert not same_model(asked, named) and not same_model(named, asked)
    assert served_as(asked, by(named)) == named


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ""),
        (("",), ""),
        (("a", "a", "b"), ""),
        (("a", "b"), ""),
        (("a", "b", "b"), "b"),
        (("a", "b", "c"), "b"),
        (("a-2025-01-01", "a", "b"), ""),
        (("b", "c", "c"), "c"),
        (("", "", "b"), "b"),
    ],
    ids=[
        "no answers", "none names any", "most of the model asked", "half of it", "most of another", "most of others",
        "aliases count together", "the most frequent of others", "those that name none do not count",
    ],
)  # fmt: skip
def test_it_is_another_model_where_most_answers_name_one(names: Sequence[str], expected: str) -> None:
    assert served_as("a", by(*names)) == expected


def test_what_is_no_answer_names_no_model() -> None:
    lost = exchange("Hi", Reply(model="b"), lost="cut")
    refused = exchange("Hi", Reply(status=429, error=RATE.error, model="b"))
    assert served_as("a", [lost, refused, exchange("Hi", Reply(text="He", model="b", cut="it broke off"))]) == ""


def test_where_no_model_was_asked_by_name_there_is_no_other() -> None:
    assert served_as("", by("b")) == ""
