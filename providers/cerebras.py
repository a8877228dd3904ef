"""Cerebras. OpenAI's chat completions."""

from providers._tables import GENAI_PRICES
from providers.base import Note, Price, Provider, Quirks
from providers.wire import openai_chat

provider = Provider(
    wire=openai_chat,
    title="Cerebras",
    base_url="https://api.cerebras.ai/v1",
    key_env="CEREBRAS_API_KEY",
    country="US",
    quirks=Quirks(
        # https://inference-docs.cerebras.ai/api-reference/chat-completions has fields for none of these.
        lacks=frozenset({"web_search", "audio", "document", "output/audio"}),
        options={
            "max_tokens": "max_completion_tokens",
            "thinking": {True: {"reasoning_effort": "low"}, False: {"reasoning_effort": "none"}},
            "stream_usage": False,  # told in the last chunk unasked
        },
    ),
    thinking={"gpt-oss-*": (True,), "*": (False,)},
    recommended={"best": "qwen-3.8-27b", "good": "gpt-oss-120b", "cheap": "gpt-oss-120b"},
    prices={
        "gpt-oss-120b": Price(0.35, 0.75, GENAI_PRICES),
        "qwen-3.8-27b": Price(0.99, 1.49, GENAI_PRICES),
    },
    notes=(
        Note("Limits are told per minute, hour and day.", "2026-08/cerebras/gpt-oss-120b_thinking/GenSync-Text.yaml"),
        Note(
            "Pictures are refused with 403, multimodal_not_enabled.",
            "2026-08/cerebras/gpt-oss-120b_thinking/GenSyncMultiModal-Image-jpg-Inline.yaml",
        ),
        Note(
            "Thinking can be turned off for the GLM models only.",
            "https://inference-docs.cerebras.ai/capabilities/reasoning",
        ),
    ),
)
