"""vLLM's server on one's own machine: chat completions, and by the name of the model responses and messages."""

from providers.base import Note, Provider, Quirks
from providers.wire import anthropic, openai_chat, openai_responses

_DOCS = "https://docs.vllm.ai/en/latest/serving/openai_compatible_server/"

provider = Provider(
    wire=openai_chat,
    # One and the same model, by what an engine's file calls it: it answers in each of them.
    wires={"*-responses@*": openai_responses, "*-messages@*": anthropic},
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
