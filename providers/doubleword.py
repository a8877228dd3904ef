"""Doubleword. OpenAI's chat completions by open models, at once or in batches."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.doubleword.ai/inference-api"

provider = Provider(
    wire=openai_chat,
    title="Doubleword",
    base_url="https://api.doubleword.ai/v1",
    key_env="DOUBLEWORD_API_KEY",
    country="GB",
    quirks=Quirks(has=frozenset({"batch"})),  # https://github.com/doublewordai/doubleword-skill
    notes=(Note("The same models answer at once, within minutes, or in a batch within hours.", _DOCS),),
)
