"""NVIDIA's API catalog (NIM). OpenAI's chat completions by open models."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://docs.api.nvidia.com/nim/reference/llm-apis"

provider = Provider(
    wire=openai_chat,
    title="NVIDIA",
    base_url="https://integrate.api.nvidia.com/v1",
    hosts=("ai.api.nvidia.com",),
    key_env="NVIDIA_API_KEY",
    country="US",
    notes=(
        Note(
            "A schema goes into `nvext.guided_json` with the older models.",
            "https://docs.nvidia.com/nim/large-language-models/latest/structured-generation.html",
        ),
    ),
)
