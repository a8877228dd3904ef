"""ChatGPT's own backend, as Codex speaks it with a subscription. OpenAI's responses."""

from providers.base import Note, Provider
from providers.wire import openai_responses

_DOCS = "https://github.com/openai/codex"

provider = Provider(
    wire=openai_responses,
    title="ChatGPT",
    base_url="https://chatgpt.com/backend-api/codex",
    country="",
    notes=(Note("The token is that of a subscription; the API itself is not documented.", _DOCS),),
)
