"""Venice. OpenAI's chat completions, with `venice_parameters` beside them."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.venice.ai/api-reference/endpoint/chat/completions"

provider = Provider(
    wire=openai_chat,
    title="Venice",
    base_url="https://api.venice.ai/api/v1",
    key_env="VENICE_API_KEY",
    country="US",
    quirks=Quirks(
        # https://github.com/veniceai/api-docs (swagger.yaml): parts are text, image_url, input_audio and video_url.
        lacks=frozenset({"document", "output/audio"}),
        has=frozenset({"video", "video/url"}),
        options={"search": {True: {"venice_parameters": {"enable_web_search": "on", "enable_web_citations": True}}}},
    ),
    notes=(Note("What is Venice's own stands within `venice_parameters`.", _DOCS),),
)
