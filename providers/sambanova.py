"""SambaNova. OpenAI's chat completions by open models."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.sambanova.ai/docs/en/api-reference/chat/chat-completions"

provider = Provider(
    wire=openai_chat,
    title="SambaNova",
    base_url="https://api.sambanova.ai/v1",
    key_env="SAMBANOVA_API_KEY",  # https://github.com/sambanova/sambanova-python
    country="US",
    quirks=Quirks(
        # The types of sambanova-python: seed and logprobs are "not yet supported", a picture goes as base64 alone,
        # sound as a part audio_content; no files, no modalities, no search.
        lacks=frozenset({"seed", "top_logprobs", "image/url", "audio", "web_search", "document", "output/audio"}),
    ),
    notes=(
        Note("Open models on chips of its own.", _DOCS),
        Note(
            "Sound has a form of its own, audio_content, which is not asked for.",
            "https://github.com/sambanova/sambanova-python",
        ),
    ),
)
