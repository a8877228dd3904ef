"""Anthropic (Claude), by its own Messages API."""

from providers.base import Note, Price, Provider, Quirks
from providers.wire import anthropic

_DOCS = "https://platform.claude.com/docs/en"
_THINKING = f"{_DOCS}/build-with-claude/thinking"
_LINE_UP = "https://platform.claude.com/docs/about-claude/models/whats-new-opus-5"

provider = Provider(
    wire=anthropic,
    title="Anthropic",
    base_url="https://api.anthropic.com/v1",
    key_env="ANTHROPIC_API_KEY",
    key=("x-api-key", ""),  # https://platform.claude.com/docs/en/api/overview
    # Nothing that we send or read differs from 2023-06-01, of the recordings:
    # https://platform.claude.com/docs/en/api/versioning
    headers={"anthropic-version": "2026-10-21"},
    country="US",
    quirks=Quirks(
        # Adaptive thinking came with 4.6 and is the only way since 4.7:
        # https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
        options={
            "adaptive": (
                "claude-opus-4-[6-9]*", "claude-sonnet-4-[6-9]*", "claude-haiku-4-[6-9]*", "claude-opus-[5-9]*",
                "claude-sonnet-[5-9]*",
                "claude-haiku-[5-9]*", "claude-fable-*", "claude-mythos-*",
            ),
            # https://platform.claude.com/docs/en/models/sonnet-5-5/overview
            "between_tools": ("claude-sonnet-5-5*",),
        },
    ),
    # Patterns are tried in order. Thinking came with 3.7, and some of the newest cannot be told not to think (same
    # page).
    thinking={
        "claude-3-[05]*": (False,), "claude-3-haiku*": (False,), "claude-3-opus*": (False,),
        "claude-3-sonnet*": (False,),
        "claude-fable-*": (True,), "claude-mythos-*": (True,), "claude-opus-5-5*": (True,),
        "claude-*": (False, True),
    },
    # https://platform.claude.com/docs/en/about-claude/models/overview
    recommended={"best": "claude-opus-5-5", "good": "claude-sonnet-5-5", "cheap": "claude-haiku-5-5"},
    prices={
        "claude-fable-5-2": Price(8.0, 40.0, "https://platform.claude.com/docs/id/models/sonnet-5/overview"),
        "claude-opus-5-5": Price(4.0, 20.0, _LINE_UP),
        "claude-opus-5": Price(5.0, 25.0, _LINE_UP),
        "claude-sonnet-5-5": Price(2.0, 10.0, _LINE_UP),
        "claude-sonnet-5": Price(2.0, 10.0, "https://platform.claude.com/docs/models/opus-5/overview"),
        # Five times that for prompts over 100,000 tokens
        "claude-haiku-5-5": Price(0.1, 0.5, f"{_DOCS}/models/haiku-5-5/overview"),
        "claude-opus-4-8": Price(5.0, 25.0, f"{_DOCS}/about-claude/pricing"),
        "claude-opus-4-7": Price(5.0, 25.0, f"{_DOCS}/about-claude/pricing"),
        # Dated snapshots bear the name and the day.
        "claude-haiku-4-5*": Price(1.0, 5.0, "https://platform.claude.com/docs/models/opus-5/overview"),
        "claude-sonnet-4-5*": Price(3.0, 15.0, f"{_DOCS}/docs/about-claude/pricing"),
        "claude-3-5-haiku-*": Price(0.8, 4.0, f"{_DOCS}/docs/about-claude/pricing"),
    },
    notes=(
        Note(
            "A batch takes 100,000 questions or 256 MB, and expires after 24 hours; its results stay for 29 days.",
            "https://docs.claude.com/en/docs/build-with-claude/batch-processing",
        ),
        Note(
            "Files are PDFs, plain text and pictures (JPEG, PNG, GIF, WebP) where a model is to read them.",
            "https://docs.claude.com/en/docs/build-with-claude/files",
        ),
        Note(
            "JSON needs a schema; there is no JSON mode without one.",
            f"{_DOCS}/build-with-claude/structured-outputs",
        ),
        Note(
            "Objects in a schema must forbid additional properties.",
            "2026-08/anthropic/claude-haiku-4-5-20251001/GenSync-JSON.yaml",
        ),
        Note("Neither seed nor log-probabilities: the API has no field for them.", f"{_DOCS}/api/messages"),
        Note("With a budget for thinking no tool can be forced.", f"{_THINKING}-tool-workflows"),
        Note("Claude Sonnet 5.5 refuses to have a tool forced.", f"{_DOCS}/models/sonnet-5-5/overview"),
    ),
    warnings=(
        Note(
            "A cap on tokens is required, and thinking counts against it; a budget for thinking must be smaller "
            "than the cap.",
            _THINKING,
        ),
        Note("A model that thinks adaptively may choose not to think at all.", _THINKING),
    ),
)  # fmt: skip
