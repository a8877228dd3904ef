"""Alibaba Cloud Model Studio (DashScope), through its OpenAI-compatible mode."""

from providers._tables import ALIBABA_MODELS
from providers.base import Note, Price, Provider, Quirks
from providers.wire import openai_chat

provider = Provider(
    wire=openai_chat,
    title="Alibaba Cloud Model Studio",
    base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    hosts=("dashscope.aliyuncs.com", "dashscope-us.aliyuncs.com"),
    key_env="DASHSCOPE_API_KEY",
    country="CN",
    quirks=Quirks(
        lacks=frozenset({"document"}),
        has=frozenset({"video", "video/url", "audio/url"}),
        options={
            "parts": {
                "audio": "input_audio_url"
            },  # a data URL or a URL: https://www.alibabacloud.com/help/en/model-studio/qwen-omni
            "audio": "wav",
            "audio_stream": "wav",
            "voice": "Cherry",
            "thinking": {True: {"enable_thinking": True}, False: {"enable_thinking": False}},  # .../deep-thinking
            "search": {True: {"enable_search": True}},  # .../web-search
        },
    ),
    thinking={"qwen3*-thinking*": (True,), "qwq*": (True,), "qwen3*-instruct*": (False,), "qwen*": (False, True)},
    recommended={"best": "qwen3-max", "good": "qwen-plus", "cheap": "qwen-flash"},
    # Of the international edition, for prompts of up to 32,000 tokens; longer ones cost more a token.
    prices={
        "qwen3.8-max": Price(2.0, 6.0, ALIBABA_MODELS),
        "qwen3.8-max-0902": Price(2.0, 6.0, ALIBABA_MODELS),
        "qwen3.8-27b": Price(0.5, 3.0, ALIBABA_MODELS),
        "qwen3.8-flash": Price(0.15, 0.47, ALIBABA_MODELS),
        "qwen3.7-max": Price(2.5, 7.5, ALIBABA_MODELS),
        "qwen3.7-plus": Price(0.4, 1.6, ALIBABA_MODELS),
        "qwen3.7-flash": Price(0.03, 0.13, ALIBABA_MODELS),
        "qwen3-max": Price(1.2, 6.0, ALIBABA_MODELS),
        "qwen-flash": Price(0.05, 0.4, ALIBABA_MODELS),
    },
    notes=(Note("Qwen-Omni answers in streams only.", "https://www.alibabacloud.com/help/en/model-studio/qwen-omni"),),
)
