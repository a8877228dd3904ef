"""Baseten Model APIs. OpenAI's chat completions for open models."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_REASONING = "https://docs.baseten.co/inference/model-apis/reasoning"

provider = Provider(
    wire=openai_chat,
    title="Baseten",
    base_url="https://inference.baseten.co/v1",
    key_env="BASETEN_API_KEY",
    # Bearer; the older Api-Key is taken as well: https://docs.baseten.co/inference/calling-your-model
    country="US",
    quirks=Quirks(
        # Parts of a message: https://docs.baseten.co/reference/inference-api/chat-completions
        lacks=frozenset({"web_search", "document", "output/audio"}),
        options={
            "thinking": {
                True: {"chat_template_args": {"enable_thinking": True}},
                False: {"chat_template_args": {"enable_thinking": False}},
            }
        },
    ),
    thinking={
        "moonshotai/Kimi-K2.*": (False, True),
        "zai-org/GLM-*": (False, True),
        "openai/gpt-oss-*": (True,),
        "deepseek-ai/*": (True,),
        "MiniMaxAI/*": (True,),  # _REASONING, and the next
        "nvidia/Nemotron-*": (True,),
    },
    recommended={"best": "moonshotai/Kimi-K2.6", "good": "zai-org/GLM-4.7", "cheap": "openai/gpt-oss-120b"},
    notes=(
        Note("Thinking is opt-in for Kimi K2.5, Kimi K2.6, GLM 4.7, GLM 5 and GLM 5.1.", _REASONING),
        Note(
            "Hosted tools search the web, in early access and with a header of their own; they are not asked for.",
            "https://www.baseten.co/blog/introducing-baseten-hosted-tools/",
        ),
        Note(
            "Of the models listed only the Kimi models read pictures.",
            "https://docs.baseten.co/inference/model-apis/overview",
        ),
    ),
)
