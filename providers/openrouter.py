"""OpenRouter: one API before many providers, by OpenAI's chat completions."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

provider = Provider(
    wire=openai_chat,
    title="OpenRouter",
    base_url="https://openrouter.ai/api/v1",
    key_env="OPENROUTER_API_KEY",
    country="US",
    quirks=Quirks(
        # https://openrouter.ai/docs/features/multimodal/overview
        has=frozenset({"document/url", "video", "video/url", "output/image"}),
        options={
            # The plugin `web` is deprecated: https://openrouter.ai/docs/guides/features/server-tools/web-search
            "search": {True: {"tools": [{"type": "openrouter:web_search"}]}},
            "stream_usage": False,  # told unasked: https://openrouter.ai/docs/use-cases/usage-accounting
            "thinking": {
                True: {"reasoning": {"effort": "low"}},
                False: {"reasoning": {"enabled": False}},
            },  # .../use-cases/reasoning-tokens
        },
    ),
    thinking={"*:thinking": (True,), "deepseek/deepseek-r1*": (True,), "openai/gpt-oss-*": (True,)},
    recommended={
        "best": "anthropic/claude-sonnet-4.5",
        "good": "google/gemini-2.5-flash",
        "cheap": "openai/gpt-oss-20b",
    },
    notes=(
        Note(
            "A field that a provider lacks is dropped, unless require_parameters is set.",
            "https://openrouter.ai/docs/features/provider-routing",
        ),
        Note(
            "Errors after the first token come as an event, with status 200.",
            "https://openrouter.ai/docs/api/reference/errors-and-debugging",
        ),
    ),
    warnings=(
        Note(
            "Two answers to one question may come from two providers.",
            "https://openrouter.ai/docs/features/provider-routing",
        ),
    ),
)
