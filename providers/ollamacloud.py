"""Ollama's own cloud: the API of the engine on one's machine, at ollama.com."""

from providers.base import Note, Provider
from providers.wire import ollama

_DOCS = "https://docs.ollama.com/cloud"

provider = Provider(
    wire=ollama,
    title="Ollama Cloud",
    base_url="https://ollama.com",
    key_env="OLLAMA_API_KEY",
    country="US",
    notes=(Note("The same API as at home, with a key; OpenAI's chat completions too.", _DOCS),),
)
