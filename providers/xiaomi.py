"""Xiaomi MiMo. OpenAI's chat completions with a switch for thinking and a search tool."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_API = "https://mimo.mi.com/docs/en-US/api/chat/openai-api"

provider = Provider(
    wire=openai_chat,
    title="Xiaomi MiMo",
    base_url="https://api.xiaomimimo.com/v1",
    hosts=("token-plan-*.xiaomimimo.com",),  # https://mimo.mi.com/docs/en-US/quick-start/summary/first-api-call
    key_env="MIMO_API_KEY",
    country="CN",
    quirks=Quirks(
        # _API: response_format is text or json_object, tool_choice is auto; no seed, no logprobs, no files.
        lacks=frozenset(
            {"parallel", "schema", "seed", "top_logprobs", "tool_choice", "tool_choice/none", "named_tool"}
            | {"document", "output/audio"}
        ),
        has=frozenset({"video", "video/url", "audio/url"}),
        options={
            "max_tokens": "max_completion_tokens",
            "parts": {"audio": "input_audio_url"},
            "thinking": {True: {"thinking": {"type": "enabled"}}, False: {"thinking": {"type": "disabled"}}},
            "search": {True: {"tools": [{"type": "web_search", "force_search": True}]}},
        },
    ),
    thinking={"mimo-*-tts*": (False,), "mimo-*-asr*": (False,), "mimo-*": (False, True)},
    recommended={"best": "mimo-v2.5-pro", "good": "mimo-v2.5", "cheap": "mimo-v2-flash"},
    notes=(
        Note("Models but mimo-v2-flash think unless told not to.", _API),
        Note("Web search is a plugin that must be activated in the console.", _API),
        Note("The tts models speak an assistant's turn; a question cannot be answered aloud.", _API),
    ),
)
