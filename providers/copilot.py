"""GitHub Copilot's own API, as its editors speak it. OpenAI's chat completions and responses."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://docs.github.com/copilot"

provider = Provider(
    wire=openai_chat,
    title="GitHub Copilot",
    base_url="https://api.githubcopilot.com",
    hosts=("*.githubcopilot.com",),  # https://docs.github.com/en/copilot/reference/copilot-allowlist-reference
    country="",
    notes=(Note("The token is a short-lived one of an editor; the API itself is not documented.", _DOCS),),
)
