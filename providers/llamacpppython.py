"""llama-cpp-python's server on one's own machine: llama.cpp behind an OpenAI-compatible server written in Python."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://llama-cpp-python.readthedocs.io/en/latest/server/"

provider = Provider(
    wire=openai_chat,
    title="llama-cpp-python",
    base_url="http://127.0.0.1:8802/v1",
    country="local",
    quirks=Quirks(lacks=frozenset({"web_search", "audio", "document", "output/audio"}), options={"strict": False}),
    notes=(
        Note(
            "The model is random: what it says is gibberish, so that only what the server decides is measured on it.",
            _DOCS,
        ),
        Note("Recorded by version, by `make engines`.", "https://pypi.org/project/llama-cpp-python/"),
    ),
    warnings=(
        Note(
            "JSON by a schema is documented as `response_format` json_object with a field `schema` of its own.", _DOCS
        ),
    ),
)
