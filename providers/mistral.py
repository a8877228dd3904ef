"""Mistral AI. Chat completions with differences of its own; web search through its conversations."""

from providers._tables import GENAI_PRICES
from providers.base import Note, Price, Provider, Quirks
from providers.wire import mistral

provider = Provider(
    wire=mistral,
    title="Mistral",
    base_url="https://api.mistral.ai/v1",
    hosts=("codestral.mistral.ai",),
    key_env="MISTRAL_API_KEY",
    country="FR",
    # Versions 1 to 3.0 of the official client have no such field, 3.7 has: https://pypi.org/project/mistralai
    quirks=Quirks(since={"top_logprobs": "2026-05-01"}),
    thinking={
        # https://docs.mistral.ai/capabilities/reasoning
        "mistral-small-latest": (False, True),
        "mistral-medium-3-5": (False, True),
    },
    recommended={"best": "mistral-medium-3-5", "good": "mistral-small-latest", "cheap": "ministral-3b-latest"},
    prices={
        "mistral-large-4-0": Price(0.7, 2.1, GENAI_PRICES),
        "mistral-large-2512": Price(0.5, 1.5, GENAI_PRICES),
        "mistral-medium-3-5": Price(1.5, 7.5, GENAI_PRICES),
        "mistral-medium-2508": Price(0.4, 2.0, GENAI_PRICES),
        "mistral-small-latest": Price(0.15, 0.6, GENAI_PRICES),
        "mistral-small-2603": Price(0.15, 0.6, GENAI_PRICES),
        "ministral-14b-2512": Price(0.2, 0.2, GENAI_PRICES),
        "ministral-8b-latest": Price(0.15, 0.15, GENAI_PRICES),
        "ministral-3b-2512": Price(0.1, 0.1, GENAI_PRICES),
        "codestral-2508": Price(0.3, 0.9, GENAI_PRICES),
        # Sound that is sent along costs 0.004 a minute beside it
        "voxtral-small-latest": Price(0.1, 0.4, GENAI_PRICES),
    },
    notes=(
        Note(
            "A batch takes up to a million questions.",
            "https://docs.mistral.ai/capabilities/batch",
        ),
        Note(
            "The web is searched in conversations only; chat completions refuse the tool.",
            "https://docs.mistral.ai/agents/connectors/websearch",
        ),
        Note("Conversations give no finish reason.", "https://docs.mistral.ai/api/#tag/beta.conversations"),
        Note("Documents go as an address, or as a data URL.", "https://docs.mistral.ai/capabilities/document_qna"),
    ),
    warnings=(
        Note(
            'A model that cannot see or hear answers 400, "input is not enabled for this model".',
            "2025-08/mistral/voxtral-small-latest/GenSyncMultiModal-Image-png-Inline.yaml",
        ),
    ),
)
