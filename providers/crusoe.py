"""Crusoe's managed inference. OpenAI's chat completions by open models."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://docs.crusoecloud.com/managed-inference/overview"

provider = Provider(
    wire=openai_chat,
    title="Crusoe",
    base_url="https://api.inference.crusoecloud.com/v1",
    key_env="CRUSOE_API_KEY",
    country="US",
    notes=(Note("Open models, named with their makers.", _DOCS),),
)
