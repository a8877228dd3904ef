"""OpenAI, through chat completions. Pictures are drawn by the models of images/generations."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat, openai_images

provider = Provider(
    wire=openai_chat,
    wires={"gpt-image-*": openai_images, "dall-e-*": openai_images, "chatgpt-image-*": openai_images},
    title="OpenAI (chat completions)",
    base_url="https://api.openai.com/v1",
    key_env="OPENAI_API_KEY",
    country="US",
    quirks=Quirks(
        options={
            "max_tokens": "max_completion_tokens",  # "max_tokens: deprecated": https://platform.openai.com/docs/api-reference/chat/create
            "audio": "mp3",  # https://platform.openai.com/docs/guides/audio
            # https://platform.openai.com/docs/guides/reasoning: "none" is the lowest effort since GPT-5.1
            "thinking": {True: {"reasoning_effort": "low"}, False: {"reasoning_effort": "none"}},
        },
    ),
    thinking={"gpt-5*": (False, True), "o1*": (True,), "o3*": (True,), "o4*": (True,)},
    recommended={"best": "gpt-5.6-sol", "good": "gpt-5.6-terra", "cheap": "gpt-5.6-luna"},
    notes=(
        Note("Web search is only there for models made for it (*-search-*).", "https://platform.openai.com/docs/guides/tools-web-search"),
        Note(
            "A file must be a PDF; other types are refused by name.", "2026-08/openaichat/gpt-audio/GenSyncMultiModal-Video-mp4-Inline.yaml"
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
