"""LiteLLM's proxy on one's own machine, before an engine that is measured by itself, too."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.litellm.ai/docs/simple_proxy"

provider = Provider(
    wire=openai_chat,
    title="LiteLLM proxy",
    base_url="http://127.0.0.1:8805/v1",
    country="local",
    quirks=Quirks(lacks=frozenset({"web_search", "audio", "document", "output/audio"}), options={"strict": False}),
    notes=(
        Note(
            "A gateway before engines with a random model: what differs from their own rows is its doing.",
            _DOCS,
        ),
    ),
)
