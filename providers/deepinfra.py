"""DeepInfra. OpenAI's chat completions and completions by open models."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://docs.deepinfra.com/chat/overview"

provider = Provider(
    wire=openai_chat,
    title="DeepInfra",
    base_url="https://api.deepinfra.com/v1/openai",
    key_env="DEEPINFRA_API_KEY",
    country="US",
    notes=(Note("Models are named with their makers.", _DOCS),),
)
