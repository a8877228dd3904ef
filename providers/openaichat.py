"""OpenAI, through chat completions. Pictures are drawn by the models of images/generations."""

from providers._tables import GENAI_PRICES
from providers.base import Note, Price, Provider, Quirks
from providers.wire import openai_chat, openai_images

_MODELS = "https://developers.openai.com/api/docs/models"
_NOW = "https://developers.openai.com/ko-KR/api/docs/models"  # as it was before GPT-6.2; the English copy was older

provider = Provider(
    wire=openai_chat,
    wires={"gpt-image-*": openai_images, "dall-e-*": openai_images, "chatgpt-image-*": openai_images},
    title="OpenAI (chat completions)",
    base_url="https://api.openai.com/v1",
    hosts=("us.api.openai.com", "eu.api.openai.com"),
    key_env="OPENAI_API_KEY",
    country="US",
    quirks=Quirks(
        # https://platform.openai.com/docs/guides/batch, https://platform.openai.com/docs/guides/pdf-files
        has=frozenset({"batch", "file"}),
        options={
            # "max_tokens: deprecated": https://platform.openai.com/docs/api-reference/chat/create
            "max_tokens": "max_completion_tokens",
            "audio": "mp3",  # https://platform.openai.com/docs/guides/audio
            # https://platform.openai.com/docs/guides/reasoning: "none" is the lowest effort since GPT-5.1
            "thinking": {True: {"reasoning_effort": "low"}, False: {"reasoning_effort": "none"}},
        },
    ),
    thinking={"gpt-5*": (False, True), "o1*": (True,), "o3*": (True,), "o4*": (True,)},
    recommended={"best": "gpt-5.6-sol", "good": "gpt-5.6-terra", "cheap": "gpt-5.6-luna"},
    prices={
        # The list price: the page's 4 and 20, "20% and 33% less", were promised until 2026-11-21 at least.
        "gpt-5.6-sol": Price(5.0, 30.0, "https://developers.openai.com/pt-BR/api/docs/models/gpt-5.6-sol"),
        "gpt-5.6-terra": Price(2.0, 12.0, _MODELS),
        "gpt-5.6-luna": Price(0.2, 1.2, _MODELS),
        "gpt-6.2-astra": Price(8.0, 40.0, "https://docs.laozhang.ai/en/announcements/gpt-6-2-2026-11"),
        "gpt-6.2-sol": Price(2.0, 10.0, f"{_MODELS}/gpt-6.2-sol"),
        "gpt-6.1-sol": Price(2.0, 10.0, _NOW),
        "gpt-6.1-terra": Price(1.0, 5.0, _NOW),
        "gpt-6-luna": Price(0.1, 0.5, _NOW),
        "gpt-5-mini": Price(0.25, 2.0, GENAI_PRICES),
        "gpt-4.1-mini": Price(0.4, 1.6, GENAI_PRICES),
        "gpt-4o": Price(2.5, 10.0, GENAI_PRICES),
        "gpt-4o-mini": Price(0.15, 0.6, GENAI_PRICES),
    },
    notes=(
        Note(
            "A file that goes up may have 512 MB, one with the questions of a batch 200 MB.",
            "https://platform.openai.com/docs/api-reference/files/create",
        ),
        Note(
            "Web search is only there for models made for it (*-search-*).",
            "https://platform.openai.com/docs/guides/tools-web-search",
        ),
        Note(
            "A file must be a PDF; other types are refused by name.",
            "2026-08/openaichat/gpt-audio/GenSyncMultiModal-Video-mp4-Inline.yaml",
        ),
    ),
    warnings=(
        Note(
            "Thinking counts against the cap: a small one can leave no answer.",
            "2026-08/openaichat/gpt-5.6-sol_thinking/GenSync-MaxTokens.yaml",
        ),
        Note("Thinking is counted but never shown.", "2026-08/openaichat/gpt-5.6-sol_thinking/GenSync-MaxTokens.yaml"),
        Note("Spoken streams end without a finish reason.", "2026-08/openaichat/gpt-audio/GenStream-Text.yaml"),
    ),
)
