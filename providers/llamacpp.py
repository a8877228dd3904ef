"""llama.cpp's server on one's own machine, through its OpenAI endpoint."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_README = "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md"

provider = Provider(
    wire=openai_chat,
    title="llama.cpp",
    base_url="http://127.0.0.1:8080/v1",
    key_env=None,
    country="local",
    quirks=Quirks(
        lacks=frozenset({"web_search", "document", "output/audio"}),
        options={
            "strict": False,
            "thinking": {  # "chat_template_kwargs", "reasoning_format" in the README of the server
                True: {"chat_template_kwargs": {"enable_thinking": True}, "reasoning_format": "deepseek"},
                False: {"chat_template_kwargs": {"enable_thinking": False}},
            },
        },
    ),
    recommended={
        "best": "unsloth/gemma-4-E2B-it-GGUF",
        "good": "unsloth/gemma-4-E2B-it-GGUF",
        "cheap": "unsloth/gemma-4-E2B-it-GGUF",
    },
    notes=(
        Note("The server holds one model; pictures and sound need its projector file (--mmproj).", _README),
        Note(
            "`timings` counts tokens also where a stream was not asked for its usage.",
            "2026-08/llamacpp/unsloth/gemma-4-E2B-it-GGUF",
        ),
    ),
)
