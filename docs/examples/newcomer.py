"""Newcomer. OpenAI's chat completions, with a field of its own to switch thinking on."""

from providers.base import Provider, Quirks
from providers.wire import openai_chat

provider = Provider(
    wire=openai_chat,
    base_url="https://api.newcomer.example/v1",
    key_env="NEWCOMER_API_KEY",
    country="CH",
    thinking={"*": (False, True)},
    quirks=Quirks(lacks=frozenset({"seed"}), options={"thinking": {True: {"think": True}, False: {"think": False}}}),
)
