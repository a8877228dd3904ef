"""Any server that speaks OpenAI's chat completions; the caller says where it is."""

from providers.base import Note, Provider
from providers.wire import openai_chat, openai_images

provider = Provider(
    wire=openai_chat,
    wires={"*image*": openai_images},
    title="OpenAI-compatible",
    base_url="",
    key_env="OPENAI_COMPATIBLE_API_KEY",
    country="",
    notes=(
        Note(
            "Only the plain form of the wire is spoken; a server with a dialect of its own has its own file.",
            "https://platform.openai.com/docs/api-reference/chat",
        ),
    ),
)
