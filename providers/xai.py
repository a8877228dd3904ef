"""xAI. OpenAI's chat completions and responses."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat, openai_images

_DOCS = "https://docs.x.ai/developers/model-capabilities/text/comparison.md"

provider = Provider(
    wire=openai_chat,
    wires={"grok-imagine-*": openai_images, "grok-2-image*": openai_images},
    title="xAI",
    base_url="https://api.x.ai/v1",
    hosts=("us-east-1.api.x.ai", "eu-west-1.api.x.ai"),
    key_env="XAI_API_KEY",
    country="US",
    quirks=Quirks(lacks=frozenset({"web_search", "audio", "document", "output/audio"})),
    thinking={"*non-reasoning*": (False,), "grok-3-mini*": (True,), "*reasoning*": (True,), "grok-4*": (True,)},
    notes=(
        Note(
            "The chat completions are kept for old clients; the responses have tools that search the web.",
            _DOCS,
        ),
        Note(
            "Older requests searched by `search_parameters`; citations are pages of the web.",
            "https://docs.x.ai/docs/guides/live-search",
        ),
    ),
)
