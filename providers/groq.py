"""Groq. OpenAI's chat completions, with searches of its own for some models."""

from providers._tables import GENAI_PRICES
from providers.base import Note, Price, Provider, Quirks
from providers.wire import openai_chat

provider = Provider(
    wire=openai_chat,
    title="Groq",
    base_url="https://api.groq.com/openai/v1",
    key_env="GROQ_API_KEY",
    country="US",
    quirks=Quirks(
        # https://console.groq.com/docs/openai: logprobs and top_logprobs are refused with 400.
        lacks=frozenset({"top_logprobs", "audio", "document", "output/audio"}),
        has=frozenset({"batch"}),  # https://console.groq.com/docs/batch
        options={
            "batch": {
                "query": ""
            },  # a list of files takes none: https://console.groq.com/docs/api-reference#files-list
            "max_tokens": "max_completion_tokens",  # https://console.groq.com/docs/api-reference#chat-create
            "search": {True: {"tools": [{"type": "browser_search"}]}},  # https://console.groq.com/docs/browser-search
            "stream_usage": False,  # told in x_groq unasked
        },
    ),
    thinking={"openai/gpt-oss-*": (True,), "qwen/*": (False, True), "*": (False,)},
    recommended={"best": "openai/gpt-oss-120b", "good": "openai/gpt-oss-20b", "cheap": "llama-3.1-8b-instant"},
    prices={
        "llama-3.1-8b-instant": Price(0.05, 0.08, GENAI_PRICES),
        "llama-3.3-70b-versatile": Price(0.59, 0.79, GENAI_PRICES),
        "meta-llama/llama-4-scout-17b-16e-instruct": Price(0.11, 0.34, GENAI_PRICES),
        "openai/gpt-oss-120b": Price(0.15, 0.6, GENAI_PRICES),
        "openai/gpt-oss-20b": Price(0.075, 0.3, GENAI_PRICES),
        "qwen/qwen3-32b": Price(0.29, 0.59, GENAI_PRICES),
        "qwen/qwen3.8-27b": Price(0.8, 4.0, GENAI_PRICES),
    },
    notes=(
        Note(
            "gpt-oss searches by the tool browser_search.",
            "2026-08/groq/openai/gpt-oss-20b_thinking/GenSync-Tools-WebSearch.yaml",
        ),
        Note(
            "A model that reads only text refuses a list as content.",
            "2026-08/groq/openai/gpt-oss-20b_thinking/GenSyncMultiModal-Image-jpg-Inline.yaml",
        ),
    ),
    warnings=(
        Note(
            "A call that the model wrote badly is an error, tool_use_failed.",
            "2025-08/groq/llama-3.1-8b-instant/GenSync-Tools-SquareRoot-1.yaml",
        ),
    ),
)
