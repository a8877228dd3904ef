"""Baseten Model APIs. OpenAI's chat completions for open models."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_REASONING = "https://docs.baseten.co/inference/model-apis/reasoning"

provider = Provider(
    wire=openai_chat,
    title="Baseten",
    base_url="https://inference.baseten.co/v1",
    key_env="BASETEN_API_KEY",
    key=("authorization", "Api-Key "),  # https://docs.baseten.co/reference/inference-api/chat-completions
    country="US",
    quirks=Quirks(
        lacks=frozenset({"web_search", "audio", "document", "output/audio"}),
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
    },
    recommended={"best": "moonshotai/Kimi-K2.6", "good": "zai-org/GLM-4.7", "cheap": "openai/gpt-oss-120b"},
    notes=(
        Note("Thinking is opt-in for Kimi K2.5, Kimi K2.6, GLM 4.7 and GLM 5.", _REASONING),
        Note(
            "Of the models listed only the Kimi models read pictures.",
            "https://docs.baseten.co/inference/model-apis/overview",
        ),
    ),
)
