"""Heroku's managed inference. OpenAI's chat completions."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions"

provider = Provider(
    wire=openai_chat,
    title="Heroku",
    base_url="https://us.inference.heroku.com/v1",
    hosts=("*.inference.heroku.com",),
    key_env="INFERENCE_KEY",
    country="US",
    notes=(Note("A key belongs to one model of one app.", _DOCS),),
)
