"""DeepInfra. OpenAI's chat completions and completions by open models."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.deepinfra.com/chat/overview"

provider = Provider(
    wire=openai_chat,
    title="DeepInfra",
    base_url="https://api.deepinfra.com/v1/openai",
    key_env="DEEPINFRA_API_KEY",
    country="US",
    quirks=Quirks(
        # https://docs.deepinfra.com/api-reference/openai-chat-completions has no field for these.
        lacks=frozenset({"top_logprobs", "parallel", "web_search", "output/audio"}),
        has=frozenset({"video", "video/url", "batch"}),  # https://docs.deepinfra.com/batch/introduction
        options={
            "stream_usage": False,  # told in the last chunk unasked: https://docs.deepinfra.com/chat/streaming
            "thinking": {True: {"reasoning": {"enabled": True}}, False: {"reasoning": {"enabled": False}}},
        },
    ),
    # https://docs.deepinfra.com/chat/reasoning: on unless it is turned off
    thinking={
        "deepseek-ai/DeepSeek-V4-*": (False, True),
        "zai-org/GLM-5.2": (False, True),
        "moonshotai/Kimi-K3": (False, True),
        "inclusionAI/Ling-3.0-flash": (False, True),
    },
    notes=(
        Note("Models are named with their makers.", _DOCS),
        Note("Log-probabilities come from its native API alone.", "https://docs.deepinfra.com/chat/log-probs"),
    ),
)
