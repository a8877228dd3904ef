"""Heroku's managed inference. OpenAI's chat completions."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions"
_FIELDS = "https://devcenter.heroku.com/articles/openai-compatibility-chat-completions"

provider = Provider(
    wire=openai_chat,
    title="Heroku",
    base_url="https://us.inference.heroku.com/v1",
    hosts=("*.inference.heroku.com",),
    key_env="INFERENCE_KEY",
    country="US",
    quirks=Quirks(
        lacks=frozenset({"output/audio"}),  # _FIELDS: modalities are text
        options={"max_tokens": "max_completion_tokens"},  # _FIELDS
    ),
    notes=(Note("A key belongs to one model of one app.", _DOCS),),
)
