"""Moonshot AI (Kimi), in and outside of China. OpenAI's chat completions, Anthropic's messages."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://platform.moonshot.ai/docs/api/chat"

provider = Provider(
    wire=openai_chat,
    title="Moonshot",
    base_url="https://api.moonshot.ai/v1",
    hosts=("api.moonshot.cn", "api.kimi.com"),
    key_env="MOONSHOT_API_KEY",
    country="CN",
    quirks=Quirks(
        options={"thinking": {True: {"thinking": {"type": "enabled"}}, False: {"thinking": {"type": "disabled"}}}},
    ),
    thinking={"kimi-k2-thinking*": (True,), "kimi-k2.[5-9]*": (False, True)},
    notes=(
        Note(
            "A search is a tool that the caller is asked to confirm.",
            "https://platform.moonshot.ai/docs/guide/use-web-search",
        ),
    ),
)
