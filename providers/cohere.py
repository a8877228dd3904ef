"""Cohere. Its own chat API, version 2: documents that are cited, thinking, no alternatives to log-probabilities."""

from providers._tables import GENAI_PRICES
from providers.base import Note, Price, Provider
from providers.wire import cohere

provider = Provider(
    wire=cohere,
    title="Cohere",
    base_url="https://api.cohere.com",
    hosts=("api.cohere.ai",),
    key_env="COHERE_API_KEY",
    country="CA",
    thinking={
        # On by default, can be turned off: https://docs.cohere.com/docs/reasoning
        "command-a-reasoning-*": (False, True),
    },
    recommended={"best": "command-a-reasoning-08-2025", "good": "command-a-03-2025", "cheap": "command-r7b-12-2024"},
    # Command A Reasoning has no price a token ("free until rate limits are reached"):
    # https://docs.cohere.com/docs/command-a-reasoning
    prices={
        "command-a-03-2025": Price(2.5, 10.0, GENAI_PRICES),
        "command-r-plus-08-2024": Price(2.5, 10.0, GENAI_PRICES),
        "command-r-08-2024": Price(0.15, 0.6, GENAI_PRICES),
        "command-r7b-12-2024": Price(0.0375, 0.15, GENAI_PRICES),
    },
    notes=(
        Note(
            "JSON mode does not go together with tools or documents.", "https://docs.cohere.com/docs/structured-outputs"
        ),
        Note(
            "A stop sequence ends the thinking, too, before any answer is given.",
            "2026-08/cohere/command-a-reasoning-08-2025_thinking/GenSync-Stop.yaml",
        ),
        Note(
            "Citations also point at results of tools; those are not counted as citations of a document.",
            "https://docs.cohere.com/v2/docs/rag-citations",
        ),
    ),
    warnings=(
        Note(
            "Tokens are counted twice: as billed, and with the API's own preamble of up to a thousand and "
            "more. The latter are shown.",
            "2026-08/cohere/command-a-reasoning-08-2025_thinking/GenSync-Text.yaml",
        ),
    ),
)
