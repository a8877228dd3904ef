"""vLLM's server on one's own machine, through its OpenAI endpoint."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.vllm.ai/en/latest/serving/openai_compatible_server/"

provider = Provider(
    wire=openai_chat,
    title="vLLM",
    base_url="http://127.0.0.1:8804/v1",
    country="local",
    quirks=Quirks(lacks=frozenset({"web_search", "output/audio"})),
    notes=(
        Note(
            "The model is random: what it says is gibberish, so that only what the server decides is measured on it.",
            _DOCS,
        ),
    ),
    warnings=(Note("Calls of the model's own choice are parsed only where --tool-call-parser says how.", _DOCS),),
)
