"""SambaNova. OpenAI's chat completions by open models."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://docs.sambanova.ai/docs/en/api-reference/chat/chat-completions"

provider = Provider(
    wire=openai_chat,
    title="SambaNova",
    base_url="https://api.sambanova.ai/v1",
    key_env="SAMBANOVA_API_KEY",
    country="US",
    notes=(Note("Open models on chips of its own.", _DOCS),),
)
