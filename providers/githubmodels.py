"""GitHub Models. OpenAI's chat completions, models named with their makers."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.github.com/rest/models/inference"

provider = Provider(
    wire=openai_chat,
    title="GitHub Models",
    base_url="https://models.github.ai/inference",
    hosts=("models.inference.ai.azure.com",),
    key_env="GITHUB_MODELS_TOKEN",
    country="US",
    quirks=Quirks(
        # _DOCS: a tool's choice is auto, required or none; no logprobs, no parallel_tool_calls, no files, no search.
        lacks=frozenset({"top_logprobs", "named_tool", "parallel", "document", "web_search"}),
    ),
    notes=(Note("The token needs the permission `models: read`.", _DOCS),),
)
