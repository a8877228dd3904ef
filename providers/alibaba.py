"""Alibaba Cloud Model Studio (DashScope), through its OpenAI-compatible mode."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

provider = Provider(
    wire=openai_chat,
    title="Alibaba Cloud Model Studio",
    base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    key_env="DASHSCOPE_API_KEY",
    country="CN",
    quirks=Quirks(
        lacks=frozenset({"document"}),
        has=frozenset({"video", "video/url", "audio/url"}),
        options={
            "parts": {"audio": "input_audio_url"},  # a data URL or a URL: https://www.alibabacloud.com/help/en/model-studio/qwen-omni
            "audio": "wav",
            "audio_stream": "wav",
            "voice": "Cherry",
            "thinking": {True: {"enable_thinking": True}, False: {"enable_thinking": False}},  # .../deep-thinking
            "search": {True: {"enable_search": True}},  # .../web-search
        },
    ),
    thinking={"qwen3*-thinking*": (True,), "qwq*": (True,), "qwen3*-instruct*": (False,), "qwen*": (False, True)},
    recommended={"best": "qwen3-max", "good": "qwen-plus", "cheap": "qwen-flash"},
    notes=(Note("Qwen-Omni answers in streams only.", "https://www.alibabacloud.com/help/en/model-studio/qwen-omni"),),
)
