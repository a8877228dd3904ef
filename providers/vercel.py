"""Vercel's AI Gateway to the models of many makers. OpenAI's chat completions, Anthropic's messages."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions"
_INPUTS = "https://vercel.com/docs/ai-gateway/inputs-and-tools"

provider = Provider(
    wire=openai_chat,
    title="Vercel AI Gateway",
    base_url="https://ai-gateway.vercel.sh/v1",
    key_env="AI_GATEWAY_API_KEY",
    country="US",
    quirks=Quirks(
        has=frozenset({"video", "output/image"}),  # _INPUTS/video-input, _DOCS/image-generation
        options={
            "parts": {"audio": "file", "video": "file"},  # _INPUTS/audio-input, /video-input
            # _DOCS/reasoning
            "thinking": {True: {"reasoning": {"effort": "low"}}, False: {"reasoning": {"effort": "none"}}},
        },
    ),
    notes=(
        Note("Models are named with their makers, as in openai/gpt-5.", _DOCS),
        Note("Sound goes as a part `file`; `input_audio` is refused.", f"{_INPUTS}/audio-input"),
    ),
)
