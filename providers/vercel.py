"""Vercel's AI Gateway to the models of many makers. OpenAI's chat completions, Anthropic's messages."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://vercel.com/docs/ai-gateway/openai-compat"

provider = Provider(
    wire=openai_chat,
    title="Vercel AI Gateway",
    base_url="https://ai-gateway.vercel.sh/v1",
    key_env="AI_GATEWAY_API_KEY",
    country="US",
    notes=(Note("Models are named with their makers, as in openai/gpt-5.", _DOCS),),
)
