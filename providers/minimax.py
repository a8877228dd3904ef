"""MiniMax. OpenAI's chat completions, Anthropic's messages."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://platform.minimax.io/docs/api-reference/text-openai-api"

provider = Provider(
    wire=openai_chat,
    title="MiniMax",
    base_url="https://api.minimax.io/v1",
    hosts=("api.minimaxi.com", "api.minimax.chat"),
    key_env="MINIMAX_API_KEY",
    country="CN",
    quirks=Quirks(options={"body": {"reasoning_split": True}}),
    thinking={"MiniMax-M*": (True,)},
    notes=(Note("Thinking stands within the text, between tags, unless it is asked for apart.", _DOCS),),
)
