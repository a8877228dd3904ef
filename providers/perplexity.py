"""Perplexity. OpenAI's chat completions by models that search the web, unless told not to."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

provider = Provider(
    wire=openai_chat,
    title="Perplexity",
    base_url="https://api.perplexity.ai",
    key_env="PERPLEXITY_API_KEY",
    country="US",
    quirks=Quirks(
        # https://docs.perplexity.ai/api-reference/chat-completions-post: no field for any of these.
        lacks=frozenset(
            {
                "parallel",
                "seed",
                "stop",
                "top_logprobs",
                "json",
                "tools",
                "tool_choice",
                "tool_choice/none",
                "named_tool",
                "audio",
                "document",
                "output/audio",
            }
        ),
        options={
            "search": {True: {"disable_search": False}, False: {"disable_search": True}},
            "strict": False,
            "stream_usage": False,  # told in every chunk unasked
        },
    ),
    thinking={"sonar-reasoning*": (True,), "sonar-deep-research": (True,), "*": (False,)},
    recommended={"best": "sonar-pro", "good": "sonar", "cheap": "sonar"},
    notes=(
        Note(
            "`citations` are web pages, never places in a document that was given.",
            "2025-08/perplexity/sonar/GenSync-Citations.yaml",
        ),
        Note(
            "A stream ends with its finish reason; there is no [DONE].", "2025-08/perplexity/sonar/GenStream-Text.yaml"
        ),
    ),
    warnings=(
        Note(
            "Each request costs a fee beside its tokens, searched or not.", "2025-08/perplexity/sonar/GenSync-Text.yaml"
        ),
    ),
)
