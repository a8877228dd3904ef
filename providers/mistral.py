"""Mistral AI. Chat completions with differences of its own; web search through its conversations."""

from providers.base import Note, Provider, Quirks
from providers.wire import mistral

provider = Provider(
    wire=mistral,
    title="Mistral",
    base_url="https://api.mistral.ai/v1",
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
    notes=(
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
