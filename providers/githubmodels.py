"""GitHub Models. OpenAI's chat completions, models named with their makers."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://docs.github.com/rest/models/inference"

provider = Provider(
    wire=openai_chat,
    title="GitHub Models",
    base_url="https://models.github.ai/inference",
    hosts=("models.inference.ai.azure.com",),
    key_env="GITHUB_MODELS_TOKEN",
    country="US",
    notes=(Note("The token needs the permission `models: read`.", _DOCS),),
)
