"""NVIDIA's API catalog (NIM). OpenAI's chat completions by open models."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.api.nvidia.com/nim/reference/llm-apis"

provider = Provider(
    wire=openai_chat,
    title="NVIDIA",
    base_url="https://integrate.api.nvidia.com/v1",
    hosts=("ai.api.nvidia.com",),
    key_env="NVIDIA_API_KEY",
    country="US",
    quirks=Quirks(
        # Parts are text, image_url, audio_url, input_audio and video_url:
        # https://docs.nvidia.com/nim/large-language-models/advanced-use-cases/multimodal-input,
        # https://docs.api.nvidia.com/nim/reference/nvidia-nemotron-3-nano-omni-30b-a3b-reasoning-infer
        lacks=frozenset({"document"}),
        has=frozenset({"audio/url", "video", "video/url"}),
        options={"parts": {"audio/url": "audio_url"}},
    ),
    notes=(
        Note(
            "A schema goes into `nvext.guided_json` with the older models.",
            "https://docs.nvidia.com/nim/large-language-models/latest/structured-generation.html",
        ),
    ),
)
