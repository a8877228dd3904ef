"""Fireworks. OpenAI's chat completions, responses and completions by open models."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.fireworks.ai/api-reference/post-chatcompletions"

provider = Provider(
    wire=openai_chat,
    title="Fireworks",
    base_url="https://api.fireworks.ai/inference/v1",
    key_env="FIREWORKS_API_KEY",  # https://github.com/fw-ai-external/python-sdk
    country="US",
    # _DOCS: parts of a message are text and image_url, tools are functions; neither modalities nor a search.
    quirks=Quirks(lacks=frozenset({"web_search", "audio", "document", "output/audio"})),
    notes=(Note("Models are named by their whole path, as in accounts/fireworks/models/gpt-oss-120b.", _DOCS),),
)
