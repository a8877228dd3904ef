"""Ollama: open models on one's own machine, through its native API."""

from providers.base import Note, Provider, Quirks
from providers.wire import ollama

provider = Provider(
    wire=ollama,
    title="Ollama",
    base_url="http://localhost:11434",
    country="local",
    # Version 0.12.11: https://github.com/ollama/ollama/releases/tag/v0.12.11
    quirks=Quirks(since={"top_logprobs": "2025-11-13"}),
    thinking={
        # On by default where a model can; `think` turns it off: https://docs.ollama.com/capabilities/thinking
        "qwen3*": (False, True),
        "deepseek-r1*": (False, True),
        "gpt-oss*": (True,),  # takes levels, and cannot be turned off: the same page
    },
    recommended={"best": "gpt-oss:20b", "good": "qwen3.5:4b", "cheap": "qwen3.5:2b"},
    notes=(
        Note("Tools cannot be forced: the API has no field for a choice of tools.", "https://docs.ollama.com/api/chat"),
        Note(
            'A call ends with done_reason "stop"; the API has no reason of its own for it.',
            "https://docs.ollama.com/api/chat",
        ),
        Note(
            "Log-probabilities came with version 0.12.11 (November 2025).",
            "https://github.com/ollama/ollama/releases/tag/v0.12.11",
        ),
        Note(
            "A model must be pulled first; an unknown one is answered with 404.",
            "2026-08/ollama/_errors/bad_model/GenSync.yaml",
        ),
    ),
    warnings=(
        Note(
            "A picture that cannot be read is told by an error 500, or when streaming by an error within a 200.",
            "2025-08/ollama/gemma3-4b/GenStreamMultiModal-Image-gif-Inline.yaml",
        ),
    ),
)
