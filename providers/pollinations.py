"""Pollinations. OpenAI's chat completions; pictures by a GET whose path is the prompt."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat, prompt_image

_DOCS = "https://github.com/pollinations/pollinations/blob/master/APIDOCS.md"

provider = Provider(
    wire=openai_chat,
    wires={
        "flux*": prompt_image,
        "turbo": prompt_image,
        "gptimage*": prompt_image,
        "kontext": prompt_image,
        "zimage": prompt_image,
    },
    title="Pollinations",
    base_url="https://gen.pollinations.ai/v1",
    hosts=("text.pollinations.ai", "image.pollinations.ai"),
    key_env="POLLINATIONS_API_KEY",
    country="DE",
    quirks=Quirks(
        lacks=frozenset({"web_search", "document"}),
        options={
            "image_url": "https://gen.pollinations.ai/image",
            "audio": "mp3",
            "voice": "nova",
        },
    ),
    recommended={"best": "openai-large", "good": "openai", "cheap": "openai-fast"},
    notes=(
        Note("The older host is text.pollinations.ai/openai; its lists of models have names instead of ids.", _DOCS),
        Note("Some models search the web of their own accord (searchgpt); no field turns it on.", _DOCS),
        Note("gen.pollinations.ai is the present host.", "https://pypi.org/project/PollinationAI-SDK/1.0.0/"),
    ),
    warnings=(Note("Without a key one request at a time is served, every few seconds.", _DOCS),),
)
