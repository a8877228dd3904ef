"""DeepSeek. OpenAI's chat completions with a switch for thinking."""

from providers.base import Note, Price, Provider, Quirks
from providers.wire import openai_chat

_PRICES = "https://api-docs.deepseek.com/quick_start/pricing"

provider = Provider(
    wire=openai_chat,
    title="DeepSeek",
    base_url="https://api.deepseek.com",
    key_env="DEEPSEEK_API_KEY",
    country="CN",
    quirks=Quirks(
        # https://api-docs.deepseek.com/api/create-chat-completion documents text, json_object, tools, stop and
        # logprobs, no more.
        lacks=frozenset(
            {"parallel", "schema", "seed", "web_search", "image", "image/url", "audio", "document", "output/audio"}
        ),
        options={
            "thinking": {True: {"thinking": {"type": "enabled"}}, False: {"thinking": {"type": "disabled"}}},
        },
    ),
    thinking={"deepseek-chat": (False,), "deepseek-reasoner": (True,), "*": (False, True)},
    recommended={"best": "deepseek-v4-pro", "good": "deepseek-v4-flash", "cheap": "deepseek-v4-flash"},
    # The hours of the day that cost most; the others cost half. The name with v4 is kept for what deepseek-flash is
    # now.
    prices={
        "deepseek-flash": Price(0.3, 1.2, _PRICES),
        "deepseek-v4-flash": Price(0.3, 1.2, _PRICES),
        "deepseek-v4-pro": Price(1.32, 3.96, _PRICES),
    },
    notes=(
        Note(
            "Only json_object is documented; a schema has no field.",
            "https://api-docs.deepseek.com/api/create-chat-completion",
        ),
        Note(
            "In thinking mode the tool choice `required` is refused.",
            "2026-08/deepseek/deepseek-v4-flash_thinking/GenSync-Tools-SquareRoot-1.yaml",
        ),
        Note("No rate limits are told in headers.", "2026-08/deepseek/deepseek-v4-flash/GenSync-Text.yaml"),
    ),
)
